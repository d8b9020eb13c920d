"""Leaving panels by a word or a button, whatever else is being talked about."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from sqlalchemy import Connection

from bot.dialogs.dialog import DialogState
from bot.dialogs.talk import Held, Talk
from bot.surveys.wording import phrase
from storage.queries.panels import panels_of

__all__ = ["PANEL", "left_panels", "wants_out"]

PANEL = ":panel"
"""The fact that a dialog is one with a member of a panel. No touchpoint can tell it: it is no name."""

_LANGUAGES = ("en", "sv", "lv", "fr")


def wants_out(text: str) -> bool:
    """Whether this is the word by which panels are left, in any language: nothing more, politeness of signs aside."""
    return _plain(text) in _words()


def left_panels(conn: Connection, talk: Talk) -> tuple[list[Held], list[tuple[str, bool]]]:
    """Ends what is open for a panel, and gives it back, with what the customer takes back as consents: none where they
    are in no panel."""
    consents = [(purpose, False) for purpose in panels_of(conn, talk.customer_id)]
    ended = [one for one in talk.open() if consents and PANEL in one.dialog.facts]
    for one in ended:
        one.dialog, one.changed = replace(one.dialog, state=DialogState.STOPPED), True
    return ended, consents


@cache
def _words() -> frozenset[str]:
    words = {_plain(word) for lang in _LANGUAGES for word in phrase("leave_panel_words", lang).split("|")}
    return frozenset({*words, "leave"})


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text).casefold().split())
