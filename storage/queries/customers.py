"""What an operator sees of one customer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from storage.cases import Case, CaseState
from storage.customers import Address, Customer
from storage.dialogs import Answer, Dialog
from storage.invitations import Invitation
from storage.outbox import Message

__all__ = [
    "Counts",
    "count_of_customer",
    "customers_by_id",
    "open_cases_of_customer",
    "open_dialogs_of_customer",
    "reactions_of_customer",
    "went_on_elsewhere",
]

_address, _answer, _dialog = Address.__table__, Answer.__table__, Dialog.__table__  # type: ignore[attr-defined]
_case, _invitation, _message = Case.__table__, Invitation.__table__, Message.__table__  # type: ignore[attr-defined]
_customer = Customer.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]
_LATEST = 10


class Counts(NamedTuple):
    """How much there is of a customer."""

    invitations: int
    answers: int
    cases: int


def count_of_customer(conn: Connection, customer_id: int) -> Counts:
    counts = (
        conn.execute(select(func.count()).select_from(table).where(table.c.customer_id == customer_id)).scalar_one()
        for table in (_invitation, _answer, _case)
    )
    return Counts(*counts)


def customers_by_id(conn: Connection, ids: Collection[int]) -> Sequence[AnyRow]:
    """These customers."""
    return conn.execute(select(_customer).where(_customer.c.id.in_(ids)).order_by(_customer.c.id)).all()


def open_dialogs_of_customer(conn: Connection, customer_id: int) -> Sequence[AnyRow]:
    """Each with its `survey`, `channel` and when it was last `updated_at`."""
    found = select(_dialog.c.survey, _dialog.c.updated_at, _address.c.channel).join(_address, _address.c.id == _dialog.c.address_id)
    return conn.execute(found.where(_dialog.c.customer_id == customer_id, _dialog.c.state == "open").order_by(_dialog.c.id)).all()


def open_cases_of_customer(conn: Connection, customer_id: int) -> Sequence[AnyRow]:
    still_open = (_case.c.customer_id == customer_id) & (_case.c.state != CaseState.CLOSED.value)
    return conn.execute(select(_case).where(still_open).order_by(_case.c.id)).all()


def went_on_elsewhere(conn: Connection, customer_id: int) -> Sequence[AnyRow]:
    """The latest messages that could not reach an address of theirs: `tried`, the `channel` they went on at, their `state`."""
    found = select(_message.c.tried, _message.c.channel, _message.c.state)
    which = (_message.c.customer_id == customer_id) & _message.c.tried.is_not(None)
    return conn.execute(found.where(which).order_by(_message.c.id.desc()).limit(_LATEST)).all()


def reactions_of_customer(conn: Connection, customer_id: int) -> Sequence[AnyRow]:
    """The latest messages to which they have put signs that still stand there: `say` and its `channel`."""
    which = (_message.c.customer_id == customer_id) & _message.c.say["reaction"].as_string().is_not(None)
    found = select(_message.c.say, _message.c.channel).where(which)
    return conn.execute(found.order_by(_message.c.id.desc()).limit(_LATEST)).all()
