"""Two records of one person become one customer in the midst of a campaign: they are asked once all the same."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.campaigns.ending import end_campaigns
from bot.campaigns.steering import pause
from storage.dialogs import Dialog
from storage.invitations import Invitation
from storage.queries.merging import merge, merge_row, unmerge
from tests.campaigns.campaign import STOCKHOLM, begun, only_campaign, people, plan
from tests.campaigns.test_planning import half_planned
from tests.campaigns.test_sending import AT_SIX, HERE, send, states
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop

WARM = [{"name": "warm", "hello": {"en": "Hello again from {shop}! Would you tell us how we are doing?"}}]


async def merged(shop: Shop, joining: int, kept: int) -> int:
    done = await shop.database.write(lambda conn: merge(conn, joining, kept, AT_SIX, who="staff:1"))
    assert done is not None
    return done


async def change(shop: Shop, table: type, customer: int, **values: Any) -> None:
    theirs = update(TABLES[table]).where(TABLES[table].c.customer_id == customer)
    await shop.database.write(lambda conn: conn.execute(theirs.values(**values)))


async def test_who_has_answered_under_one_record_is_not_asked_again_under_the_one_that_is_kept(shop: Shop) -> None:
    answered, waits = await people(shop, 2, **HERE)
    await begun(shop.database, expires="30d")
    await plan(shop)
    await change(shop, Invitation, waits, due_at=AT_SIX + DAY)
    assert await send(shop) == Counter(sent=1)
    await change(shop, Invitation, answered, state="completed")
    await change(shop, Dialog, answered, state="completed")
    await merged(shop, answered, waits)
    assert await send(shop, AT_SIX + 8 * DAY) == Counter()
    assert await states(shop) == {("completed", ""): 1, ("suppressed", "merged"): 1}


async def test_who_is_in_two_wordings_of_a_wave_under_two_records_is_asked_in_one_of_them(shop: Shop) -> None:
    ids = await people(shop, 12, **HERE)
    await begun(shop.database, expires="30d", wording=WARM)
    await plan(shop)
    for joining, kept in zip(ids[:6], ids[6:], strict=True):
        await merged(shop, joining, kept)
    assert len({one.survey for one in await shop.rows(Invitation)}) == 2
    assert await states(shop) == {("planned", ""): 6, ("suppressed", "merged"): 6}


async def test_who_was_invited_before_the_records_were_merged_is_not_invited_in_another_wording_after_it(shop: Shop) -> None:
    ids = await people(shop, 12, **HERE)
    await begun(shop.database, wording=WARM)
    await half_planned(shop, chunk=6)
    for joining, kept in zip(ids[:6], ids[6:], strict=True):
        await merged(shop, joining, kept)
    await plan(shop)
    assert sorted(one.customer_id for one in await shop.rows(Invitation)) == ids[6:]


async def test_what_was_planned_in_a_wave_that_is_over_is_not_planned_again_when_a_merge_is_undone(shop: Shop) -> None:
    joining, kept = await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    done = await merged(shop, joining, kept)
    await send(shop)
    await shop.delivered()
    assert await end_campaigns(shop.database, AT_SIX + HOUR) == 1

    def undo(conn: Connection) -> None:
        row = merge_row(conn, done)
        assert row is not None
        unmerge(conn, row, MONDAY + 2 * DAY, who="staff:1")

    await shop.database.write(undo)
    assert (await only_campaign(shop)).state == "done"
    assert {one.customer_id: one.state for one in await shop.rows(Invitation)} == {joining: "suppressed", kept: "sent"}
    assert len({one.matter for one in await shop.rows(Invitation)}) == 1, "as it was before"


@pytest.mark.parametrize("wording", [[], WARM])
async def test_who_has_two_invitations_in_the_outbox_when_merged_and_both_are_taken_back_is_asked_once(
    shop: Shop, wording: list[dict[str, Any]]
) -> None:
    ids = await people(shop, 8, **HERE)
    await begun(shop.database, wording=wording, expires="30d")
    await plan(shop)
    assert await send(shop) == Counter(sent=8)
    for joining, kept in zip(ids[:4], ids[4:], strict=True):
        await merged(shop, joining, kept)
    await shop.database.write(lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM))
    assert await states(shop) == {("planned", ""): 4, ("suppressed", "merged"): 4}
    assert {one.customer_id for one in await shop.rows(Invitation) if one.state == "planned"} == set(ids[4:])
