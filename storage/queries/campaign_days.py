"""How many invitations each campaign sent on a day, for its limit."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from storage.bulk import increment
from storage.campaigns import CampaignDay

__all__ = ["count_sent", "sent_on"]

_day = CampaignDay.__table__  # type: ignore[attr-defined]


def sent_on(conn: Connection, campaign_id: int, day: date) -> int:
    found = conn.execute(select(_day.c.n).where(_day.c.campaign_id == campaign_id, _day.c.day == day)).scalar()
    return int(found or 0)


def count_sent(conn: Connection, sent: dict[int, int], day: date) -> None:
    """Add to what campaigns sent on that day, by their ids; or take away what was taken back."""
    increment(conn, _day, [{"campaign_id": campaign, "day": day, "n": n} for campaign, n in sent.items()])
