"""Taking back a yes, by a word or a button, whatever else is being talked about: leaving panels, being quoted no more."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sqlalchemy import Connection

from bot.dialogs.dialog import DialogState
from bot.dialogs.talk import Held, Talk
from bot.dialogs.whole_message import plain, words_of
from bot.surveys.wording import LANGS
from storage.focus import PREFIX as FOCUS
from storage.queries.consents import agreed_to, purposes_agreed_to
from storage.queries.panels import panels_of

__all__ = ["LEAVE", "PANEL", "is_leaving", "taken_back", "what_leaving_takes_back"]

PANEL = ":panel"
"""The fact that a dialog is one with a member of a panel. No touchpoint can tell it: it is no name."""
LEAVE = "leave"
"""What the button says in place of words."""

_LEFT, _UNQUOTED = "left_panels", "not_quoted"


def taken_back(conn: Connection, talk: Talk, text: str) -> tuple[list[Held], list[tuple[str, bool]], str]:
    """The dialogs that end with it, the consents, and the key of what is answered; no consents where the words say no such
    thing, or the customer has agreed to nothing of the kind."""
    match _words().get(plain(text)) if text else None:
        case "left_panels":
            consents = [(purpose, False) for purpose in what_leaving_takes_back(conn, talk.customer_id)]
            ended = [one for one in talk.open() if consents and PANEL in one.dialog.facts]
            for one in ended:
                one.dialog, one.changed = replace(one.dialog, state=DialogState.STOPPED), True
            return ended, consents, _LEFT
        case "not_quoted" if agreed_to(conn, talk.customer_id, "quote"):
            return [], [("quote", False)], _UNQUOTED
    return [], [], ""


def is_leaving(text: str) -> bool:
    """Whether somebody writes that they leave the panel."""
    return _words().get(plain(text)) == _LEFT


def what_leaving_takes_back(conn: Connection, customer_id: int) -> list[str]:
    """Who leaves the panel does not sit in the conversations that it was invited to."""
    return panels_of(conn, customer_id) + purposes_agreed_to(conn, customer_id, FOCUS)


@cache
def _words() -> dict[str, str]:
    """What is said, in any language, by the key of its answer. Nothing more may be said with it, signs aside."""
    lists = (("leave_panel_words", _LEFT), ("unquote_words", _UNQUOTED))
    words = {word: answer for lang in LANGS for key, answer in lists for word in words_of(key, lang)}
    return {**words, LEAVE: _LEFT}
