"""An operator steers in one process while another one plans and sends: on PostgreSQL, for SQLite has one writer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from types import ModuleType
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.util import await_only

from bot.campaigns import planning
from bot.campaigns.steering import draft, pause
from bot.invitations import sending, silence
from bot.invitations.sending import send_due
from bot.invitations.silence import remind_silent
from storage.bulk import insert_many
from storage.database import Database, open_database
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import Message, Priority
from storage.queries.consents import add_consent
from storage.queries.erasing import erase_customers
from storage.queries.merging import merge
from tests.campaigns.campaign import STOCKHOLM, begun, customers, definition, only_campaign, people, plan
from tests.campaigns.test_sending import AT_SIX, HERE, states
from tests.invitations.shop import DAY, MONDAY, TABLES, Shop
from tests.invitations.test_sending import DUE, invited

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
T = TypeVar("T")
_BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
async def other(database_url: str, database: Database) -> AsyncIterator[Database]:
    """Another process's way into the same database."""
    found = await open_database(database_url)
    yield found
    await found.close()


async def _done_or_blocked(database: Database, task: asyncio.Task[Any]) -> None:
    while not task.done():
        await asyncio.wait([task], timeout=0.01)
        async with database.read() as conn:
            if (await conn.execute(_BLOCKED)).scalar_one():
                return


