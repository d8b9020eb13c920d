"""Reading what a batch of things heard is about: addresses with their customers, dialogs, invitations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, or_, select

from storage.among import among
from storage.cases import NOT_CLOSED, Case, CaseEntry
from storage.customers import Address, Customer
from storage.dialogs import Answer, Dialog
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint

__all__ = [
    "addresses_at",
    "addresses_by_id",
    "answers_to",
    "customers_with_open_case",
    "dialogs_about",
    "dialogs_begun_at",
    "invitations_by_token",
    "open_dialogs_at",
    "staff_wrote_at",
]

_address, _customer, _dialog = Address.__table__, Customer.__table__, Dialog.__table__  # type: ignore[attr-defined]
_invitation, _touchpoint, _case = Invitation.__table__, Touchpoint.__table__, Case.__table__  # type: ignore[attr-defined]
_answer, _entry = Answer.__table__, CaseEntry.__table__  # type: ignore[attr-defined]

_ADDRESSES = select(
    _address.c.id,
    _address.c.customer_id,
    _address.c.channel,
    _address.c.account,
    _address.c.native_id,
    _address.c.reachable,
    _address.c.lang,
    _customer.c.lang.label("customer_lang"),
    _customer.c.name,
    _customer.c.external_id,
).join(_customer, _customer.c.id == _address.c.customer_id)
_ADDRESSES_OF_IDS = _ADDRESSES.where(among(_address.c.id, "ids"))
_ADDRESSES_AT = _ADDRESSES.where(_address.c.account == bindparam("account"), among(_address.c.native_id, "native_ids"))


def addresses_at(conn: Connection, natives: Mapping[str, Collection[str]]) -> Iterable[Row[*tuple[Any, ...]]]:
    """Known addresses, by account and the platform's names for them, with their customers."""
    for account, native_ids in natives.items():
        yield from conn.execute(_ADDRESSES_AT, {"account": account, "native_ids": native_ids})


def addresses_by_id(conn: Connection, ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Known addresses, with their customers."""
    return conn.execute(_ADDRESSES_OF_IDS, {"ids": ids}).all()


# As a CASE, which no index can serve: SQLite would take that of the states, and with it every open dialog there is.
_OPEN_OR_LATELY = case(
    (_dialog.c.state == "completed", _dialog.c.updated_at >= bindparam("completed_since")), else_=_dialog.c.state == "open"
)
_DIALOGS_ABOUT = (
    select(
        _dialog.c.id,
        _dialog.c.address_id,
        _dialog.c.customer_id,
        _dialog.c.invitation_id,
        _dialog.c.case_id,
        _dialog.c.survey,
        _dialog.c.survey_version_id,
        _dialog.c.state,
        _dialog.c.version,
        _dialog.c.data,
        _dialog.c.opened_at,
        _invitation.c.touchpoint_id,
        _invitation.c.wave_id,
    )
    .outerjoin(_invitation, _invitation.c.id == _dialog.c.invitation_id)
    .where(
        or_(
            among(_dialog.c.address_id, "address_ids") & _OPEN_OR_LATELY,
            among(_dialog.c.id, "dialog_ids"),
            among(_dialog.c.invitation_id, "invitation_ids"),
        )
    )
    .order_by(_dialog.c.updated_at, _dialog.c.id)
    .with_for_update(of=_dialog)
)


def dialogs_about(
    conn: Connection,
    *,
    address_ids: Collection[int],
    completed_since: datetime,
    dialog_ids: Collection[int] = (),
    invitation_ids: Collection[int] = (),
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Dialogs at these addresses that are open or were completed lately, those of these invitations and the named ones
    in whatever state.

    Locked on PostgreSQL, oldest first.
    """
    concerned = {"address_ids": address_ids, "dialog_ids": dialog_ids, "invitation_ids": invitation_ids}
    return conn.execute(_DIALOGS_ABOUT, {**concerned, "completed_since": completed_since}).all()


_INVITATIONS_BY_TOKEN = (
    select(
        _invitation.c.id,
        _invitation.c.token,
        _invitation.c.customer_id,
        _invitation.c.touchpoint_id,
        _invitation.c.wave_id,
        _invitation.c.survey,
        _invitation.c.survey_version_id,
        _invitation.c.state,
        _invitation.c.expires_at,
        _customer.c.name,
        _customer.c.lang,
        _touchpoint.c.attributes,
    )
    .join(_customer, _customer.c.id == _invitation.c.customer_id)
    .outerjoin(_touchpoint, _touchpoint.c.id == _invitation.c.touchpoint_id)
    .where(among(_invitation.c.token, "tokens"))
    .order_by(_invitation.c.id)
    .with_for_update(of=_invitation)
)


def invitations_by_token(conn: Connection, tokens: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Invitations with their customer and what the touchpoint tells. Locked on PostgreSQL, so that a link opened in two
    places at once begins one dialog."""
    return conn.execute(_INVITATIONS_BY_TOKEN, {"tokens": tokens}).all()


_WITH_OPEN_CASE = select(_case.c.customer_id).where(among(_case.c.customer_id, "customer_ids"), NOT_CLOSED)
_WRITTEN_BY_STAFF = (_entry.c.case_id == _case.c.id) & _entry.c.kind.in_(("response", "message")) & (_entry.c.author != "customer")
_STAFF_WROTE_AT = (
    select(_case.c.customer_id, func.max(_entry.c.at).label("wrote_at"))
    .outerjoin(_entry, _WRITTEN_BY_STAFF)
    .where(among(_case.c.customer_id, "customer_ids"), NOT_CLOSED)
    .group_by(_case.c.customer_id)
)


def customers_with_open_case(conn: Connection, customer_ids: Collection[int]) -> set[int]:
    return set(conn.execute(_WITH_OPEN_CASE, {"customer_ids": customer_ids}).scalars())


def staff_wrote_at(conn: Connection, customer_ids: Collection[int]) -> dict[int, datetime | None]:
    """The customers among these who have an open case, each with when staff last wrote to them in it, if they did."""
    rows = conn.execute(_STAFF_WROTE_AT, {"customer_ids": customer_ids})
    return {row.customer_id: row.wrote_at for row in rows}


_ANSWERS_TO = select(
    _answer.c.id,
    _answer.c.dialog_id,
    _answer.c.question,
    _answer.c.number,
    _answer.c.answered_at,
    _answer.c.channel,
    _answer.c.department,
    _answer.c.agent,
).where(among(_answer.c.dialog_id, "dialog_ids"))


def answers_to(conn: Connection, dialog_ids: Collection[int]) -> dict[tuple[int, str], Row[*tuple[Any, ...]]]:
    """Answers already recorded in these dialogs, by dialog and question."""
    rows = conn.execute(_ANSWERS_TO, {"dialog_ids": dialog_ids})
    return {(row.dialog_id, row.question): row for row in rows}


def open_dialogs_at(conn: Connection, address_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The dialogs open at this address: `id`, `survey`, `case_id`, `updated_at`."""
    here = (_dialog.c.address_id == address_id) & (_dialog.c.state == "open")
    return conn.execute(select(_dialog.c.id, _dialog.c.survey, _dialog.c.case_id, _dialog.c.updated_at).where(here)).all()


def dialogs_begun_at(conn: Connection, address_id: int, survey: str, *, since: datetime) -> int:
    """How many dialogs of a survey were begun at this address."""
    theirs = (_dialog.c.address_id == address_id) & (_dialog.c.survey == survey) & (_dialog.c.opened_at > since)
    return conn.execute(select(func.count()).select_from(_dialog).where(theirs)).scalar_one()
