"""Somebody is erased whom others have spoken of by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.campaigns.focus.steering import erase
from bot.customers.erasing import erase_customer
from bot.customers.merging import merge_named
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from bot.files.store import FileStore
from storage.ids import short
from tests.focus.test_session import BEGINS, MINUTE, agreed, planned, says, tend, transcript
from tests.focus.test_taking_part import wanting
from tests.invitations.shop import Shop
from tests.panels.test_members import member


@pytest.fixture(params=[False, True], ids=["from the group", "wholly"])
def wholly(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def _erased(shop: Shop, customer: int, number: int, folder: Path, *, wholly: bool) -> None:
    now = BEGINS + 5 * MINUTE
    if wholly:
        await erase_customer(shop.database, FileStore(shop.database, FileFolder(folder), Limits()), customer, now, by="operator")
    else:
        await shop.database.write(lambda conn: erase(conn, "basket", number, now))


async def _said(shop: Shop) -> list[tuple[str, str]]:
    return [(who, text) for who, text in await transcript(shop) if who != "Bot"]


async def test_what_others_said_of_them_before_they_had_a_seat_names_them_no_more(shop: Shop, tmp_path: Path, wholly: bool) -> None:
    await planned(shop, moderator="77", lang="lv")
    anna, _ = await wanting(shop, "Anna Berg", "Bert Ek")
    late = await member(shop, name="Ilze Ozola")
    await tend(shop, BEGINS)
    await says(shop, anna, "Bert nezina, Ilzei patiktu", BEGINS + MINUTE)
    await says(shop, "77", "Where is Ilze?", BEGINS + 2 * MINUTE)
    await agreed(shop, late, at=BEGINS + 3 * MINUTE)
    await tend(shop, BEGINS + 3 * MINUTE)
    await says(shop, late, "Here, Anna", BEGINS + 4 * MINUTE)
    await _erased(shop, late, 3, tmp_path, wholly=wholly)
    assert await _said(shop) == [("P1", "P2 nezina, P3 patiktu"), ("Moderator", "Where is P3?")]
    await says(shop, anna, "Ilze is gone, Bert", BEGINS + 6 * MINUTE)
    assert (await _said(shop))[-1] == ("P1", "Ilze is gone, P2"), "her name is kept nowhere, so nobody can know that it was hers"


async def test_whoever_was_known_by_another_name_is_not_found_by_that_one_either(shop: Shop, tmp_path: Path, wholly: bool) -> None:
    await planned(shop)
    anna, bert = await wanting(shop, "Anna Berg", "Bert Ek")
    before = await member(shop, name="Kitty Rose")
    await tend(shop, BEGINS)
    await says(shop, bert, "Kitty has one, says Anna", BEGINS + MINUTE)
    await shop.database.write(lambda conn: merge_named(conn, short(anna), short(before), BEGINS + 2 * MINUTE, by="staff:7", why="the same"))
    await _erased(shop, anna, 1, tmp_path, wholly=wholly)
    assert await _said(shop) == [("P2", "P1 has one, says P1")]
