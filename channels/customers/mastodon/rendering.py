"""A `Say` as statuses of Mastodon's. Pure.

Lengths are as docs.joinmastodon.org/user/posting says, counted on the safe side: code points, never less than graphemes;
a link at least 23, as which Mastodon counts every link; the whole handle, of which it counts the name alone.
"""

from __future__ import annotations

import re

from channels.contract import Say
from channels.plain_text import in_pieces, in_plain_text

__all__ = ["length", "statuses_of"]

_LINK_LENGTH = 23
_LINK = re.compile(r"https?://\S+")
_MENTION = re.compile(r"(?<![\w/=@])@(?=\w)")


def statuses_of(say: Say, handle: str, limit: int) -> list[str]:
    """The statuses that tell `say` to whoever bears `handle` and to nobody else, each of at most `limit`."""
    mention = f"@{handle} "
    # Direct means "whoever is mentioned": another handle in our words would show them to a third person.
    text = _MENTION.sub("@\u2060", in_plain_text(say))
    pieces = list(in_pieces(text, limit - len(mention), length)) or [""]  # a picture may stand alone
    return [f"{mention}{piece}" for piece in pieces]


def length(text: str) -> int:
    """What Mastodon counts, or more."""
    return len(text) + sum(max(_LINK_LENGTH - len(link), 0) for link in _LINK.findall(text))
