from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import update

from bot.complaints.undelivered import STILL_NEWS, watch_undelivered
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from storage.cases import Case
from storage.outbox import Message, MessageState
from storage.queries.outbox import Settled, claim, settle
from tests.complaints.world import CUSTOMERS, World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.database, Operations(world.rules, world.published), world.clock, lambda: None)


async def deliver(world: World, state: MessageState, reason: str = "") -> None:
    """What the sender makes of everything that is due to customers."""
    now = world.clock.now()

    def work(conn: object) -> None:
        rows = claim(conn, CUSTOMERS, now, limit=100)  # type: ignore[arg-type]
        settled = [Settled(row.id, CUSTOMERS, row.address, state, now, row.due_at, 1, reason=reason) for row in rows]
        settle(conn, settled)  # type: ignore[arg-type]

    await world.database.write(work)


async def sweep(world: World) -> None:
    for _ in range(3):
        await world.database.write(partial(watch_undelivered, rules=world.rules, now=world.clock.now()))


async def written(world: World, desk: Desk, *texts: str) -> int:
    """Maria, to whom a case belongs, writes to its customer; gives back her id."""
    maria = await world.staff("Maria")
    await world.staff("Olle")
    await world.says(await world.customer(), "delivery_condition", 1)
    for text in texts:
        assert (await desk.write_to_customer(maria, (await world.case()).id, text)).done
    return maria


async def test_whoever_wrote_what_did_not_arrive_is_told_so_once_and_nobody_else(world: World, desk: Desk) -> None:
    await written(world, desk, "We are sorry.")
    before = len(await world.news("Maria")), len(await world.news("Olle"))
    await deliver(world, MessageState.UNREACHABLE, "the bot was blocked")
    await sweep(world)
    (notice,) = (await world.news("Maria"))[before[0] :]
    assert "did not reach Anna Berg: the bot was blocked" in notice.text
    assert "We are sorry." in notice.text
    assert len(await world.news("Olle")) == before[1]
    entry = (await world.case()).entries[-1]
    assert (entry.kind, entry.author, entry.words) == ("not_delivered", "makegood", "the bot was blocked")


async def test_a_message_of_unknown_end_is_said_to_be_perhaps_not_delivered(world: World, desk: Desk) -> None:
    await written(world, desk, "We are sorry.")
    await deliver(world, MessageState.UNKNOWN)
    await sweep(world)
    assert "Perhaps a message did not reach Anna Berg" in (await world.news("Maria"))[-1].text
    assert [entry.kind for entry in (await world.case()).entries].count("perhaps_not_delivered") == 1


async def test_of_several_that_failed_together_there_is_one_notice_and_each_is_in_the_history(world: World, desk: Desk) -> None:
    maria = await written(world, desk, "First.", "Second.")
    before = len(await world.news("Maria"))
    await deliver(world, MessageState.REJECTED, "too long")
    await sweep(world)
    (notice,) = (await world.news("Maria"))[before:]
    assert "Second." in notice.text
    assert (await desk.write_to_customer(maria, (await world.case()).id, "Third.")).done
    await deliver(world, MessageState.REJECTED, "too long")
    await sweep(world)
    assert "Third." in (await world.news("Maria"))[-1].text
    assert [entry.kind for entry in (await world.case()).entries].count("not_delivered") == 3


async def test_what_nobody_has_taken_is_told_to_everybody_concerned(world: World, desk: Desk) -> None:
    await written(world, desk, "We are sorry.")
    await world.database.write(lambda conn: conn.execute(update(Case.__table__).values(owner_id=None)))
    await deliver(world, MessageState.REJECTED)
    await sweep(world)
    for name in ("Maria", "Olle"):
        assert "did not reach" in (await world.news(name))[-1].text


async def test_what_arrived_and_what_failed_in_a_case_long_closed_is_no_news(world: World, desk: Desk) -> None:
    await written(world, desk, "We are sorry.")
    await deliver(world, MessageState.SENT)
    await sweep(world)
    long_ago = world.clock.now() - STILL_NEWS
    closed = update(Case.__table__).values(state="closed", closed_at=long_ago)
    await world.database.write(lambda conn: conn.execute(closed))
    await world.database.write(lambda conn: conn.execute(update(Message.__table__).values(state="rejected")))
    world.pass_time(minutes=1)
    await sweep(world)
    assert not any("did not reach" in say.text for say in await world.news("Maria"))


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
async def test_the_history_tells_it_in_the_readers_language(world: World, desk: Desk, lang: str) -> None:
    from bot.complaints.card import Reader
    from bot.desk.history import history_text

    await written(world, desk, "We are sorry.")
    await deliver(world, MessageState.UNREACHABLE, "gone")
    await sweep(world)
    lines = history_text(await world.case(), Reader(lang, world.rules.hours.zone), {}).splitlines()
    assert lines[-1].strip() == "gone"
    assert "Makegood" in lines[-2]
