"""Dialogs begun by the shop, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.dialogs.opening import Opening, open_dialogs
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from channels.clock import SimulatedClock
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database
from storage.dialogs import Dialog

_customer, _address, _dialog = Customer.__table__, Address.__table__, Dialog.__table__  # type: ignore[attr-defined]
PEOPLE = 1200


@pytest.fixture
async def versions(database: Database, clock: SimulatedClock) -> dict[str, int]:
    """The surveys' versions; there are 1,200 customers too, each with an address."""
    now = clock.now()

    def fill(conn: Connection) -> dict[str, int]:
        here = {"channel": "test", "account": "shop", "created_at": now}
        insert_many(conn, _customer, [{"id": n, "created_at": now} for n in range(PEOPLE)])
        insert_many(conn, _address, [{"id": n, "customer_id": n, "native_id": str(n), **here} for n in range(PEOPLE)])
        return {name: publish(conn, bank()[name], now) for name in ("after-purchase", "relationship")}

    return await database.write(fill)


def _opening(versions: dict[str, int], survey: str, person: int) -> Opening:
    return Opening(bank()[survey], versions[survey], person, person, "test", "shop", str(person), "en")


async def _opened(database: Database, clock: SimulatedClock, openings: Sequence[Opening]) -> list[dict[str, Any]]:
    return await database.write(partial(open_dialogs, openings=openings, shop="Fjord & Field", now=clock.now()))


async def _states(database: Database) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    async with database.read() as conn:
        for row in await conn.execute(select(_dialog.c.address_id, _dialog.c.survey, _dialog.c.state).order_by(_dialog.c.id)):
            found.setdefault((row.address_id, row.survey), []).append(row.state)
    return found


async def test_a_thousand_people_are_asked_at_once(database: Database, clock: SimulatedClock, versions: dict[str, int]) -> None:
    messages = await _opened(database, clock, [_opening(versions, "after-purchase", person) for person in range(PEOPLE)])
    assert [message["address"] for message in messages] == [str(person) for person in range(PEOPLE)]
    assert await _states(database) == {(person, "after-purchase"): ["open"] for person in range(PEOPLE)}


async def test_a_new_dialog_ends_the_open_one_about_the_same_survey_and_no_other(
    database: Database, clock: SimulatedClock, versions: dict[str, int]
) -> None:
    await _opened(database, clock, [_opening(versions, name, person) for name in versions for person in (1, 2)])
    await _opened(database, clock, [_opening(versions, "after-purchase", 1), _opening(versions, "relationship", 2)])
    assert await _states(database) == {
        (1, "after-purchase"): ["expired", "open"],
        (1, "relationship"): ["open"],
        (2, "after-purchase"): ["open"],
        (2, "relationship"): ["expired", "open"],
    }
