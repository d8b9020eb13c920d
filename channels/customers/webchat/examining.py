"""How the web chat is reached: its address, whether this Makegood answers there, and which pages may frame it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

from channels.clock import Clock
from channels.contract import Finding, NoAnswer
from channels.examining import Asking, is_here

__all__ = ["WebchatExamination"]

_OURS = "const makegood ="
"""How the script for other pages begins to speak of itself."""


class WebchatExamination:
    """`address` is our server's; `framed_by` are the origins of pages that may show the chat in a frame. In a shop that is only
    `tried`, on this machine alone, customers need not reach it.
    """

    def __init__(self, address: str, framed_by: Sequence[str], *, clock: Clock, tried: bool = False) -> None:
        self._address, self._framed_by, self._clock, self._tried = address, framed_by, clock, tried

    async def examine(self) -> AsyncIterator[Finding]:
        yield self._place()
        yield await self._answer()
        for finding in self._frames():
            yield finding

    def _place(self) -> Finding:
        if is_here(self._address):
            found = f"{self._address}/chat is reached from this machine alone"
            if self._tried:
                return Finding.ok("address", found)
            remedy = "[server] public_url: write the https address by which customers reach this server"
            return Finding.warning("address", found, remedy)
        if not self._address.startswith("https://"):
            remedy = "put a web server with a certificate in front, and write its https address as [server] public_url"
            return Finding.warning("address", f"at {self._address}/chat everybody on the way reads along: it has no https", remedy)
        return Finding.ok("address", f"{self._address}/chat")

    async def _answer(self) -> Finding:
        """The script for other pages is asked for: it changes nothing, and says what the running Makegood goes by."""
        try:
            async with Asking(self._address, self._clock) as asking:
                answer = await asking.get("/chat/embed.js")
        except NoAnswer as none:
            if is_here(self._address):
                return Finding.ok("answer", "Makegood does not run just now")
            return Finding.warning("answer", none.finding.found, "start Makegood, and look whether the web server in front passes on to it")
        if _OURS not in answer.text:
            remedy = "look where the address leads, and whether the web server in front passes /chat on to Makegood"
            return Finding.error("answer", f"it is not Makegood that answers there ({answer.status_code})", remedy)
        if f'"origins": {json.dumps(list(self._framed_by))}' not in answer.text:
            return Finding.warning("answer", "it answers, with an earlier “framed_by”", "start Makegood again")
        return Finding.ok("answer", "it answers")

    def _frames(self) -> list[Finding]:
        ours = _site(self._address)
        if foreign := [origin for origin in self._framed_by if _site(origin) != ours]:
            found = f"{', '.join(foreign)} is another site than the chat's: browsers keep its cookie from a frame there"
            return [Finding.warning("framed_by", found, "let the chat live under the shop's own name, such as feedback.shop.example")]
        if plain := [origin for origin in self._framed_by if origin.startswith("http://") and self._address.startswith("https://")]:
            found = f"{', '.join(plain)} has no https: to browsers that is another site than the chat's"
            return [Finding.warning("framed_by", found, "write the origin with https, and let the shop's pages have it")]
        return [Finding.ok("framed_by", ", ".join(self._framed_by))] if self._framed_by else []


def _site(origin: str) -> str:
    """The end of a host's name. Of a shop under a name such as shop.co.uk it is too short, and so says nothing."""
    return ".".join((urlsplit(origin).hostname or "").split(".")[-2:])
