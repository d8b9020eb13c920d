"""When a wave, and with it a campaign, is over: every invitation settled, and no other wave to come."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from storage.campaigns import CampaignState
from storage.database import Database
from storage.queries.campaigns import change_campaign, change_wave, completed_of, end_planned, in_states, may_still_send, waves_of

__all__ = ["CANCELLED", "end_campaigns"]

log = logging.getLogger(__name__)

CANCELLED = "cancelled"
"""Reason of an invitation that was not sent because its campaign was cancelled."""
_CHUNK = 5_000


async def end_campaigns(database: Database, now: datetime) -> int:
    """Settle what cancelled campaigns have left, and note which waves and campaigns are over; gives back how many ended.

    May be stopped and started anywhere.
    """
    total = 0
    async with database.read() as conn:
        ids = await conn.run_sync(_perhaps_over)
    for campaign_id in ids:
        while await database.write(lambda conn, campaign_id=campaign_id: _settle(conn, campaign_id)):  # type: ignore[misc]
            pass
        total += await database.write(lambda conn, campaign_id=campaign_id: _end(conn, campaign_id, now))  # type: ignore[misc]
    return total


def _perhaps_over(conn: Connection) -> list[int]:
    running = [one.id for one in in_states(conn, [CampaignState.RUNNING])]
    cancelled = [one.id for one in in_states(conn, [CampaignState.CANCELLED])]
    return running + [one for one in cancelled if any(wave.ended_at is None for wave in waves_of(conn, one))]


def _settle(conn: Connection, campaign_id: int) -> int:
    """Some of what a cancelled campaign has left; gives back how many."""
    if not any(one.id == campaign_id for one in in_states(conn, [CampaignState.CANCELLED])):
        return 0
    return sum(end_planned(conn, wave.id, CANCELLED, _CHUNK) for wave in waves_of(conn, campaign_id) if wave.ended_at is None)


def _end(conn: Connection, campaign_id: int, now: datetime) -> int:
    campaign = next(one for one in in_states(conn, list(CampaignState)) if one.id == campaign_id)
    cancelled = campaign.state == CampaignState.CANCELLED
    definition = Definition.model_validate(campaign.definition)
    for wave in waves_of(conn, campaign_id, lock=True):
        over = cancelled or wave.state == "ready"
        if wave.ended_at is None and over and not may_still_send(conn, wave.id):
            change_wave(conn, wave.id, state="ended", ended_at=now)
            log.info("wave_ended", extra={"campaign": campaign.name, "wave": wave.number})
    if campaign.state != CampaignState.RUNNING or not _is_done(conn, campaign, definition):
        return 0
    change_campaign(conn, campaign_id, still=CampaignState.RUNNING.value, state=CampaignState.DONE.value)
    log.info("campaign_done", extra={"campaign": campaign.name})
    return 1


def _is_done(conn: Connection, campaign: Any, definition: Definition) -> bool:
    """A campaign at one moment is done with its wave; one in a rhythm, or after touchpoints, only once its quota is full."""
    waves = waves_of(conn, campaign.id)
    if definition.when.at is not None:
        return bool(waves) and all(wave.ended_at is not None for wave in waves)
    full = definition.quota is not None and completed_of(conn, campaign.id, definition.quota) >= definition.quota
    return full and not any(may_still_send(conn, wave.id) for wave in waves)
