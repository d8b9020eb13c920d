"""An audience's rule in CEL, held against what is known about one customer and their touchpoint.

What is not known is absent, as in the conditions of surveys: a rule that needs an absent value to be decided does not
hold, and `has(customer.tier)` asks whether it is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

from bot.surveys.checking.trying import unreadable
from bot.surveys.conditions import compiled

__all__ = ["check_rule", "customer_facts", "fits", "is_condition", "leaves_out", "named_facts", "names_touchpoint"]

_FACT = re.compile(r"\b(?:customer|touchpoint)\.[A-Za-z_]\w*")
_HAS = re.compile(r"\bhas\(([^()]*)\)")
_STRING = re.compile(r"""'[^']*'|"[^"]*\"""")
_COLUMNS = ("name", "lang", "timezone", "country")
_KINDS: dict[str, tuple[Any, ...]] = {f"customer.{name}": ("x",) for name in _COLUMNS} | {
    "touchpoint.kind": ("x",),
    "touchpoint.days_ago": (1,),
}
"""What a fact can be, tried with one of each kind, where that is known; any other is the shop's."""
_ANY_KIND = (True, 1, "x")
_MOST_TRIED = 4
"""Facts of a rule that are tried in every kind; with more it would take long."""


def check_rule(rule: str) -> str:
    """The rule, where it can be read and names only what there is. Raises ValueError with the remedy."""
    try:
        variables = set(compiled(rule).variables())
    except ValueError as error:
        where, remedy = unreadable(rule, error)
        like = remedy or "write it like this: customer.country == 'SE' && customer.tier in ['gold', 'silver']"
        raise ValueError(f"cannot be read{where}; {like}") from None
    if strangers := sorted(variables - {"customer", "touchpoint"}):
        raise ValueError(f"uses {', '.join(strangers)}; write customer.{strangers[0]} or touchpoint.{strangers[0]}")
    return rule


def names_touchpoint(rule: str) -> bool:
    return "touchpoint" in compiled(rule).variables()


def named_facts(rule: str) -> list[str]:
    """The facts that the rule names, such as `customer.tier`, each once, in their order."""
    return list(dict.fromkeys(_FACT.findall(_STRING.sub("''", rule))))


def customer_facts(row: Any) -> dict[str, Any]:
    """What a rule can say about a customer: what the shop told of them, and the columns that every customer has."""
    told = {**(row.attributes or {}), **{name: getattr(row, name) for name in _COLUMNS}}
    return {name: value for name, value in told.items() if value not in (None, "")}


def is_condition(rule: str) -> bool:
    """Whether the rule comes out as true or false, or may: it does not where all that ever comes out is a word or a number."""
    facts = named_facts(rule)
    if len(facts) > _MOST_TRIED:
        return True
    came_out = False
    for values in product(*(_KINDS.get(fact, _ANY_KIND) for fact in facts)):
        known: dict[str, dict[str, Any]] = {"customer": {}, "touchpoint": {}}
        for fact, value in zip(facts, values, strict=True):
            whose, _, name = fact.partition(".")
            known[whose][name] = value
        try:
            if isinstance(compiled(rule).execute(known), bool):
                return True
        except (KeyError, RuntimeError, TypeError, ValueError):
            continue
        came_out = True
    return not came_out


def leaves_out(rule: str, lang: str) -> bool:
    """Whether the rule holds for nobody of that language, whatever else is known of them."""
    try:
        # What `has` asks for is as little known as what is compared: it must not count as absent.
        undecided = _HAS.sub(r"(\1 == \1)", rule)
        return compiled(undecided).execute({"customer": {"lang": lang}, "touchpoint": {}}) is False
    except (KeyError, RuntimeError, TypeError, ValueError):
        return False


def fits(rule: str, customer: Mapping[str, Any], touchpoint: Mapping[str, Any]) -> bool:
    """Whether the rule holds. What cannot be decided (something is absent, or compared with what it is not) does not."""
    try:
        return compiled(rule).execute({"customer": dict(customer), "touchpoint": dict(touchpoint)}) is True
    except (KeyError, RuntimeError, TypeError, ValueError):
        return False
