"""The shop's channel on Bluesky, listening and speaking, whatever server it faces."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from channels.contract import Heard, Link, Say
from channels.customers.bluesky import BlueskyChannel
from tests.channels.bluesky.memory import Remembered
from tests.channels.conftest import Ears, listening, until

__all__ = ["BlueskyStage"]

QUESTION = Say("How was your red lamp, Anna?", link=Link("Order 4711", "https://shop.example/4711"), lang="en")


class _Somebody(Protocol):
    @property
    def did(self) -> str: ...


class BlueskyStage(ABC):
    def __init__(self) -> None:
        self.memory, self.ears = Remembered(), Ears()
        self._messages = itertools.count(1 << 60)

    @abstractmethod
    def channel(self) -> BlueskyChannel: ...

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[BlueskyChannel]:
        channel = self.channel()
        async with listening(channel, self.ears):
            await until(lambda: channel.did)
            yield channel
        await channel.close()

    async def hears(self, number: int) -> list[Heard]:
        heard = await self.ears.wait_for(number)
        self.memory.heard = [one.update_id for one in heard]
        return heard

    async def says(self, channel: BlueskyChannel, person: _Somebody, say: Say = QUESTION, *, message_id: int = 0) -> str:
        return await channel.send(person.did, say, message_id=message_id or next(self._messages))
