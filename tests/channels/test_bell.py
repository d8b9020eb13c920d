from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from channels.bell import Bell
from channels.clock import SimulatedClock
from tests.patience import PATIENCE

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_it_wakes_whoever_waits_and_who_comes_after_it_rang_and_each_ring_once() -> None:
    bell = Bell(SimulatedClock(START))
    waiting = asyncio.create_task(bell.wait(None, 60))
    await asyncio.sleep(0)
    bell.ring()
    async with asyncio.timeout(PATIENCE):
        await waiting
        bell.ring()
        await bell.wait(None, 60)
    again = asyncio.create_task(bell.wait(None, 60))
    await asyncio.sleep(0.02)
    assert not again.done()
    again.cancel()


async def test_the_clock_wakes_and_so_does_the_longest_wait() -> None:
    clock = SimulatedClock(START)
    bell = Bell(clock)
    waiting = asyncio.create_task(bell.wait(START + HOUR, 60))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    clock.move_to(START + HOUR)
    async with asyncio.timeout(PATIENCE):
        await waiting
        await bell.wait(START + 2 * HOUR, 0.01)


async def test_nothing_is_left_of_a_wait_that_is_over_or_was_ended() -> None:
    clock = SimulatedClock(START)
    bell = Bell(clock)
    bell.ring()
    await bell.wait(START + HOUR, 60)
    ended = asyncio.create_task(bell.wait(START + HOUR, 60))
    await asyncio.sleep(0)
    ended.cancel()
    await asyncio.wait([ended])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    clock.move_to(START + 2 * HOUR)  # nobody's wake-up call rings any more
    unheard = asyncio.create_task(bell.wait(None, 60))
    await asyncio.sleep(0.02)
    assert not unheard.done()
    unheard.cancel()
