"""Whether a platform still lets an account in: not once its token was revoked, or its app was removed."""

from __future__ import annotations

import asyncio
from typing import Protocol, runtime_checkable

__all__ = ["Admission", "Admitted"]


class Admission:
    """A channel says how it stands; whoever tells operators waits for news of it."""

    def __init__(self) -> None:
        self._refused: str | None = None
        self._news: asyncio.Queue[str] = asyncio.Queue()
        self._shut = asyncio.Event()

    @property
    def refused(self) -> str:
        """Why the platform does not let it in, in an operator's words; empty while nothing of the kind is known."""
        return self._refused or ""

    def refuse(self, why: str) -> None:
        """It is not let in. The first reason is the one that is told, until it is let in again."""
        if not self._refused:
            self._refused = why
            self._shut.set()
            self._news.put_nowait(why)

    def admit(self) -> None:
        """The platform has just let it in."""
        if self._refused != "":
            self._refused = ""
            self._shut.clear()
            self._news.put_nowait("")

    async def shut(self) -> None:
        """Return while it is not let in."""
        await self._shut.wait()

    async def news(self) -> str:
        """The next change: `refused` as it has become. That it is let in at first is one, too."""
        return await self._news.get()


@runtime_checkable
class Admitted(Protocol):
    """A channel that knows when its platform shuts it out."""

    @property
    def admission(self) -> Admission: ...
