"""What staff wrote reaches the customer at their next address, and never comes to one that it could not reach a second time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select, update

from bot.complaints.card import Reader
from bot.complaints.undelivered import watch_undelivered
from bot.desk.desk import Desk
from bot.desk.history import history_text
from bot.desk.operations import Operations
from storage.bulk import insert_many
from storage.customers import Address
from storage.ids import new_id
from storage.outbox import Message, MessageState
from storage.queries.outbox import Settled, claim, settle
from tests.channels.conftest import TEN_ON_MONDAY
from tests.complaints.world import CUSTOMERS, Person, World
from tests.files.shop import config_of, opened
from tests.patience import PATIENCE
from tests.simulators.telegram import TelegramSimulator
from tests.story.one_time import OneTime

ACCOUNTS = (CUSTOMERS, "team", "chat")
_message, _address = Message.__table__, Address.__table__  # type: ignore[attr-defined]


async def _another_address(world: World, person: Person, channel: str, account: str) -> str:
    row = {"id": new_id(), "customer_id": person.customer_id, "channel": channel, "account": account, "native_id": f"anna at {channel}"}
    earlier = world.clock.now() - timedelta(days=1)
    await world.database.write(lambda conn: insert_many(conn, _address, [row | {"lang": "sv", "created_at": earlier}]))
    return str(row["native_id"])


async def _fails(world: World, account: str, why: str, *, blocked: bool = False) -> int:
    """All that is due at the account cannot reach anybody; gives back how much that was."""
    now = world.clock.now()

    def failing(conn: Connection) -> int:
        rows = claim(conn, account, now, limit=100)
        gone = [
            Settled(row.id, account, row.address, MessageState.UNREACHABLE, now, row.due_at, 1, reason=why, blocked=blocked) for row in rows
        ]
        settle(conn, gone, fallback=ACCOUNTS)
        return len(rows)

    return await world.database.write(failing)


async def _waiting(world: World) -> list[Any]:
    async with world.database.read() as conn:
        to_customers = select(_message).where(_message.c.account.in_(ACCOUNTS)).order_by(_message.c.id)
        return list((await conn.execute(to_customers)).all())


async def _history(world: World) -> str:
    return history_text(await world.case(), Reader("en", ZoneInfo("UTC")), {})


async def test_staffs_words_go_from_address_to_address_until_none_is_left_and_then_count_as_undelivered(world: World) -> None:
    desk = Desk(world.database, Operations(world.rules, world.published), world.clock, lambda: None)
    maria = await world.staff("Maria")
    anna = await world.customer()
    chat = await _another_address(world, anna, "webchat", "chat")
    slack = await _another_address(world, anna, "slack", "team")
    await world.says(anna, "delivery_condition", 1)
    case_id = (await world.case()).id
    assert (await desk.write_to_customer(maria, case_id, "We are sorry.")).done
    assert (await desk.write_to_customer(maria, case_id, "A new kettle is on its way.")).done

    assert await _fails(world, CUSTOMERS, "bot was blocked by the user", blocked=True) == 2
    assert {(row.address, row.state) for row in await _waiting(world)} == {(slack, "due")}
    assert "Telegram: the customer has blocked us there; went on in Slack" in await _history(world)
    assert (await world.case()).address.native_id == slack

    await world.database.write(lambda conn: conn.execute(update(_address).where(_address.c.account == CUSTOMERS).values(reachable=True)))
    assert await _fails(world, "team", "user_disabled") == 2
    first, second = await _waiting(world)
    assert (first.address, second.address) == (chat, chat) and "sorry" in first.say["text"], "not where it has failed before"
    assert [one["channel"] for one in first.tried] == ["telegram", "slack"]
    assert "Slack: there is nobody there any more; went on in the web chat" in await _history(world)

    assert await _fails(world, "chat", "gone") == 2
    assert {row.state for row in await _waiting(world)} == {"unreachable"}
    await world.database.write(partial(watch_undelivered, rules=world.rules, now=world.clock.now()))
    assert "did not reach Anna Berg: gone" in (await world.news("Maria"))[-1].text


async def test_where_there_is_no_other_address_it_is_undelivered_at_once(world: World) -> None:
    desk = Desk(world.database, Operations(world.rules, world.published), world.clock, lambda: None)
    anna = await world.customer()
    await world.says(anna, "delivery_condition", 1)
    assert (await desk.write_to_customer(await world.staff("Maria"), (await world.case()).id, "We are sorry.")).done
    await _fails(world, CUSTOMERS, "bot was blocked by the user", blocked=True)
    assert {row.state for row in await _waiting(world)} == {"unreachable"}
    assert "went on" not in await _history(world)


@pytest.mark.parametrize("leaving", ["deactivate", "block"])
async def test_a_customer_who_left_telegram_reads_the_answer_in_the_web_chat(leaving: str, tmp_path: Path) -> None:
    async with TelegramSimulator() as telegram, opened(telegram, config_of(telegram, tmp_path), OneTime(TEN_ON_MONDAY, telegram)) as shop:
        anna = await shop.complaining()
        staff_id = await shop.app.desk.staffing.add("Maja", role="agent", lang="en", departments=())
        case = await shop.case()
        earlier = case.case.opened_at - timedelta(days=1)
        row = {"id": new_id(), "customer_id": case.customer.id, "channel": "webchat", "account": "chat", "native_id": "annas-browser"}
        await shop.app.database.write(lambda conn: insert_many(conn, _address, [row | {"lang": "en", "created_at": earlier}]))
        getattr(anna, leaving)()
        assert isinstance(staff_id, int) and (await shop.app.desk.write_to_customer(staff_id, case.id, "A new kettle is on its way.")).done

        async def told() -> Any:
            async with shop.app.database.read() as conn:
                here = select(_message).where(_message.c.account == "chat", _message.c.state == "sent")
                return (await conn.execute(here)).one_or_none()

        async with asyncio.timeout(PATIENCE):
            while (message := await told()) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (message.address, message.say["text"]) == ("annas-browser", "A new kettle is on its way.")
        assert not any("on its way" in entry["text"] for entry in anna.transcript())
        why = "the customer has blocked us there" if leaving == "block" else "there is nobody there any more"
        assert f"Telegram: {why}; went on in the web chat" in history_text(await shop.case(), Reader("en", ZoneInfo("UTC")), {})
