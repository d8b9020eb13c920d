"""Dialogs that have fallen silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, select

from storage.among import among
from storage.bulk import update_many
from storage.campaigns import Campaign, Wave
from storage.customers import Address, Customer
from storage.dialogs import Dialog
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from storage.written_out import written_out

__all__ = ["change_dialogs", "silent_dialogs"]

_invitation, _customer, _address = Invitation.__table__, Customer.__table__, Address.__table__  # type: ignore[attr-defined]
_dialog, _touchpoint = Dialog.__table__, Touchpoint.__table__  # type: ignore[attr-defined]
_wave, _campaign = Wave.__table__, Campaign.__table__  # type: ignore[attr-defined]


_SILENT: Select[Any] = (
    select(
        _dialog.c.id,
        _dialog.c.version,
        _dialog.c.customer_id,
        _dialog.c.address_id,
        _dialog.c.invitation_id,
        _dialog.c.case_id,
        _dialog.c.survey,
        _dialog.c.survey_version_id,
        _dialog.c.data,
        _dialog.c.updated_at,
        _address.c.channel,
        _address.c.account,
        _address.c.native_id,
        _address.c.reachable,
        _customer.c.lang,
        _customer.c.timezone,
        _customer.c.country,
        _invitation.c.state.label("invitation_state"),
        _invitation.c.expires_at,
        _invitation.c.reminders,
        _invitation.c.wave_id,
        _touchpoint.c.occurred_at,
        _wave.c.campaign_id,
        _campaign.c.definition.label("campaign"),
        _campaign.c.state.label("campaign_state"),
    )
    .join(_address, _address.c.id == _dialog.c.address_id)
    .join(_customer, _customer.c.id == _dialog.c.customer_id)
    .outerjoin(_invitation, _invitation.c.id == _dialog.c.invitation_id)
    .outerjoin(_touchpoint, _touchpoint.c.id == _invitation.c.touchpoint_id)
    .outerjoin(_wave, _wave.c.id == _invitation.c.wave_id)
    .outerjoin(_campaign, _campaign.c.id == _wave.c.campaign_id)
    .where(_dialog.c.state == written_out("open"), _dialog.c.nudge_at <= bindparam("now"), ~among(_address.c.account, "but_not"))
    .order_by(_dialog.c.nudge_at, _dialog.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=_dialog, skip_locked=True)
)


def silent_dialogs(conn: Connection, now: datetime, limit: int, *, but_not: Sequence[str] = ()) -> Sequence[Row[Any]]:
    """Open dialogs whose silence is due to be looked at, longest first, with their customer, address and invitation,
    what it asks about, and the definition and state of its campaign. None at the accounts in `but_not`."""
    return conn.execute(_SILENT, {"now": now, "most": limit, "but_not": but_not}).all()


def change_dialogs(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set columns of dialogs by id, each guarded by the `version` it was read at."""
    update_many(conn, _dialog, rows)
