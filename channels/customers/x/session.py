"""The library's line to X, or to another server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
from yarl import URL

from channels.contract import Allowance, Vitals

__all__ = ["Session", "X"]

X = "https://api.twitter.com"
"""Where the library calls, and what its signatures are made for."""
_CALL_SECONDS = 20
_WINDOWS = {
    "mentions": ("GET", "/mentions"),
    "messages_read": ("GET", "/dm_"),
    "messages": ("POST", "/dm_"),
    "posts": ("POST", "/tweets"),
}
"""Each call's limit has a name, a method and a part of its path."""


class Session:
    """Stands in for the library's own session. Where `api_base` is not X, all of X is there: the address is another one only
    once the call is signed for X's.

    What X says of its limits with each answer is told to `vitals`.
    """

    def __init__(self, api_base: str, vitals: Vitals) -> None:
        self._base, self._vitals = URL(api_base), vitals
        self._session: aiohttp.ClientSession | None = None

    def request(self, method: str, url: str | URL, **more: Any) -> Any:
        if self._session is None:  # made where a loop runs
            watch = aiohttp.TraceConfig()
            watch.on_request_end.append(self._note_limit)
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CALL_SECONDS), trace_configs=[watch])
        there = url if isinstance(url, URL) else URL(url)
        if self._base != URL(X):
            there = there.with_scheme(self._base.scheme).with_host(cast("str", self._base.host)).with_port(self._base.port)
        return self._session.request(method, there, **more)

    async def _note_limit(self, _: aiohttp.ClientSession, __: object, ended: aiohttp.TraceRequestEndParams) -> None:
        left, of, ends = (ended.response.headers.get(f"x-rate-limit-{part}", "") for part in ("remaining", "limit", "reset"))
        what = next((name for name, (method, part) in _WINDOWS.items() if method == ended.method and part in ended.url.path), "")
        if what and left.isdecimal() and of.isdecimal() and ends.isdecimal():
            self._vitals.allowances[what] = Allowance(int(left), int(of), datetime.fromtimestamp(int(ends), UTC))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
