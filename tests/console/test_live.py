"""Open pages of the desk are told that something has happened, whoever made it happen."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection

from bot.console.live import CaseWatch, mark_of_cases
from storage.cases import CaseEntry
from storage.queries.cases import add_entries, entry_row
from tests.console.house import House
from tests.patience import PATIENCE, caller
from tests.serving import serving

_entry = CaseEntry.__table__  # type: ignore[attr-defined]


async def _mark(house: House) -> str:
    async with house.world.database.read() as conn:
        return await conn.run_sync(mark_of_cases)


async def _first_event(watch: CaseWatch, seen: str) -> str | None:
    async for event in watch.events(seen):
        return event.id
    return None


async def test_a_complaint_is_told_by_itself(house: House) -> None:
    watch = CaseWatch(house.world.database)
    waiting = asyncio.create_task(_first_event(watch, await _mark(house)))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await house.world.says(await house.world.customer(), "csat", 1)
    async with asyncio.timeout(PATIENCE):
        assert await waiting


async def test_a_page_that_lost_its_line_is_told_at_once_what_it_missed(house: House) -> None:
    anna = await house.world.customer()
    await house.world.says(anna, "csat", 1)
    seen = await _mark(house)
    await house.world.says(anna, words="and the box was wet")
    async with asyncio.timeout(PATIENCE):
        assert await _first_event(CaseWatch(house.world.database), seen) == await _mark(house)


async def test_what_another_process_began_earlier_and_wrote_later_is_told_too(house: House) -> None:
    await house.world.says(await house.world.customer(), "csat", 1)
    (case,) = await house.world.cases()
    seen = await _mark(house)

    def late(conn: Connection) -> None:
        row = entry_row(case.id, house.world.clock.now(), "staff:1", "note")
        add_entries(conn, {**row, "id": 1})

    await house.world.database.write(late)
    async with asyncio.timeout(PATIENCE):
        assert await _first_event(CaseWatch(house.world.database), seen)


async def test_nobody_looks_when_nobody_waits(house: House) -> None:
    watch, seen = CaseWatch(house.world.database), await _mark(house)
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await _first_event(watch, seen)
    await asyncio.sleep(0.1)
    assert asyncio.all_tasks() == before


async def test_who_looks_for_all_may_leave(house: House) -> None:
    watch, seen = CaseWatch(house.world.database), await _mark(house)
    looking = asyncio.create_task(_first_event(watch, seen))
    await asyncio.sleep(0.1)
    waiting = asyncio.create_task(_first_event(watch, seen))
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
        listening = f"/desk/events?since={await _mark(house)}"
        async with client.stream("GET", listening, headers=cookie) as stream, asyncio.timeout(PATIENCE):
            await house.world.says(await house.world.customer(), "csat", 1)
            lines = stream.aiter_lines()
            assert "event: changed" in [await anext(lines), await anext(lines)]
