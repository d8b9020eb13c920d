"""What explains why a customer is written to or not: who they are, and all their invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.customers import Address, Customer
from storage.ids import from_short
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint

__all__ = ["customer_row", "customers_named", "invitations_of"]

_customer, _address = Customer.__table__, Address.__table__  # type: ignore[attr-defined]
_invitation, _touchpoint = Invitation.__table__, Touchpoint.__table__  # type: ignore[attr-defined]
_MOST = 20
AnyRow = Row[*tuple[Any, ...]]


def customers_named(conn: Connection, who: str) -> Sequence[AnyRow]:
    """The customers of that name: the shop's id for them, else a platform's name for their chat, else our id as links write it. Of one
    who was merged into another, that one."""
    by_shop = select(_customer).where(_customer.c.external_id == who)
    by_chat = select(_customer).join(_address, _address.c.customer_id == _customer.c.id).where(_address.c.native_id == who)
    found = conn.execute(by_shop.order_by(_customer.c.id)).all() or conn.execute(by_chat.order_by(_customer.c.id)).all()
    if not found:
        try:
            number = from_short(who)
        except ValueError:
            return []
        found = conn.execute(select(_customer).where(_customer.c.id == number)).all() if 0 < number < 2**63 else []
    ids = {one.merged_into or one.id for one in found}
    return conn.execute(select(_customer).where(_customer.c.id.in_(ids)).order_by(_customer.c.id)).all()


def customer_row(conn: Connection, who: str) -> AnyRow | None:
    """The first of the customers of that name."""
    return next(iter(customers_named(conn, who)), None)


def invitations_of(conn: Connection, customer_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The customer's newest invitations, each with what the policy asks of its customer and touchpoint."""
    columns = (_customer.c.timezone, _customer.c.country, _customer.c.lang, _touchpoint.c.occurred_at)
    found = (
        select(_invitation, *columns)
        .join(_customer, _customer.c.id == _invitation.c.customer_id)
        .outerjoin(_touchpoint, _touchpoint.c.id == _invitation.c.touchpoint_id)
        .where(_invitation.c.customer_id == customer_id)
    )
    return conn.execute(found.order_by(_invitation.c.planned_at.desc(), _invitation.c.id.desc()).limit(_MOST)).all()
