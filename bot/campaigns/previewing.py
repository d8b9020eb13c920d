"""How a campaign's first message would look on each channel, and a test of it to oneself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.rule import leaves_out
from bot.campaigns.wordings import surveys_of
from bot.dialogs.advance import begin
from bot.dialogs.dialog import Dialog
from bot.dialogs.opening import facts_for
from bot.mistake import Mistake
from bot.surveys.definition import Survey
from channels.contract import Say
from channels.outbox import message_row
from channels.plain_text import in_pieces, in_plain_text
from storage.bulk import insert_many
from storage.outbox import Message, Priority
from storage.queries.explaining import customer_row
from storage.queries.invitations import addresses_of

__all__ = ["Shown", "langs_of", "opening", "send_test", "shown"]

_message = Message.__table__  # type: ignore[attr-defined]
_LOOKS = {
    "telegram": (True, 4096),
    "slack": (True, 3000),
    "webchat": (True, 10_000),
    "mastodon": (False, 500),
    "x": (False, 10_000),
    "terminal": (False, 10_000),
}
"""Whether the platform has buttons, and how long a message may be. A platform that is not here is public: nobody is asked there."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The first message in one wording on one platform: its texts, and its buttons' labels where it has any."""

    wording: str
    platform: str
    texts: tuple[str, ...]
    buttons: tuple[str, ...]


def langs_of(definition: Definition, survey: Survey) -> tuple[str, ...]:
    """The survey's languages without those whose speakers the audience leaves out: other wordings need not have words in them."""
    return tuple(lang for lang in survey.langs if not leaves_out(definition.audience, lang)) or survey.langs


def opening(survey: Survey, lang: str, shop: str, now: datetime) -> tuple[Say, ...]:
    """The greeting with the first question, in as many messages as that takes: a task has one of its own."""
    facts = facts_for(survey, shop=shop, lang=lang, name="", attributes={})
    return begin(survey, Dialog(1, survey.name, lang, facts), now).says


def shown(definition: Definition, survey: Survey, lang: str, shop: str, platforms: Sequence[str], now: datetime) -> Iterator[Shown]:
    """How it begins in every wording, as each of these platforms would show it."""
    for wording, worded in surveys_of(definition, survey).items():
        says = opening(worded, lang, shop, now)
        for platform in platforms:
            if platform not in _LOOKS:
                continue
            buttons, limit = _LOOKS[platform]
            texts = [piece for say in says for piece in in_pieces(say.text if buttons else in_plain_text(say), limit)]
            links = [say.link.label for say in says if say.link]
            labels = (*links, *(choice.label for choice in says[-1].choices)) if buttons else ()
            yield Shown(wording, platform, tuple(texts), labels)


def send_test(conn: Connection, definition: Definition, survey: Survey, to: str, lang: str, shop: str, now: datetime) -> int:
    """Put how it begins, in each wording, into the outbox for somebody; nothing is recorded of it. Gives back how many.

    Raises:
        Mistake: `to`, the shop's own id for them or a platform's name for their chat, has no open chat.
    """
    found = customer_row(conn, to)
    address = next((one for one in addresses_of(conn, [found.id]) if one.reachable), None) if found else None
    if address is None:
        raise Mistake(f'"{to}" has no chat with us', "open the chat with your bot first: then it can write to you", "no_chat", to=to)
    rows = []
    for wording, worded in surveys_of(definition, survey).items():
        text = "\n\n".join([f"[{definition.name}, {wording}]", *(in_plain_text(say) for say in opening(worded, lang, shop, now))])
        where = {"channel": address.channel, "account": address.account, "address": address.native_id}
        rows.append(message_row(Say(text, lang=lang), priority=Priority.REPLY, now=now, customer_id=address.customer_id, **where))
    insert_many(conn, _message, rows)
    return len(rows)