class Meanwhile:
    """What another process does once, in the midst of a transaction: it is done, or waits for that transaction, when this goes on."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self._database, self._monkeypatch = database, monkeypatch
        self._done: list[asyncio.Task[Any]] = []

    def before(self, where: ModuleType, name: str, do: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._around(where, name, do, first=True)

    def after(self, where: ModuleType, name: str, do: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._around(where, name, do, first=False)

    async def done(self) -> Any:
        (task,) = self._done
        return await task

    def _around(self, where: ModuleType, name: str, do: Callable[[], Coroutine[Any, Any, Any]], *, first: bool) -> None:
        step = getattr(where, name)

        def stepping(*args: Any, **more: Any) -> Any:
            if first:
                self._do(do)
            found = step(*args, **more)
            if not first:
                self._do(do)
            return found

        self._monkeypatch.setattr(where, name, stepping)

    def _do(self, do: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        if not self._done:
            self._done.append(asyncio.create_task(do()))
            await_only(_done_or_blocked(self._database, self._done[0]))


@pytest.fixture
def meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(shop.database, monkeypatch)


async def test_a_pause_that_comes_while_a_wave_is_begun_is_not_undone(shop: Shop, other: Database, meanwhile: Meanwhile) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database)
    meanwhile.before(planning, "begin_wave", lambda: other.write(lambda conn: pause(conn, "spring", MONDAY, STOCKHOLM)))
    await plan(shop)
    await meanwhile.done()
    assert (await only_campaign(shop)).state == "paused"


async def test_who_moves_or_comes_while_a_wave_is_planned_is_invited_all_the_same(
    shop: Shop, other: Database, meanwhile: Meanwhile
) -> None:
    came = new_id()
    ids = await people(shop, 4, **HERE)
    await begun(shop.database)

    def move(conn: Connection) -> None:
        conn.execute(update(customers).where(customers.c.id == ids[1]).values(timezone="Asia/Tokyo", country="JP"))
        elsewhere = {"timezone": "America/New_York", "country": "US", "lang": "en", "attributes": {}}
        insert_many(conn, customers, [{"id": came, **elsewhere, "created_at": MONDAY}])

    meanwhile.before(planning, "invite", lambda: other.write(move))
    await plan(shop)
    await meanwhile.done()
    due = {one.customer_id: one.due_at for one in await shop.rows(Invitation)}
    assert due == dict.fromkeys([came, *ids], AT_SIX), "who was not seen there is due as the shop's own clock has it"


async def _while_uncommitted(shop: Shop, other: Database, change: Callable[[Connection], Any], work: Coroutine[Any, Any, T]) -> T:
    """The change has been made, and is committed only once the work waits for it, or is done."""
    made, go_on = asyncio.Event(), asyncio.Event()

    def making(conn: Connection) -> None:
        change(conn)
        made.set()
        await_only(go_on.wait())

    task = asyncio.create_task(other.write(making))
    await made.wait()
    working = asyncio.create_task(work)
    await _done_or_blocked(shop.database, working)
    go_on.set()
    await task
    return await working


async def test_who_is_merged_while_a_wave_is_planned_is_invited_once(shop: Shop, other: Database) -> None:
    joining, kept = await people(shop, 2, **HERE)
    await begun(shop.database)
    await _while_uncommitted(shop, other, lambda conn: merge(conn, joining, kept, MONDAY, who="staff:1"), plan(shop))
    assert [one.customer_id for one in await shop.rows(Invitation)] == [kept]


async def test_who_is_merged_while_they_are_planned_after_a_delivery_is_invited_as_who_they_are_then(shop: Shop, other: Database) -> None:
    joining, kept = await people(shop, 2, **HERE)
    await begun(shop.database, when={"after": "delivery", "delay": "2d"})
    await shop.touchpoint(joining, MONDAY)
    await _while_uncommitted(shop, other, lambda conn: merge(conn, joining, kept, MONDAY, who="staff:1"), plan(shop))
    await plan(shop)
    assert [one.customer_id for one in await shop.rows(Invitation)] == [kept]


async def test_who_is_erased_while_a_wave_is_planned_is_not_invited(shop: Shop, other: Database, meanwhile: Meanwhile) -> None:
    (customer,) = await people(shop, 1, **HERE)
    await begun(shop.database)
    meanwhile.after(planning, "change_wave", lambda: other.write(lambda conn: erase_customers(conn, [customer], MONDAY, but=[])))
    await plan(shop)
    await meanwhile.done()
    assert await states(shop) == {("suppressed", "erased"): 1}


async def test_a_pause_that_comes_while_invitations_go_into_the_outbox_takes_them_back_too(
    shop: Shop, other: Database, meanwhile: Meanwhile
) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database)
    await plan(shop)
    meanwhile.after(sending, "change_invitations", lambda: other.write(lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM)))
    await send_due(shop.database, shop.outreach, AT_SIX)
    await meanwhile.done()
    assert await shop.rows(Message) == []
    assert await states(shop) == {("planned", ""): 3}


async def test_another_expiry_holds_also_for_those_who_are_being_planned(shop: Shop, other: Database, meanwhile: Meanwhile) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database)
    meanwhile.before(planning, "invite", lambda: other.write(lambda conn: draft(conn, definition(expires="30d"), MONDAY)))
    await plan(shop)
    await meanwhile.done()
    assert [one.expires_at - one.due_at for one in await shop.rows(Invitation)] == [30 * DAY] * 2


async def test_a_pause_that_comes_while_reminders_go_into_the_outbox_takes_them_back_too(
    shop: Shop, other: Database, meanwhile: Meanwhile
) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send_due(shop.database, shop.outreach, AT_SIX)
    await shop.delivered()
    later = AT_SIX + 3 * DAY
    meanwhile.after(silence, "change_dialogs", lambda: other.write(lambda conn: pause(conn, "spring", later, STOCKHOLM)))
    await remind_silent(shop.database, shop.outreach, later)
    await meanwhile.done()
    assert {(message.state, message.priority) for message in await shop.rows(Message)} == {("sent", Priority.CAMPAIGN)}
    assert {one.reminders for one in await shop.rows(Invitation)} == {0}


async def test_two_that_send_at_once_keep_to_one_days_share(shop: Shop, other: Database, meanwhile: Meanwhile) -> None:
    await people(shop, 4, **HERE)
    await begun(shop.database, per_day=2)
    await plan(shop)
    due = update(TABLES[Invitation]).values(due_at=AT_SIX)
    await shop.database.write(lambda conn: conn.execute(due))
    meanwhile.after(sending, "change_invitations", lambda: send_due(other, shop.outreach, AT_SIX, chunk=2))
    sent = await send_due(shop.database, shop.outreach, AT_SIX, chunk=2)
    assert (sent + await meanwhile.done())["sent"] == 2


async def test_of_two_that_send_at_once_only_one_asks_a_customer(shop: Shop, other: Database, meanwhile: Meanwhile) -> None:
    astrid = await shop.customer()
    for _ in range(2):
        await invited(shop, astrid)
    meanwhile.after(sending, "change_invitations", lambda: send_due(other, shop.outreach, DUE, chunk=1))
    await send_due(shop.database, shop.outreach, DUE, chunk=1)
    await meanwhile.done()
    assert await states(shop) == {("sent", ""): 1, ("planned", "open_dialog"): 1}
    assert len(await shop.rows(Message)) == 1


def _says_no(customer: int) -> Callable[[Connection], None]:
    return lambda conn: add_consent(conn, customer, "surveys", granted=False, source="test", now=AT_SIX)


async def test_who_says_no_while_they_are_sent_something_is_not_sent_it(shop: Shop, other: Database, meanwhile: Meanwhile) -> None:
    first, second = await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    meanwhile.after(sending, "change_invitations", lambda: other.write(_says_no(first)))
    await send_due(shop.database, shop.outreach, AT_SIX)
    await meanwhile.done()
    assert [message.customer_id for message in await shop.rows(Message)] == [second]


async def test_who_has_said_no_a_moment_before_they_are_sent_something_is_not_sent_it(shop: Shop, other: Database) -> None:
    (customer,) = await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    sent = await _while_uncommitted(shop, other, _says_no(customer), send_due(shop.database, shop.outreach, AT_SIX))
    assert sent == Counter(suppressed=1)
    assert await shop.rows(Message) == []


async def test_who_says_no_while_they_are_reminded_is_not_reminded(shop: Shop, other: Database) -> None:
    (customer,) = await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send_due(shop.database, shop.outreach, AT_SIX)
    await shop.delivered()
    later = AT_SIX + 3 * DAY
    looked = await _while_uncommitted(shop, other, _says_no(customer), remind_silent(shop.database, shop.outreach, later))
    assert looked == Counter(waiting=1)


async def test_who_is_erased_while_what_waits_for_them_is_taken_back_is_erased_all_the_same(shop: Shop, other: Database) -> None:
    (customer,) = await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send_due(shop.database, shop.outreach, AT_SIX)
    erasing = shop.database.write(lambda conn: erase_customers(conn, [customer], AT_SIX, but=[]))
    await _while_uncommitted(shop, other, lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM), erasing)
    assert await states(shop) == {("suppressed", "erased"): 1}


async def test_who_is_merged_while_what_waits_for_both_is_taken_back_is_asked_once(shop: Shop, other: Database) -> None:
    joining, kept = await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send_due(shop.database, shop.outreach, AT_SIX)
    merging = shop.database.write(lambda conn: merge(conn, joining, kept, AT_SIX, who="staff:1"))
    await _while_uncommitted(shop, other, lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM), merging)
    assert await states(shop) == {("planned", ""): 1, ("suppressed", "merged"): 1}
