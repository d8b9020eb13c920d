"""Whether the doors by which platforms push to this server are opened by Makegood. Nothing comes in by the question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus

from channels.clock import Clock
from channels.contract import Finding, NoAnswer
from channels.examining import Asking

__all__ = ["DoorsExamination"]

_OURS = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.BAD_REQUEST)
"""How our doors answer to whoever brings nothing: they take posts alone, and X's gives an answer to a challenge."""


class DoorsExamination:
    """`doors` are the addresses, by account."""

    def __init__(self, doors: Mapping[str, str], clock: Clock) -> None:
        self._doors, self._clock = doors, clock

    async def examine(self) -> AsyncIterator[Finding]:
        for account, url in self._doors.items():
            yield await self._knocked(account, url)

    async def _knocked(self, account: str, url: str) -> Finding:
        try:
            async with Asking(url, self._clock) as asking:
                status = (await asking.get("")).status_code
        except NoAnswer as none:
            remedy = "start Makegood; if it runs, look whether the web server in front passes on to it (some networks hide it from itself)"
            return Finding.warning(account, none.finding.found, remedy)
        if status in _OURS:
            return Finding.ok(account, f"Makegood answers at {url}")
        remedy = "look whether the web server in front passes /hooks on to Makegood, and Makegood runs with this configuration"
        return Finding.error(account, f"{url} answers {status}, as Makegood does not", remedy)
