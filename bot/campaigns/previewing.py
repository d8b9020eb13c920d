"""What a campaign would be: whom it would reach, and how its first message would look on each channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.planning import CHUNK, Audience
from bot.campaigns.wordings import surveys_of
from bot.dialogs.advance import begin
from bot.dialogs.dialog import Dialog
from bot.dialogs.opening import facts_for
from bot.surveys.definition import Survey
from channels.contract import Say
from channels.outbox import message_row
from channels.plain_text import in_pieces, in_plain_text
from storage.bulk import insert_many
from storage.outbox import Message, Priority
from storage.queries.waves import count_in, examples_in, stretch_after

__all__ = ["Reach", "Shown", "first_message", "reach", "send_test", "shown"]

_message = Message.__table__  # type: ignore[attr-defined]
_EXAMPLES = 10
_LOOKS = {"telegram": (True, 4096), "slack": (True, 3000), "webchat": (True, 4096), "mastodon": (False, 500), "terminal": (False, 4096)}
"""Whether the platform has buttons, and how long a message may be."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many customers there are, how many would be invited (drawn, and not kept back), how many kept back, and ten of them."""

    customers: int
    invited: int
    control: int
    examples: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The first message in one wording on one platform: its texts, and its buttons' labels where it has any."""

    wording: str
    platform: str
    texts: tuple[str, ...]
    buttons: tuple[str, ...]


def reach(conn: Connection, definition: Definition, now: datetime, *, number: int = 1) -> Reach:
    """Of the wave of that number, as things stand now. Of a campaign after a touchpoint: of those whose facts about
    themselves fit."""
    audience, control = Audience(definition, number), Audience(definition, number).control()
    customers = invited = kept_back = cursor = 0
    examples: list[Any] = []
    while stretch := stretch_after(conn, cursor, 10 * CHUNK):
        wanted = audience.wanted(conn, stretch, now)
        found = count_in(conn, stretch, wanted)
        kept = count_in(conn, stretch, [*wanted, control]) if definition.control else 0
        customers, invited, kept_back, cursor = customers + stretch.count, invited + found - kept, kept_back + kept, stretch.last
        if len(examples) < _EXAMPLES and found:
            examples += examples_in(conn, stretch, [*wanted, ~control], _EXAMPLES - len(examples))
    return Reach(customers, invited, kept_back, tuple(examples))


def first_message(survey: Survey, lang: str, shop: str, now: datetime, *, name: str = "") -> Say:
    """The greeting with the first question."""
    facts = facts_for(survey, shop=shop, lang=lang, name=name, attributes={})
    return begin(survey, Dialog(1, survey.name, lang, facts), now).says[0]


def shown(definition: Definition, survey: Survey, lang: str, shop: str, platforms: Sequence[str], now: datetime) -> Iterator[Shown]:
    """The first message in every wording, as each of these platforms would show it."""
    for wording, worded in surveys_of(definition, survey).items():
        say = first_message(worded, lang, shop, now)
        for platform in platforms:
            buttons, limit = _LOOKS.get(platform, (False, 4096))
            text = say.text if buttons else in_plain_text(say)
            labels = tuple(choice.label for choice in say.choices) if buttons else ()
            yield Shown(wording, platform, tuple(in_pieces(text, limit)), labels)


def send_test(conn: Connection, definition: Definition, survey: Survey, address: Any, lang: str, shop: str, now: datetime) -> int:
    """Put each wording's first message into the outbox for that address; nothing is recorded of it. Gives back how many."""
    rows = []
    for wording, worded in surveys_of(definition, survey).items():
        say = first_message(worded, lang, shop, now)
        text = f"[{definition.name}, {wording}]\n\n{in_plain_text(say)}"
        where = {"channel": address.channel, "account": address.account, "address": address.native_id}
        rows.append(message_row(Say(text, lang=lang), priority=Priority.REPLY, now=now, customer_id=address.customer_id, **where))
    insert_many(conn, _message, rows)
    return len(rows)
