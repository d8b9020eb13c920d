"""mastodon-mock, a Mastodon server that others wrote, on a free port: what the tests of the channel face."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

import httpx
from mastodon import Mastodon
from mastodon_mock.config import DatabaseConfig, MastodonMockConfig, RateLimitConfig, SeedAccount, SeedConfig, StreamingConfig
from mastodon_mock.testing.server import MockServer

from channels.clock import Clock, SystemClock
from channels.customers.mastodon import MastodonChannel

__all__ = ["SHOP_TOKEN", "CutLine", "Server", "mastodon_server"]

SHOP_TOKEN = "shop-token_ABCDEFGHIJKLMNOP"
PEOPLE = ("anna", "bert")


class Server:
    """The server, and the people on it as its own web page would act for them."""

    def __init__(self, server: MockServer) -> None:
        self.url = server.base_url
        self.anna, self.bert = (
            Mastodon(access_token=f"{name}-token", api_base_url=self.url, ratelimit_method="throw", request_timeout=10) for name in PEOPLE
        )
        self.shop = Mastodon(access_token=SHOP_TOKEN, api_base_url=self.url, ratelimit_method="throw", request_timeout=10)

    def channel(self, clock: Clock, *, via: str = "", token: str = SHOP_TOKEN, heard: str = "") -> MastodonChannel:
        """The shop's channel, which heard the update of the id `heard` last."""

        async def last_heard() -> str:
            return heard

        return MastodonChannel("shop", via or self.url, token, last_heard=last_heard, clock=clock, rng=Random(7))

    def id_of(self, person: Mastodon) -> str:
        return str(person.account_verify_credentials().id)

    def seen_by(self, person: Mastodon) -> list[dict[str, Any]]:
        """What a person was told, oldest first: the words, and who else sees them."""
        told = [one.status for one in person.notifications(types=["mention"], limit=80)]
        return [
            {
                "words": status.content,
                "visibility": status.visibility,
                "answers": status.in_reply_to_id and str(status.in_reply_to_id),
                "id": str(status.id),
                "mentions": [mention.acct for mention in status.mentions],
            }
            for status in reversed(told)
        ]

    @contextmanager
    def trouble(self, path: str, method: str = "POST", *, kind: str = "status", count: int = 1, **effect: Any) -> Iterator[None]:
        """Let the next calls of this path fail."""
        rule = {"match": {"methods": [method], "path": path}, "effect": {"type": kind, **effect}, "count": count}
        made = httpx.post(f"{self.url}/api/v1/_mock/faults", json=rule).raise_for_status().json()
        yield
        httpx.delete(f"{self.url}/api/v1/_mock/faults/{made['id']}")

    async def direct(self, person: Mastodon, words: str, **more: Any) -> str:
        """Somebody writes; the id of the status."""
        posted = await asyncio.to_thread(lambda: person.status_post(words, **{"visibility": "direct", **more}))
        return str(posted.id)


@contextmanager
def mastodon_server(*, calls: int = 0) -> Iterator[Server]:
    """The server with the shop and two customers; `calls`, where given, are what it allows an account in five minutes."""
    accounts = [SeedAccount(username="shop", display_name="Shop", access_token=SHOP_TOKEN)]
    accounts += [SeedAccount(username=name, display_name=name.capitalize(), access_token=f"{name}-token") for name in PEOPLE]
    config = MastodonMockConfig(
        database=DatabaseConfig(path=":memory:"),
        seed=SeedConfig(accounts=accounts),
        streaming=StreamingConfig(heartbeat_seconds=0.1),
        ratelimit=RateLimitConfig(enabled=bool(calls), limit=calls or 300, window_seconds=300),
    )
    with MockServer(config=config) as mock:
        server = Server(mock)
        yield server
        for person in (server.anna, server.bert, server.shop):
            person.session.close()


class CutLine:
    """A line to the server that breaks, when told to, after the server took a status and before it could say so (`cuts`), or
    before anything of it arrives (`silences`), or whose gateway answers the next statuses itself (`refusals`, HTTP as it is)."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self._host, _, self._port = url.removeprefix("http://").partition(":")
        self._lines: set[asyncio.Task[None]] = set()
        self._clock = clock or SystemClock()
        self.cuts = self.silences = 0
        self.refusals: list[bytes] = []
        self.calls: list[datetime] = []
        """When each call came, by the clock."""
        self.url = ""

    async def __aenter__(self) -> CutLine:
        self._door = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._door.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._door.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(self._carry(reader, writer))
        self._lines.add(line)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(self._host, int(self._port))
        cut = asyncio.Event()

        async def forward() -> None:
            while data := await reader.read(65536):
                if data.startswith((b"GET ", b"POST ", b"PUT ", b"PATCH ")):
                    self.calls.append(self._clock.now())
                if data.startswith(b"POST /api/v1/statuses"):
                    if self.refusals:
                        writer.write(self.refusals.pop(0))
                        break
                    if self.silences:
                        self.silences -= 1
                        await asyncio.sleep(0.1)
                        break
                    if self.cuts:
                        self.cuts -= 1
                        cut.set()
                to_server.write(data)
            to_server.close()

        asking = asyncio.create_task(forward())
        try:
            while data := await from_server.read(65536):
                if cut.is_set():
                    break
                writer.write(data)
        finally:
            asking.cancel()
            for end in (writer, to_server):
                end.close()
            await asyncio.gather(asking, writer.wait_closed(), to_server.wait_closed(), return_exceptions=True)
