"""Open pages of the desk are told that something has happened, whoever made it happen."""

from __future__ import annotations

import asyncio

import pytest

from bot.console.live import CaseWatch
from tests.console.house import House
from tests.patience import PATIENCE, caller
from tests.serving import serving


async def _first_event(watch: CaseWatch, seen: str) -> str | None:
    async for event in watch.events(seen):
        return event.id
    return None


async def test_a_complaint_is_told_by_itself(house: House) -> None:
    watch = CaseWatch(house.world.database)
    waiting = asyncio.create_task(_first_event(watch, ""))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await house.world.says(await house.world.customer(), "csat", 1)
    async with asyncio.timeout(PATIENCE):
        assert await waiting


async def test_a_page_that_lost_its_line_is_told_at_once_what_it_missed(house: House) -> None:
    anna = await house.world.customer()
    await house.world.says(anna, "csat", 1)
    seen = await _first_event(CaseWatch(house.world.database), "0")
    assert seen
    await house.world.says(anna, words="and the box was wet")
    async with asyncio.timeout(PATIENCE):
        assert int(await _first_event(CaseWatch(house.world.database), seen) or 0) > int(seen)


async def test_nobody_looks_when_nobody_waits(house: House) -> None:
    watch = CaseWatch(house.world.database)
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await _first_event(watch, "")
    await asyncio.sleep(0.1)
    assert asyncio.all_tasks() == before


async def test_who_looks_for_all_may_leave(house: House) -> None:
    watch = CaseWatch(house.world.database)
    looking = asyncio.create_task(_first_event(watch, ""))
    await asyncio.sleep(0.1)
    waiting = asyncio.create_task(_first_event(watch, ""))
    await asyncio.sleep(0.1)
    looking.cancel()
    await house.world.says(await house.world.customer(), "csat", 1)
    async with asyncio.timeout(PATIENCE):
        assert await waiting


async def test_the_events_come_over_http_to_staff_alone(house: House) -> None:
    await house.world.staff("Maria")
    browser = await house.signed_in("Maria")
    cookie = {"Cookie": f"makegood_desk={browser.cookies['makegood_desk']}"}
    async with serving(house.app) as url, caller(url) as client:
        assert (await client.get("/desk/events")).status_code == 303
        async with client.stream("GET", "/desk/events", headers=cookie) as stream, asyncio.timeout(PATIENCE):
            await house.world.says(await house.world.customer(), "csat", 1)
            lines = stream.aiter_lines()
            assert "event: changed" in [await anext(lines), await anext(lines)]
