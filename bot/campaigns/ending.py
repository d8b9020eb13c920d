"""When a wave, and with it a campaign, is over: every invitation settled, and no other wave to come."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from storage.campaigns import CampaignState
from storage.database import Database
from storage.queries.campaigns import change_campaign, change_wave, completed_of, end_planned, may_still_send, waves_of
from storage.queries.working_campaigns import held, may_end

__all__ = ["CANCELLED", "end_campaigns"]

log = logging.getLogger(__name__)

CANCELLED = "cancelled"
"""Reason of an invitation that was not sent because its campaign was cancelled."""
_CHUNK = 5_000


async def end_campaigns(database: Database, now: datetime) -> int:
    """Settle what cancelled campaigns have left, and note which waves and campaigns are over; gives back how many ended.

    May be stopped and started anywhere.
    """
    total, broken = 0, list[Exception]()
    async with database.read() as conn:
        ids = await conn.run_sync(may_end)
    for campaign_id in ids:
        try:
            while await database.write(partial(_settle, campaign_id=campaign_id)):
                pass
            total += await database.write(partial(_end, campaign_id=campaign_id, now=now))
        except Exception as error:  # a bug, or no database: the other campaigns do not wait for it
            broken.append(error)
    if broken:
        raise broken[0]
    return total


def _settle(conn: Connection, campaign_id: int) -> int:
    """Some of what a cancelled campaign has left; gives back how many."""
    if held(conn, campaign_id).state != CampaignState.CANCELLED:
        return 0
    return sum(end_planned(conn, wave.id, CANCELLED, _CHUNK) for wave in waves_of(conn, campaign_id, ended=False))


def _end(conn: Connection, campaign_id: int, now: datetime) -> int:
    campaign = held(conn, campaign_id)
    open_waves = waves_of(conn, campaign_id, ended=False)
    busy = [wave for wave in open_waves if may_still_send(conn, wave.id)]
    done = campaign.state == CampaignState.RUNNING and not busy and _is_done(conn, campaign, open_waves)
    for wave in open_waves:
        if wave not in busy and (done or campaign.state == CampaignState.CANCELLED or wave.state == "ready"):
            change_wave(conn, wave.id, state="ended", ended_at=now)
            log.info("wave_ended", extra={"campaign": campaign.name, "wave": wave.number})
    if done:
        change_campaign(conn, campaign_id, state=CampaignState.DONE.value)
        log.info("campaign_done", extra={"campaign": campaign.name})
    return int(done)


def _is_done(conn: Connection, campaign: Any, open_waves: Sequence[Any]) -> bool:
    """Where nothing can be sent any more, a campaign at one moment is done with its wave; one in a rhythm, or after touchpoints,
    only once its quota is full."""
    definition = Definition.model_validate(campaign.definition)
    if definition.when.at is not None:
        return all(wave.state == "ready" for wave in open_waves)
    return definition.quota is not None and completed_of(conn, campaign.id, definition.quota) >= definition.quota
