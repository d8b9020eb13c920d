"""Campaigns that something is done for: held, so that on PostgreSQL nobody steers them meanwhile from another process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, or_, select

from storage.campaigns import Campaign, CampaignState, Wave

__all__ = ["held", "hold_running", "may_end", "sending_waves"]

_campaign, _wave = Campaign.__table__, Wave.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


def held(conn: Connection, campaign_id: int) -> AnyRow:
    """The campaign, which nobody pauses, cancels or changes on PostgreSQL before the transaction ends, or plans, sends or ends."""
    return conn.execute(select(_campaign).where(_campaign.c.id == campaign_id).with_for_update(key_share=True)).one()


def hold_running(conn: Connection) -> None:
    """Nobody pauses or cancels a campaign on PostgreSQL before the transaction ends, which may put something of theirs into the outbox:
    they would take back only what is there by then. What was said of campaigns is read after this."""
    running = select(_campaign.c.id).where(_campaign.c.state == CampaignState.RUNNING.value).order_by(_campaign.c.id)
    conn.execute(running.with_for_update(read=True, key_share=True))


def may_end(conn: Connection) -> Sequence[int]:
    """The campaigns that run, and those cancelled of which something is left."""
    left = and_(
        _campaign.c.state == CampaignState.CANCELLED.value,
        exists().where(_wave.c.campaign_id == _campaign.c.id, _wave.c.ended_at.is_(None)),
    )
    found = select(_campaign.c.id).where(or_(_campaign.c.state == CampaignState.RUNNING.value, left))
    return conn.execute(found.order_by(_campaign.c.id)).scalars().all()


_SENDING_WAVES = (
    select(_wave.c.id, _wave.c.campaign_id, _campaign.c.name, _campaign.c.definition)
    .join(_campaign, _campaign.c.id == _wave.c.campaign_id)
    .where(_campaign.c.state == CampaignState.RUNNING.value, _wave.c.ended_at.is_(None))
    .order_by(_wave.c.id)
)


def sending_waves(conn: Connection, *, lock: bool = False) -> Sequence[AnyRow]:
    """The waves of running campaigns that may have something to send: `id`, `campaign_id`, `name`, `definition`.

    With `lock`, nobody pauses or cancels them on PostgreSQL before the transaction ends: they would take back what is in the outbox
    by then, and not what this one still brings. Nor does anybody else send of them, who would count what is left of a day's share.
    """
    return conn.execute(_SENDING_WAVES.with_for_update(key_share=True, of=_campaign) if lock else _SENDING_WAVES).all()
