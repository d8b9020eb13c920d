"""What the tests of X share: an account that faces the played X, and time that flies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

from channels.clock import Clock, SimulatedClock
from channels.contract import Heard
from channels.customers.x import Credentials, XChannel
from tests.channels.conftest import Ears, listening, until
from tests.channels.x.notebook import Notebook
from tests.simulators.x import KEYS, XSimulator

__all__ = ["account", "counted", "hearing", "time_flies"]


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


async def counted(x: XSimulator, notebook: Notebook) -> None:
    """Wait until what X charges is what we have counted."""
    await until(lambda: notebook.days.total() == x.world.mills)
