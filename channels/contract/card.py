"""The link of a comment card: what begins one, whichever channel carries it."""

from __future__ import annotations

import re

__all__ = ["card_place", "card_token", "written_card"]

_PLACE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
"""Where a card hangs: letters that every link carries as they are, Telegram's among them (64 in all, with what is before them)."""
_TOKEN = re.compile(rf"comment(?:-({_PLACE}))?")
_COMMAND = re.compile(rf"/comment(?:@\w+)?(?:\s+({_PLACE}))?", re.IGNORECASE)


def card_token(place: str = "") -> str:
    """The payload of a card's link.

    Raises:
        ValueError: the place is not 1 to 40 characters of A-Z a-z 0-9 _ -, the first a letter or digit.
    """
    token = f"comment-{place}" if place else "comment"
    if not _TOKEN.fullmatch(token):
        raise ValueError("a place has 1 to 40 characters of A-Z, a-z, 0-9, _ and -, and begins with a letter or digit")
    return token


def card_place(token: str) -> str | None:
    """Where the card hangs whose link bears this token, empty where it does not say; None where it is no card's."""
    card = _TOKEN.fullmatch(token)
    return card and (card[1] or "")


def written_card(text: str) -> str | None:
    """As `card_place`, of somebody who writes `/comment` or `/comment PLACE`."""
    command = _COMMAND.fullmatch(text.strip())
    return command and (command[1] or "")
