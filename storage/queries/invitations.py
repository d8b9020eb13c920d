"""Invitations and all that decides about them, by the chunk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, select, tuple_, update

from storage.among import among
from storage.bulk import insert_new, update_many
from storage.campaigns import Campaign, Wave
from storage.customers import Address, Consent, Customer
from storage.dialogs import Dialog
from storage.invitations import Invitation, InvitationState
from storage.surveys import SurveyVersion
from storage.touchpoints import Touchpoint
from storage.written_out import written_out

__all__ = [
    "add_invitations",
    "add_new_invitations",
    "addresses_of",
    "change_invitations",
    "consents_of",
    "due_invitations",
    "expire_invitations",
    "invitations_about",
    "last_asked",
    "newest_versions",
    "with_open_dialog",
]

_invitation, _touchpoint, _version = Invitation.__table__, Touchpoint.__table__, SurveyVersion.__table__  # type: ignore[attr-defined]
_customer, _address, _consent = Customer.__table__, Address.__table__, Consent.__table__  # type: ignore[attr-defined]
_dialog, _wave, _campaign = Dialog.__table__, Wave.__table__, Campaign.__table__  # type: ignore[attr-defined]


def newest_versions(conn: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """The newest published version of each of these surveys: `id`, `name`, `expires_days`."""
    expires_days = _version.c.definition["expires_days"].as_integer().label("expires_days")
    found = select(_version.c.id, _version.c.name, expires_days).where(_version.c.name.in_(names)).order_by(_version.c.version)
    return {row.name: row for row in conn.execute(found)}


def add_invitations(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert planned invitations. Of two about one matter by the same survey there is one, due when the earlier one was:
    newer news of the matter brings forward what is still planned for later.
    """
    new = insert_new(conn, _invitation, rows, key=_MATTER)
    known = []
    for row in rows:
        key = tuple(row[name] for name in _MATTER)
        if key in new:
            new.discard(key)
        else:
            known.append({f"new_{name}": row[name] for name in (*_MATTER, *_REASON)})
    if known:
        conn.execute(_BRING_FORWARD, known)


