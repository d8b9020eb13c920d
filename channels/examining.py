"""Asking a platform how an account is: by questions that change nothing, and with its clock compared to ours on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from channels.clock import Clock
from channels.contract import Finding, NoAnswer

__all__ = ["PATIENCE", "Asking", "Json", "host_of", "is_here"]

Json = dict[str, Any]

PATIENCE = timedelta(seconds=10)
"""For each question."""
CLOSE = timedelta(seconds=30)
"""How far two clocks may be apart without a word: an answer under way and whole seconds count for a few."""
_SET_CLOCK = "let this machine's clock be set by the network (timedatectl set-ntp true), and restart Makegood if it was far off"


class Asking:
    """One server, asked over one line. `by_proxy`: as the library that serves the account heeds the environment's proxies, or not.

    Raises:
        NoAnswer: of every question: there is no line, or the server is in trouble, or bids us wait.
    """

    def __init__(
        self,
        base: str,
        clock: Clock,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        by_proxy: bool = True,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.host = host_of(base)
        self._base, self._clock, self._patience = base, clock, patience
        self._client = httpx.AsyncClient(headers=dict(headers), timeout=patience.total_seconds(), trust_env=by_proxy)
        self._ahead: timedelta | None = None
        """How far their clock is ahead of ours."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("POST", path, **more)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """What it answers, refusals among it."""
        try:
            answer = await self._client.request(method, f"{self._base}{path}", **more)
        except httpx.TimeoutException:
            raise NoAnswer(_no_line(self.host, f"within {self._patience.total_seconds():g} s")) from None
        except httpx.HTTPError as error:
            raise NoAnswer(_no_line(self.host, f"({_reason(error)})")) from None
        self._compare(answer)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            found = f"{self.host} was asked too often and bids us wait (429)"
            raise NoAnswer(Finding.warning("line", found, "nothing is wrong with the account: try again in a few minutes"))
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            found = f"{self.host} is in trouble itself (it answers {answer.status_code})"
            raise NoAnswer(Finding.error("line", found, "nothing can be mended here: try again later"))
        return answer

    def content(self, answer: httpx.Response) -> Json:
        """The object in an answer. Raises NoAnswer: there is none."""
        try:
            content = answer.json()
        except ValueError:
            content = None
        if isinstance(content, dict):
            return content
        found = f"{self.host} gave an answer ({answer.status_code}) that is not the platform's"
        raise NoAnswer(
            Finding.error("line", found, "look whether the address is right, and whether a proxy or a firewall stands in between")
        )

    def clock(self, limit: timedelta | None = None, whose: str = "") -> Finding:
        """Our clock beside that of the answers so far. Beyond `limit` nothing works, because of `whose` limit it is."""
        if self._ahead is None:
            return Finding.ok("clock", f"{self.host} does not tell its time")
        apart = abs(self._ahead)
        if apart <= CLOSE:
            return Finding.ok("clock", f"agrees with that of {self.host}, within {CLOSE.total_seconds():g} s")
        way = "behind" if self._ahead > timedelta(0) else "ahead of"
        found = f"this machine's clock is {_spoken(apart)} {way} that of {self.host}"
        if limit is not None:
            found += f"; {whose} takes no more than {_spoken(limit)}"
        make = Finding.error if limit is not None and apart > limit else Finding.warning
        return make("clock", found, _SET_CLOCK)

    def _compare(self, answer: httpx.Response) -> None:
        """Note how the clocks stand, by the first answer that tells its time; one from a cache tells an old one."""
        if self._ahead is not None or "age" in answer.headers:
            return
        try:
            theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return
        self._ahead = theirs.replace(tzinfo=theirs.tzinfo or UTC) - self._clock.now() + answer.elapsed / 2


def host_of(url: str) -> str:
    """The part of an address that bears no secret."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_here(url: str) -> bool:
    """Whether an address is this machine's own, as nobody else can reach it."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_line(host: str, why: str) -> Finding:
    remedy = "check this machine's line to the internet, its firewall and its proxy, and that the address is right"
    if "certificate" in why.lower():
        remedy = "check this machine's date, its certificates (the package ca-certificates), and that the address is right"
    return Finding.error("line", f"could not reach {host} {why}", remedy)


def _reason(error: httpx.HTTPError) -> str:
    # What broke the connection itself bears no address with a token in it; anything else is told by its kind.
    return str(error) if isinstance(error, httpx.ConnectError) and str(error) else type(error).__name__


def _spoken(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    minutes, rest = divmod(seconds, 60)
    if minutes < 2:
        return f"{seconds} s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
