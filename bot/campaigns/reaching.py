"""Whom a campaign would reach as things stand, and what its rule asks that is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.planning import CHUNK, Audience, told_by
from bot.campaigns.rule import customer_facts, named_facts
from bot.campaigns.translation import translated
from bot.campaigns.triggered import Whose, facts_of, is_kept_back, is_wanted
from storage.customers import Customer
from storage.queries.customers import customers_by_id
from storage.queries.touchpoints import newest_touchpoints, touchpoints_since
from storage.queries.waves import count_in, customers_in, examples_in, stretch_after

__all__ = ["DAYS", "Reach", "reach"]

DAYS = 30
"""Of these last days a campaign after touchpoints is counted."""
_EXAMPLES = 10
_customer = Customer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many there are, customers or touchpoints; how many would be invited (drawn, and not kept back), how many kept back, and ten
    of them."""

    looked_at: int
    invited: int
    control: int
    examples: tuple[Any, ...]
    known: Mapping[str, int]
    """Of how many each fact is known that the rule names; those known of all are left out."""
    after: str = ""
    """The kind of the touchpoints; empty where it is customers who were looked at."""


def reach(conn: Connection, definition: Definition, now: datetime, *, number: int = 1) -> Reach:
    """Of the wave of that number, as things stand now; of a campaign after touchpoints, had it run for the last `DAYS`."""
    if definition.when.after is not None:
        return _after(conn, definition, definition.when.after, now)
    audience, control = Audience(definition, number), Audience(definition, number).control()
    looked_at = invited = kept_back = cursor = 0
    examples: list[Any] = []
    known: Counter[str] = Counter(dict.fromkeys(named_facts(definition.audience), 0))
    while stretch := stretch_after(conn, cursor, 10 * CHUNK):
        wanted = audience.wanted(conn, stretch, now)
        found = count_in(conn, stretch, wanted)
        kept = count_in(conn, stretch, [*wanted, control]) if definition.control else 0
        invited, kept_back, cursor = invited + found - kept, kept_back + kept, stretch.last
        looked_at += count_in(conn, stretch, [])
        known.update(_known_in(conn, stretch, list(known), now))
        if len(examples) < _EXAMPLES and found:
            examples += examples_in(conn, stretch, [*wanted, ~control], _EXAMPLES - len(examples))
    return Reach(looked_at, invited, kept_back, tuple(examples), _not_of_all(known, looked_at))


def _known_in(conn: Connection, stretch: Any, facts: list[str], now: datetime) -> Counter[str]:
    known: Counter[str] = Counter()
    for fact in facts:
        if (there := translated(f"has({fact})", _customer, conn.dialect.name)) is not None:
            known[fact] = count_in(conn, stretch, [there])
    if of_touchpoints := [fact for fact in facts if fact not in known]:
        newest = newest_touchpoints(conn, [one.id for one in customers_in(conn, stretch)])
        for touchpoint in newest.values():
            told = told_by(touchpoint, now)
            known.update(fact for fact in of_touchpoints if fact.partition(".")[2] in told)
    return known


def _after(conn: Connection, definition: Definition, kind: str, now: datetime) -> Reach:
    looked_at = invited = kept_back = cursor = 0
    known: Counter[str] = Counter(dict.fromkeys(named_facts(definition.audience), 0))
    examples: dict[int, None] = {}
    while some := touchpoints_since(conn, cursor, kind, now - timedelta(days=DAYS), CHUNK):
        for one in some:
            told = {"customer": customer_facts(Whose(one)), "touchpoint": facts_of(one, one.occurred_at)}
            known.update(fact for fact in known if _is_told(fact, told))
            if is_wanted(one, definition, one.occurred_at):
                kept = is_kept_back(one, definition)
                invited, kept_back = invited + (not kept), kept_back + kept
                if not kept and len(examples) < _EXAMPLES:
                    examples[one.customer_id] = None
        looked_at, cursor = looked_at + len(some), some[-1].id
    return Reach(looked_at, invited, kept_back, tuple(customers_by_id(conn, list(examples))), _not_of_all(known, looked_at), kind)


def _is_told(fact: str, told: Mapping[str, Mapping[str, Any]]) -> bool:
    whose, _, name = fact.partition(".")
    return name in told[whose]


def _not_of_all(known: Counter[str], of: int) -> dict[str, int]:
    return {fact: n for fact, n in known.items() if n < of}