def add_new_invitations(conn: Connection, rows: Sequence[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Insert planned invitations; of two about one matter by the same survey the earlier stands. Gives back the matters that were new."""
    return insert_new(conn, _invitation, rows, key=_MATTER)


_MATTER = ("customer_id", "survey", "matter")
_REASON = ("touchpoint_id", "due_at", "expires_at")
_BRING_FORWARD = (
    update(_invitation)
    .where(
        *(_invitation.c[name] == bindparam(f"new_{name}") for name in _MATTER),
        _invitation.c.state == InvitationState.PLANNED.value,
        _invitation.c.due_at > bindparam("new_due_at"),
    )
    .values({name: bindparam(f"new_{name}") for name in _REASON})
)


def invitations_about(conn: Connection, matters: Collection[tuple[int, str]]) -> dict[tuple[int, str, str], str]:
    """Tokens of the invitations about these customers' matters, by customer, matter and survey."""
    found = conn.execute(
        select(_invitation.c.customer_id, _invitation.c.matter, _invitation.c.survey, _invitation.c.token).where(
            _invitation.c.customer_id.in_({customer for customer, _ in matters}),
            _invitation.c.matter.in_({matter for _, matter in matters}),
        )
    )
    return {(row.customer_id, row.matter, row.survey): row.token for row in found}


_DUE: Select[Any] = (
    select(
        _invitation.c.id,
        _invitation.c.customer_id,
        _invitation.c.survey,
        _invitation.c.survey_version_id,
        _invitation.c.wave_id,
        _invitation.c.due_at,
        _invitation.c.expires_at,
        _customer.c.name,
        _customer.c.lang,
        _customer.c.timezone,
        _customer.c.country,
        _touchpoint.c.occurred_at,
        _touchpoint.c.attributes,
    )
    .join(_customer, _customer.c.id == _invitation.c.customer_id)
    .outerjoin(_touchpoint, _touchpoint.c.id == _invitation.c.touchpoint_id)
    .where(_invitation.c.state == InvitationState.PLANNED, _invitation.c.due_at <= bindparam("now"))
    .order_by(_invitation.c.due_at, _invitation.c.id)
    .limit(bindparam("most", type_=Integer))
)
_BEHIND = tuple_(_invitation.c.due_at, _invitation.c.id) > tuple_(
    bindparam("after_due", type_=_invitation.c.due_at.type), bindparam("after_id", type_=_invitation.c.id.type)
)


@cache
def _due(*, of_wave: bool, behind: bool, lock: bool) -> Select[Any]:
    which = [_invitation.c.wave_id == bindparam("wave_id") if of_wave else _invitation.c.wave_id.is_(None)]
    due = _DUE.where(*which, *([_BEHIND] if behind else []))
    return due.with_for_update(of=_invitation, skip_locked=True) if lock else due


def due_invitations(
    conn: Connection, now: datetime, limit: int, *, wave_id: int | None = None, after: tuple[datetime, int] | None = None, lock: bool = True
) -> Sequence[Row[Any]]:
    """Planned invitations of the wave, or of none, whose time has come, with their customer and what the touchpoint tells.

    The longest due come first; with `after` (due time and id of one), those behind it.
    """
    which = {"now": now, "most": limit, "wave_id": wave_id, "after_due": after and after[0], "after_id": after and after[1]}
    return conn.execute(_due(of_wave=wave_id is not None, behind=after is not None, lock=lock), which).all()


def change_invitations(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set columns of invitations by id."""
    update_many(conn, _invitation, rows, guard=None)


def expire_invitations(conn: Connection, now: datetime, limit: int) -> int:
    """End invitations that were sent, never taken up, and whose time is over; gives back how many."""
    over = (
        select(_invitation.c.id)
        .where(_invitation.c.state == written_out(InvitationState.SENT), _invitation.c.expires_at <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = conn.execute(over).scalars().all()
    conn.execute(update(_invitation).where(_invitation.c.id.in_(ids)).values(state=InvitationState.EXPIRED))
    return len(ids)


def addresses_of(conn: Connection, customer_ids: Collection[int]) -> Sequence[Row[Any]]:
    """All addresses of these customers, the newest first."""
    newest_first = (_address.c.created_at.desc(), _address.c.id.desc())
    return conn.execute(select(_address).where(_address.c.customer_id.in_(customer_ids)).order_by(*newest_first)).all()


_CONSENTS_OF = (
    select(_consent.c.customer_id, _consent.c.granted)
    .where(among(_consent.c.customer_id, "customer_ids"), _consent.c.purpose == bindparam("of_purpose"))
    .order_by(_consent.c.at, _consent.c.id)
)
_LAST_ASKED = (
    select(_invitation.c.customer_id, func.max(_invitation.c.sent_at).label("sent_at"))
    .where(among(_invitation.c.customer_id, "customer_ids"), _invitation.c.sent_at.is_not(None))
    .group_by(_invitation.c.customer_id)
)
_WITH_OPEN_DIALOG = select(_dialog.c.customer_id).where(
    among(_dialog.c.customer_id, "customer_ids"), _dialog.c.state == written_out("open")
)


def consents_of(conn: Connection, customer_ids: Collection[int], purpose: str) -> dict[int, bool]:
    """What these customers said last about that purpose; those who never did are not in it."""
    entries = conn.execute(_CONSENTS_OF, {"customer_ids": customer_ids, "of_purpose": purpose})
    return {entry.customer_id: entry.granted for entry in entries}


def last_asked(conn: Connection, customer_ids: Collection[int]) -> dict[int, datetime]:
    """When these customers were last sent an invitation of any survey; those who never were are not in it."""
    return {row.customer_id: row.sent_at for row in conn.execute(_LAST_ASKED, {"customer_ids": customer_ids})}


def with_open_dialog(conn: Connection, customer_ids: Collection[int]) -> set[int]:
    return set(conn.execute(_WITH_OPEN_DIALOG, {"customer_ids": customer_ids}).scalars())
