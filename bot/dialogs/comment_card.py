"""Comment cards that customers ask for: by a command, a word, or the link on a card that hangs somewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection

from bot.dialogs.talk import Held, Talk
from bot.dialogs.whole_message import plain, words_of
from bot.surveys.wording import LANGS
from channels.contract import Heard, HeardKind, card_place, written_card
from storage.queries.conversations import dialogs_begun_at

__all__ = ["CARDS_A_DAY", "COMMENT_CARD", "asked_for_card", "has_had_enough", "open_card"]

COMMENT_CARD = "comment-card"
"""The survey that a card is."""
CARDS_A_DAY = 10
"""So many cards one address can begin within 24 hours: more than anybody has to say, few enough that nobody floods the staff."""


def asked_for_card(heard: Heard, lang: str) -> str | None:
    """The place of the card that somebody asks for, empty where none is named; None where they ask for no card."""
    if heard.kind is HeardKind.START:
        return card_place(heard.token)
    if not heard.text or heard.media:
        return None
    if plain(heard.text) in _words(lang.lower().partition("-")[0]):
        return ""
    return written_card(heard.text)


def open_card(talk: Talk, place: str) -> Held | None:
    """The card that lies before them already, for this place or, where they name none, for any."""
    cards = (held for held in talk.open() if held.dialog.survey == COMMENT_CARD)
    return next((held for held in cards if place in ("", held.dialog.facts.get("place", ""))), None)


def has_had_enough(conn: Connection, talk: Talk, now: datetime) -> bool:
    """Whether this address has begun as many cards as it may for now."""
    begun_now = sum(held.dialog.survey == COMMENT_CARD and held.version == 0 for held in talk.dialogs)
    return begun_now + dialogs_begun_at(conn, talk.address_id, COMMENT_CARD, since=now - timedelta(days=1)) >= CARDS_A_DAY


@cache
def _words(lang: str) -> frozenset[str]:
    """What asks for a card in any language; but what is "comment" in English is "how?" in French."""
    spoken = [other for other in LANGS if (lang, other) != ("fr", "en")]
    return frozenset[str]().union(*(words_of("comment_words", other) for other in spoken))
