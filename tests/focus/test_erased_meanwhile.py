"""Somebody is erased in one process while another one writes down what they say: on PostgreSQL, for SQLite has one writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from bot.campaigns.focus import session
from bot.campaigns.focus.steering import erase
from storage.database import Database
from storage.queries.erasing import erase_customers
from tests.campaigns.test_at_once import _done_or_blocked as done_or_blocked
from tests.campaigns.test_at_once import other as other
from tests.focus.test_session import BEGINS, MINUTE, planned, says, tend, transcript
from tests.focus.test_taking_part import wanting
from tests.invitations.shop import Shop

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.mark.parametrize("wholly", [False, True], ids=["from the group", "wholly"])
async def test_what_is_just_being_written_down_of_somebody_who_is_erased_is_erased_too(
    shop: Shop, other: Database, monkeypatch: pytest.MonkeyPatch, wholly: bool
) -> None:
    await planned(shop)
    (anna,) = await wanting(shop, "Anna")
    await tend(shop, BEGINS)
    now = BEGINS + MINUTE

    def erasing(conn: Connection) -> None:
        if wholly:
            erase_customers(conn, [anna], now, but=[])
        else:
            erase(conn, "basket", 1, now)

    erasures: list[asyncio.Task[None]] = []
    add_line: Callable[..., None] = session.add_line

    def erased_meanwhile(conn: Connection, *args: Any) -> None:
        add_line(conn, *args)
        erasures.append(asyncio.create_task(other.write(erasing)))
        await_only(done_or_blocked(shop.database, erasures[0]))

    monkeypatch.setattr(session, "add_line", erased_meanwhile)
    await says(shop, anna, "I bought it in Riga", now)
    await erasures[0]
    assert [text for who, text in await transcript(shop) if who != "Bot"] == []
