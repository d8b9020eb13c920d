"""What the receiver hands to those who listen for complaints, and what it asks of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.dialog import Answered, Signal
from bot.dialogs.talk import Held, Talk
from bot.surveys.definition import Question
from channels.contract import Heard, Media

__all__ = ["Listener", "Told", "told_at"]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a customer said that staff may have to hear: an answer, a remark, a call for a person, or words
    written while no survey was waiting (then `dialog_id` is None).

    `channel`, `account` and `address` are where to answer, `address_id` its row.
    """

    customer_id: int
    address_id: int
    channel: str
    account: str
    address: str
    lang: str
    at: datetime
    name: str = ""
    dialog_id: int | None = None
    invitation_id: int | None = None
    touchpoint_id: int | None = None
    case_id: int | None = None
    """The case a made-good dialog asks about."""
    survey: str = ""
    facts: dict[str, Any] | None = None
    question: Question | None = None
    answered: Answered | None = None
    signal: Signal | None = None
    praise: str = ""
    """The dialog's own words, where they are praise by now."""
    words: str = ""
    quoted: str = ""
    """Our own words to which they put plainly unhappy signs, by which staff know what is meant."""
    media: Media | None = None
    thread: str = ""
    """The topic of the conversation that it was said in."""


def told_at(talk: Talk, held: Held | None, heard: Heard | None, now: datetime, **said: Any) -> Told:
    """Something told in a conversation, in a dialog where it is `held`. What nobody said just now is told `now`."""
    return Told(
        customer_id=held.customer_id if held else talk.customer_id,
        address_id=talk.address_id,
        channel=talk.channel,
        account=talk.account,
        address=talk.native_id,
        lang=held.dialog.lang if held else talk.lang,
        name=talk.name,
        at=heard.at if heard else now,
        dialog_id=held.dialog.id if held else None,
        invitation_id=held.invitation_id if held else None,
        touchpoint_id=held.touchpoint_id if held else None,
        case_id=held.case_id if held else None,
        survey=held.dialog.survey if held else "",
        thread=heard.thread if heard else "",
        **said,
    )


Listener = Callable[[Connection, Sequence[Told], datetime], Sequence[str | None]]
"""Told inside the answers' transaction; gives back, for each, what the customer is to be told at once, if anything
(the apology when a case was opened). Whatever it writes is committed or rolled back with the answers."""
