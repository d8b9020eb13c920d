"""What the tests of X share: a memory that is no database, and an account that faces the played X."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from channels.clock import Clock, SimulatedClock
from channels.contract import Heard
from channels.customers.x import Credentials, XChannel
from tests.channels.conftest import Ears, listening
from tests.simulators.x import KEYS, XSimulator

__all__ = ["Notebook", "account", "hearing", "time_flies"]


@dataclass(slots=True)
class Notebook:
    """What `Memory` asks for, written down here."""

    heard: list[Heard] = field(default_factory=list)
    days: Counter[date] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    invited: set[str] = field(default_factory=set)
    spoken: dict[str, datetime] = field(default_factory=dict)

    async def last_heard(self, kind: str) -> str:
        return next((one.update_id for one in reversed(self.heard) if one.update_id.startswith(f"{kind}/")), "")

    async def spent(self, at: datetime) -> int:
        return self.days[at.date()]

    async def spend(self, at: datetime, mills: int, alerts: Mapping[int, str]) -> int:
        before = self.days[at.date()]
        self.days[at.date()] += mills
        self.told += [what for limit, what in sorted(alerts.items()) if before < limit <= before + mills]
        return before + mills

    async def invite_once(self, person: str, at: datetime) -> bool:
        new = person not in self.invited
        self.invited.add(person)
        return new

    async def invite_again(self, person: str) -> None:
        self.invited.discard(person)

    async def has_spoken_since(self, person: str, since: datetime) -> bool:
        return person in self.spoken and self.spoken[person] >= since


def account(x: XSimulator, notebook: Notebook, clock: Clock, *, keys: Mapping[str, str] = KEYS, **more: Any) -> XChannel:
    settings = {"lang": "en", "budget": 5.0, "api_base": x.url} | more
    return XChannel("shop", Credentials(**keys), memory=notebook, clock=clock, rng=Random(7), **settings)


@asynccontextmanager
async def hearing(x: XSimulator, notebook: Notebook, ears: Ears, clock: Clock, **more: Any) -> AsyncIterator[XChannel]:
    """The account, listening; what it hears is durable in the notebook."""
    channel = account(x, notebook, clock, **more)
    hear = ears.hear

    async def remember(heard: Heard) -> None:
        await hear(heard)
        notebook.heard.append(heard)

    ears.hear = remember  # type: ignore[method-assign]
    try:
        async with listening(channel, ears):
            yield channel
    finally:
        ears.hear = hear  # type: ignore[method-assign]
        await channel.close()


@asynccontextmanager
async def time_flies(clock: SimulatedClock, each: timedelta = timedelta(seconds=20)) -> AsyncIterator[None]:
    """Let time pass, a good deal faster than it does."""

    async def fly() -> None:
        while True:
            await asyncio.sleep(0.01)
            clock.move_to(clock.now() + each)

    flying = asyncio.create_task(fly())
    try:
        yield
    finally:
        flying.cancel()
        await asyncio.wait([flying])
