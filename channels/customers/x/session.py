"""The library's line to X, or to another server."""

from __future__ import annotations

from typing import Any, cast

import aiohttp
from yarl import URL

__all__ = ["Session", "X"]

X = "https://api.twitter.com"
"""Where the library calls, and what its signatures are made for."""
_CALL_SECONDS = 20


class Session:
    """Stands in for the library's own session. The address is another one only once the call is signed for X's."""

    def __init__(self, api_base: str) -> None:
        self._base = URL(api_base)
        self._session: aiohttp.ClientSession | None = None

    def request(self, method: str, url: str | URL, **more: Any) -> Any:
        if self._session is None:  # made where a loop runs
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CALL_SECONDS))
        signed = url if isinstance(url, URL) else URL(url)
        there = signed.with_scheme(self._base.scheme).with_host(cast("str", self._base.host)).with_port(self._base.port)
        return self._session.request(method, there, **more)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
