"""The stream of an account's notifications, as a bell: what it brings is looked up, so nothing hangs on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from mastodon import Mastodon, StreamListener

__all__ = ["ring_on_news"]

_SILENCE = 60
"""Seconds without even a heartbeat, of which Mastodon sends one every 15, after which the line counts as dead."""


class _Left(Exception):
    """Nobody listens any more."""


class _Bell(StreamListener):
    """Rings once the stream stands, which closes the gap since the last look, and with every notification."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring, self._standing = ring, False
        self.left = False

    def handle_heartbeat(self) -> None:
        if self.left:
            raise _Left
        if not self._standing:
            self._standing = True
            self._ring()

    def on_any_event(self, name: str, data: Any = None, for_stream: Any = None) -> None:
        if name == "notification":
            self._ring()

    def on_unknown_event(self, name: str, unknown_event: Any = None) -> None:
        """Servers may invent new ones."""


async def ring_on_news(api: Mastodon, ring: Callable[[], None]) -> None:
    """Call `ring` whenever it is time to look, until the stream ends; what ended it is raised.

    The library reads it in a thread of its own, which nobody waits for: it leaves with the next heartbeat.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Exception | None] = loop.create_future()

    def tell(call: Callable[..., None], *args: object) -> None:
        with suppress(RuntimeError):  # the loop was closed while we read: nobody listens any more
            loop.call_soon_threadsafe(call, *args)

    def settle(end: Exception | None) -> None:
        if not ended.done():
            ended.set_result(end)

    bell = _Bell(lambda: tell(ring))

    def read() -> None:
        end: Exception | None = None
        try:
            api.stream_user_notifications(bell, timeout=_SILENCE)
        except Exception as error:
            end = error
        tell(settle, end)

    Thread(target=read, name="mastodon stream", daemon=True).start()
    try:
        if error := await ended:
            raise error
    finally:
        bell.left = True
