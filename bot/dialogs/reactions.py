"""Signs that customers put to our messages. No score is made of one: it is noted, and where it is plainly unhappy, heard as a word."""

from __future__ import annotations

from datetime import datetime
from textwrap import shorten
from typing import Any

from sqlalchemy import Connection, Row

from bot.dialogs.outcome import Outcome
from bot.dialogs.talk import Talk
from bot.dialogs.told import told_at
from bot.surveys.understanding.lexicon import faces
from bot.surveys.wording import phrase
from channels.contract import Heard, HeardKind, Say
from storage.ids import short
from storage.queries.cases import add_entries, entry_row, open_cases_of
from storage.queries.consents import agreed_to
from storage.queries.reactions import has_key, keep_reaction, said_to

__all__ = ["is_unhappy", "reacted"]

_UNHAPPY = ("bad", "no")
_QUOTED = 80
"""Characters of our own words by which staff know the message."""
_KEY = "sign."


def is_unhappy(signs: str) -> bool:
    return any(faces().get(sign) in _UNHAPPY for sign in signs.split())


def reacted(conn: Connection, heard: Heard, outcome: Outcome, now: datetime, shop: str) -> None:
    """What follows from signs put to a message of ours, or taken back. Those put to other messages mean nothing to us.

    Unhappy ones join an open case as words of the customer's, or are asked about, once for each dialog or case. All others
    are noted, in the history of the case that the message belongs to.
    """
    talk, back = outcome.talk, heard.kind is HeardKind.REACTION_BACK
    ours = said_to(conn, talk.customer_id, talk.account, talk.native_id, heard.message)
    if ours is None:
        return
    keep_reaction(conn, ours, "" if back else heard.text)
    cases = open_cases_of(conn, {talk.customer_id})
    case = next((one for one in cases if one.id == ours.case_id), None)
    quoted = shorten(ours.say["text"], _QUOTED, placeholder=" …")
    unhappy = is_unhappy(heard.text)
    if unhappy and case is None:
        case = max(cases, key=lambda one: one.updated_at, default=None)
    if unhappy and not back and case is not None:
        outcome.tolds.append(told_at(talk, None, heard, now, facts={"shop": shop}, words=heard.text, quoted=quoted))
    elif case is not None:
        kind = "reaction_back" if back else "reaction"
        add_entries(conn, entry_row(case.id, heard.at, "makegood", kind, f"{heard.text} “{quoted}”"))
    elif unhappy and not back and _may_ask(conn, talk, key := _key(ours)):
        talk.asked_about_signs.add(key)
        outcome.says.append(Say(phrase("unhappy_sign", talk.lang, shop=shop), key=key, again=phrase("repeated", talk.lang)))


def _may_ask(conn: Connection, talk: Talk, key: str) -> bool:
    """Nobody is asked twice, nor who wants to be asked nothing."""
    if not key or key in talk.asked_about_signs or has_key(conn, key):
        return False
    return agreed_to(conn, talk.customer_id, "surveys") is not False


def _key(ours: Row[*tuple[Any, ...]]) -> str:
    """What is asked once about the dialog, case or message; empty where the message is that very question."""
    if (ours.key or "").startswith(_KEY):
        return ""
    return _KEY + short(ours.dialog_id or ours.case_id or ours.invitation_id or ours.id)
