"""A customer who goes on at another address: what follows them there, and which links were opened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from storage.among import among
from storage.bulk import insert_many
from storage.cases import NOT_CLOSED, Case
from storage.customers import Address, Customer
from storage.dialogs import SeenUpdate
from storage.outbox import Message, MessageState, Priority

__all__ = ["follow", "last_shown", "note_opened", "opened_links", "who_is_at"]

_seen, _message, _case = SeenUpdate.__table__, Message.__table__, Case.__table__  # type: ignore[attr-defined]
_address, _customer = Address.__table__, Customer.__table__  # type: ignore[attr-defined]

LINKS = "move links"
"""Under what opened links are kept among the updates that were taken: no account's name, for it has a space."""
_OPENED = select(_seen.c.update_id).where(_seen.c.account == LINKS, among(_seen.c.update_id, "tokens"))


def who_is_at(conn: Connection, account: str, native_id: str) -> Row[*tuple[Any, ...]] | None:
    """The address's `id`, and the shop's own id for its customer (`external_id`) where it has named them."""
    known = select(_address.c.id, _customer.c.external_id).join(_customer, _customer.c.id == _address.c.customer_id)
    return conn.execute(known.where(_address.c.account == account, _address.c.native_id == native_id)).one_or_none()


def last_shown(conn: Connection, account: str, address: str) -> datetime | None:
    """When something was last shown at this address; what was only kept for another place has no platform id."""
    here = (_message.c.account == account) & (_message.c.address == address) & _message.c.platform_id.is_not(None)
    # By the customer, whom an index serves.
    theirs = select(_address.c.customer_id).where(_address.c.account == account, _address.c.native_id == address).scalar_subquery()
    shown: datetime | None = conn.execute(select(func.max(_message.c.sent_at)).where(_message.c.customer_id == theirs, here)).scalar_one()
    return shown


def opened_links(conn: Connection, tokens: Collection[str]) -> set[str]:
    """Those of the tokens that were opened before."""
    return set(conn.execute(_OPENED, {"tokens": tokens}).scalars())


def note_opened(conn: Connection, token: str, now: datetime) -> None:
    """From now on the link is spent. Raises IntegrityError where somebody else opened it at the same moment."""
    insert_many(conn, _seen, [{"account": LINKS, "update_id": token, "seen_at": now}])


def follow(
    conn: Connection, customer_id: int, source_id: int, source: dict[str, str], target_id: int, target: dict[str, str], now: datetime
) -> None:
    """Open cases are answered at the new address, and what was told to the old one and shown nowhere is told there.

    `source` and `target` are channel, account and address. Questions are left out: the dialog asks them again.
    """
    theirs = (_case.c.customer_id == customer_id) & (_case.c.address_id == source_id) & NOT_CLOSED
    conn.execute(update(_case).where(theirs).values(address_id=target_id))
    here = and_(_message.c.customer_id == customer_id, _message.c.account == source["account"], _message.c.address == source["address"])
    due = _message.c.state == MessageState.DUE.value
    unseen = (_message.c.state == MessageState.SENT.value) & _message.c.platform_id.is_(None)
    told = _message.c.edits.is_(None) & or_(_message.c.key.is_(None), _message.c.key.not_like("q.%"))
    anew = {**target, "state": MessageState.DUE.value, "priority": int(Priority.REPLY), "due_at": now, "sent_at": None}
    conn.execute(update(_message).where(here, due | unseen, told).values(**anew))
