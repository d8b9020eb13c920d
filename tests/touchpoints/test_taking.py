from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.reaching import reach
from bot.touchpoints.taking import Item, Taken, take_touchpoints
from storage.customers import Address, Customer
from storage.database import Database
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from tests.touchpoints.shop import MONDAY, PLANNER, publish_bank, read, rows, told


@pytest.fixture(autouse=True)
async def _surveys(database: Database) -> None:
    await publish_bank(database)


async def take(database: Database, *items: Any, source: str = "shop") -> list[Taken]:
    told_items = [Item(source, item) for item in items]

    def work(conn: Connection) -> list[Taken]:
        return take_touchpoints(conn, told_items, PLANNER, MONDAY)

    return await database.write(work)


async def test_a_touchpoint_brings_its_customer_and_its_invitation(database: Database) -> None:
    (taken,) = await take(database, read(attributes={"order": "A-1", "amount": 12.5, "gift": True}))
    (customer,), (touchpoint,), (invitation,) = [await rows(database, model) for model in (Customer, Touchpoint, Invitation)]
    assert (customer.source, customer.external_id, customer.name, customer.lang, customer.country) == ("shop", "C-1", "Astrid", "sv", "SE")
    assert (touchpoint.kind, touchpoint.occurred_at, touchpoint.considered_at) == ("delivery", MONDAY, MONDAY)
    assert touchpoint.attributes == {"order": "A-1", "amount": 12.5, "gift": True}
    assert (invitation.customer_id, invitation.due_at) == (customer.id, MONDAY + timedelta(hours=2))
    assert taken == Taken("T-1", True, invitation.token)


async def test_told_twice_it_changes_nothing_and_gives_the_same_link(database: Database) -> None:
    first = await take(database, read())
    again = await take(database, read(attributes={"order": "another"}))
    assert [one.new for one in first + again] == [True, False]
    assert first[0].token == again[0].token != ""
    (touchpoint,) = await rows(database, Touchpoint)
    assert touchpoint.attributes == {}


async def test_told_twice_in_one_batch_the_first_is_new_and_the_second_known(database: Database) -> None:
    taken = await take(database, read("T-1"), read("T-2"), read("T-1"))
    assert [(one.external_id, one.new) for one in taken] == [("T-1", True), ("T-2", True), ("T-1", False)]
    assert taken[0].token == taken[2].token != taken[1].token


async def test_the_same_ids_of_another_source_are_other_things(database: Database) -> None:
    await take(database, read(), source="shop")
    (taken,) = await take(database, read(), source="helpdesk")
    assert taken.new
    assert len(await rows(database, Customer)) == 2


async def test_what_is_told_later_of_a_customer_adds_and_takes_nothing_away(database: Database) -> None:
    await take(database, read("T-1", customer={"external_id": "C-1", "name": "Astrid", "lang": "sv"}))
    batch = [{"external_id": "C-1", "name": "Astrid Lind"}, {"external_id": "C-1", "country": "SE"}, {"external_id": "C-2"}]
    await take(database, *(read(f"T-{number}", customer=customer) for number, customer in enumerate(batch, 2)))
    first, second = await rows(database, Customer)
    assert (first.name, first.lang, first.country) == ("Astrid Lind", "sv", "SE")
    assert (second.external_id, second.name) == ("C-2", "")


async def test_what_else_is_told_of_a_customer_is_added_up_and_chooses_audiences(database: Database) -> None:
    gold = [{"external_id": "C-1", "attributes": {"tier": "plain", "visits": 3}}, {"external_id": "C-1", "attributes": {"tier": "gold"}}]
    await take(database, *(read(f"T-{number}", customer=customer) for number, customer in enumerate(gold, 1)))
    await take(database, read("T-3", customer={"external_id": "C-1", "attributes": {"visits": "", "club": True}}))
    await take(database, read("T-4", customer={"external_id": "C-2", "attributes": {"tier": "plain"}}))
    first, second = await rows(database, Customer)
    assert (first.attributes, second.attributes) == ({"tier": "gold", "visits": 3, "club": True}, {"tier": "plain"})
    spring = Definition.model_validate(
        {"name": "spring", "survey": "relationship", "when": {"cron": "0 10 1 * *"}, "audience": "customer.tier == 'gold'"}
    )
    async with database.read() as conn:
        assert [one.id for one in (await conn.run_sync(reach, spring, MONDAY)).examples] == [first.id]


async def test_an_order_that_is_late_and_then_delivered_keeps_its_one_link(database: Database) -> None:
    (late,) = await take(database, read("T-1", kind="late", attributes={"order": "A-1"}))
    (delivered,) = await take(database, read("T-2", attributes={"order": "A-1"}))
    assert delivered.token == late.token != ""
    assert len(await rows(database, Invitation)) == 1


async def test_what_nobody_asks_about_has_no_link(database: Database) -> None:
    await take(database, read("T-1", attributes={"order": "A-1"}))
    (visit,) = await take(database, read("T-2", kind="visit", attributes={"order": "A-1"}))
    assert visit == Taken("T-2", True, "")


async def test_an_address_that_belongs_to_somebody_stays_theirs(database: Database) -> None:
    address = {"channel": "slack", "account": "team", "native_id": "T1:U1"}
    for number in (1, 2):
        await take(database, read(f"T-{number}", customer={"external_id": f"C-{number}", "lang": "sv", "addresses": [address]}))
    (stored,) = await rows(database, Address)
    first, _ = await rows(database, Customer)
    assert (stored.customer_id, stored.native_id, stored.lang, stored.reachable) == (first.id, "T1:U1", "sv", True)


async def test_a_thousand_touchpoints_are_taken_at_once(database: Database) -> None:
    many = [read(f"T-{number}", customer={"external_id": f"C-{number % 400}"}) for number in range(1000)]
    assert sum(one.new for one in await take(database, *many)) == 1000
    assert sum(one.new for one in await take(database, *many)) == 0
    assert len(await rows(database, Customer)) == 400
    assert len(await rows(database, Invitation)) == 1000


def test_a_longer_language_tag_and_small_letters_are_understood() -> None:
    customer = {"external_id": " C-1 ", "lang": "pt_BR", "country": "br"}
    assert read(kind="Delivery", customer=customer).model_dump(include={"kind", "customer"}, exclude_defaults=True) == {
        "kind": "delivery",
        "customer": {"external_id": "C-1", "lang": "pt", "country": "BR"},
    }
    assert told()["external_id"] == "T-1"
