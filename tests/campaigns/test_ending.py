"""What is over is ended and left alone, and a campaign with which something is wrong keeps no other waiting."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, update

from bot.campaigns import ending, planning
from bot.campaigns.ending import end_campaigns
from bot.campaigns.steering import cancel
from storage.invitations import Invitation
from tests.campaigns.campaign import begun, people, plan, waves, waves_in
from tests.campaigns.test_sending import AT_SIX, HERE, send
from tests.invitations.shop import DAY, MONDAY, TABLES, Shop


async def test_with_its_quota_full_a_campaign_in_a_rhythm_is_done_and_so_are_its_waves_however_far_they_were_planned(shop: Shop) -> None:
    await people(shop, 1, **HERE)
    await begun(shop.database, quota=1, when={"cron": "0 18 * * tue"})
    await plan(shop, AT_SIX - DAY)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Invitation]).values(state="completed")))
    await send(shop)
    half = update(waves).values(state="planned")
    await shop.database.write(lambda conn: conn.execute(half))
    assert await end_campaigns(shop.database, AT_SIX) == 1
    assert [(wave.state, wave.ended_at) for wave in await waves_in(shop)] == [("ended", AT_SIX)]


async def test_it_takes_no_more_statements_however_many_campaigns_were_cancelled_long_ago(shop: Shop) -> None:
    await people(shop, 1, **HERE)
    counts: list[int] = []

    def count(*_: Any) -> None:
        counts[-1] += 1

    for number in range(4):
        name = f"old-{number}"
        await begun(shop.database, name=name)
        await plan(shop)
        await shop.database.write(lambda conn, name=name: cancel(conn, name, MONDAY))  # type: ignore[misc]
        await end_campaigns(shop.database, AT_SIX)
        counts.append(0)
        event.listen(Engine, "before_cursor_execute", count)
        await end_campaigns(shop.database, AT_SIX)
        event.remove(Engine, "before_cursor_execute", count)
    assert counts == [counts[0]] * 4


async def test_a_campaign_that_cannot_be_planned_or_ended_keeps_no_other_waiting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database, name="broken", audience="false")
    await begun(shop.database, name="well", audience="false")
    plan_chunk, is_done = planning.plan_chunk, ending._is_done

    def break_down(campaign: Any) -> None:
        if campaign.name == "broken":
            raise LookupError("nobody foresaw this")

    def planned(conn: Connection, campaign: Any, *args: Any, **more: Any) -> int:
        break_down(campaign)
        return plan_chunk(conn, campaign, *args, **more)

    def ended(conn: Connection, campaign: Any, *more: Any) -> bool:
        break_down(campaign)
        return is_done(conn, campaign, *more)

    monkeypatch.setattr(planning, "plan_chunk", planned)
    with pytest.raises(LookupError):
        await plan(shop)
    assert [wave.state for wave in await waves_in(shop)] == ["planned", "ready"]
    monkeypatch.undo()
    await plan(shop)
    monkeypatch.setattr(ending, "_is_done", ended)
    with pytest.raises(LookupError):
        await end_campaigns(shop.database, AT_SIX)
    assert [wave.state for wave in await waves_in(shop)] == ["ready", "ended"]
