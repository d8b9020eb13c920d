"""The one public reply. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from atproto import client_utils
from wcwidth import iter_graphemes

__all__ = ["LIMIT", "graphemes", "invitation", "record_key", "spoken"]

LIMIT = 300
"""Graphemes of a post (the lexicon app.bsky.feed.post)."""
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def graphemes(text: str) -> int:
    """What a reader would call signs (Unicode's UAX 29), and what Bluesky counts."""
    return sum(1 for _ in iter_graphemes(text))


def spoken(lang: str) -> str:
    """The language that somebody who writes in `lang` (BCP 47) is replied to in."""
    lang = lang.lower().partition("-")[0]
    return lang if lang in _words() else "en"


def invitation(lang: str, url: str) -> client_utils.TextBuilder:
    """The reply in one of the languages that we speak, with the link as a facet.

    The link shows where it leads: the server's name, or plain words where that is too long.
    """
    words, parts = _words()[lang], urlsplit(url)
    before, shown = words["come_over"], f"{parts.netloc}/{parts.path.strip('/').partition('/')[0]}"
    if graphemes(before + shown) > LIMIT:
        shown = words["our_chat"]
    return client_utils.TextBuilder().text(before).link(shown, url)


def record_key(message_id: int) -> str:
    """The key of the post's record, a TID (atproto.com/specs/tid): the same message is the same post, however often it is sent."""
    return "".join(_DIGITS[message_id >> 5 * place & 31] for place in reversed(range(13)))


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
