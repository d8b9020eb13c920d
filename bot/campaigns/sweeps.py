"""What campaigns need to be looked at for again and again."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.campaigns.ending import end_campaigns
from bot.campaigns.planning import plan_campaigns
from bot.invitations.sweeps import Sweep
from storage.database import Database

__all__ = ["campaign_sweeps"]


def campaign_sweeps(database: Database, zone: ZoneInfo) -> tuple[Sweep, ...]:
    """Plan what begins, and end what is over. `zone` is the shop's."""
    return (
        Sweep("plan_campaigns", timedelta(seconds=5), lambda now: plan_campaigns(database, zone, now)),
        Sweep("end_campaigns", timedelta(seconds=30), lambda now: end_campaigns(database, now)),
    )
