"""The words of a status, which Mastodon gives as HTML. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["plain_words", "without_mentions"]

_SERVER = r"(?:@[\w.-]*\w)?"


class _Words(HTMLParser):
    """Keeps the text; paragraphs and breaks become line breaks. A shortened link is whole again, for its parts are all text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("p", "li", "blockquote", "pre", "h1", "h2", "h3"):
            self.parts.append("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(self._silent - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))


def plain_words(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    text = "".join(words.parts).replace("\u2060", "").replace("\u200b", "").replace("\xa0", " ")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def without_mentions(text: str, handle: str) -> str:
    """What is said to us, without our handle, which apps put first among all who are addressed; it may also stand last."""
    own = rf"@{re.escape(handle.partition('@')[0])}{_SERVER}"
    text = re.sub(rf"^(?:@[\w.-]*\w{_SERVER}\s+)*?{own}(?:[,:]?\s+|$)", "", text, flags=re.IGNORECASE)
    return re.sub(rf"(?:^|,?\s+){own}$", "", text, flags=re.IGNORECASE).strip()
