"""Panels: who is in them, and when their members were last asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from storage.bulk import insert_many
from storage.campaigns import Campaign, Wave
from storage.customers import Customer
from storage.invitations import Invitation
from storage.panels import PREFIX, Panel, purpose_of
from storage.queries.consents import add_consent, all_who_agreed, has_agreed, purposes_agreed_to

__all__ = ["add_panel", "all_panels", "asked_in_panel", "is_member", "members_of", "panel_named", "panels_of", "write_consent"]

_panel, _customer = Panel.__table__, Customer.__table__  # type: ignore[attr-defined]
_invitation, _wave, _campaign = Invitation.__table__, Wave.__table__, Campaign.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


def add_panel(conn: Connection, name: str, most: int, seconds: int, about: dict[str, str], now: datetime) -> None:
    insert_many(conn, _panel, [{"name": name, "most": most, "seconds": seconds, "about": about, "created_at": now}])


def panel_named(conn: Connection, name: str, *, lock: bool = False) -> AnyRow | None:
    """With `lock`, locked on PostgreSQL."""
    found = select(_panel).where(_panel.c.name == name)
    return conn.execute(found.with_for_update() if lock else found).first()


def all_panels(conn: Connection) -> Sequence[tuple[AnyRow, int]]:
    """By name, each with how many members it has."""
    found = conn.execute(select(_panel).order_by(_panel.c.name)).all()
    return [(one, _count(conn, one.name)) for one in found]


def is_member(panel: str, customer_id: Any) -> ColumnElement[bool]:
    """Whether the customer is in the panel: a condition on an id, or on a column of ids."""
    return has_agreed(purpose_of(panel), customer_id)


def members_of(conn: Connection, panel: str) -> Sequence[AnyRow]:
    theirs = _customer.c.id.in_(all_who_agreed(purpose_of(panel)))
    return conn.execute(select(_customer).where(theirs).order_by(_customer.c.id)).all()


def panels_of(conn: Connection, customer_id: int) -> list[str]:
    """The purposes of the panels that the customer is in now."""
    return purposes_agreed_to(conn, customer_id, PREFIX)


def write_consent(conn: Connection, customer_id: int, panel: str, granted: bool, source: str, now: datetime) -> None:
    add_consent(conn, customer_id, purpose_of(panel), granted=granted, source=source, now=now)


def asked_in_panel(conn: Connection, panel: str, customer_ids: Collection[int], since: datetime) -> dict[int, list[datetime]]:
    """When these customers were asked by campaigns to the panel since then, the newest first."""
    asked = (
        select(_invitation.c.customer_id, _invitation.c.sent_at)
        .join(_wave, _wave.c.id == _invitation.c.wave_id)
        .join(_campaign, _campaign.c.id == _wave.c.campaign_id)
        .where(
            _invitation.c.customer_id.in_(customer_ids),
            _invitation.c.sent_at > since,
            _campaign.c.definition["panel"].as_string() == panel,
        )
        .order_by(_invitation.c.sent_at.desc())
    )
    found: dict[int, list[datetime]] = {}
    for row in conn.execute(asked):
        found.setdefault(row.customer_id, []).append(row.sent_at)
    return found


def _count(conn: Connection, panel: str) -> int:
    return conn.execute(select(func.count()).select_from(all_who_agreed(purpose_of(panel)).subquery())).scalar_one()
