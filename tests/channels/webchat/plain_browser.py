"""Somebody's browser with scripts turned off, on the web chat."""

from __future__ import annotations

import asyncio
import re
from html import unescape

from tests.patience import caller

__all__ = ["PlainBrowser"]

_LINE = re.compile(r'<li class="line (mine|theirs)" data-line="([^"]*)">(.*?)</li>', re.DOTALL)
_BUTTON = re.compile(r'<button name="choice" value="([^"]+)"[^>]*>\s*(.*?)</button>', re.DOTALL)
_TEXT = re.compile(r'<p class="text"[^>]*>(.*?)</p>', re.DOTALL)


class PlainBrowser:
    def __init__(self, url: str) -> None:
        self.client = caller(url, follow_redirects=True)
        self.page = ""
        self.twice = False
        """Whether everything is posted twice at once, as by an impatient finger."""

    async def opens(self, path: str = "/chat") -> str:
        self.page = (await self.client.get(path)).text
        return self.page

    async def follows(self, link: str) -> str:
        """Open the link and press Start."""
        await self.opens(link)
        return await self.posts("/chat/start", token=link.rpartition("/")[2])

    async def taps(self, label: str) -> str:
        ref = next(ref for ref, text in reversed(_BUTTON.findall(self.page)) if _words(text).startswith(label))
        return await self.posts("/chat/choose", choice=unescape(ref))

    async def writes(self, text: str) -> str:
        return await self.posts("/chat/say", text=text)

    def lines(self) -> dict[str, tuple[str, list[str]]]:
        """What the shop said, as the page shows it: by its place the words, and the labels of the buttons beneath."""
        shown = {}
        for whose, place, inside in _LINE.findall(self.page):
            if whose == "theirs":
                text = "\n".join(unescape(words) for words in _TEXT.findall(inside))
                shown[place] = (text, [_words(label) for _, label in _BUTTON.findall(inside)])
        return shown

    async def posts(self, path: str, **fields: str) -> str:
        once = re.search(r'name="once" value="([^"]+)"', self.page)
        form = {"once": once[1] if once else "", **fields}
        await asyncio.gather(*(self.client.post(path, data=form) for _ in range(1 + self.twice)))
        return unescape(await self.opens())


def _words(html: str) -> str:
    return unescape(re.sub("<.*?>", "", html)).strip()
