"""The addresses of customers, in the order in which they are written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.among import among
from storage.customers import Address
from storage.dialogs import Answer, Dialog

__all__ = ["Way", "ways_of", "ways_to"]

_address, _answer, _dialog = Address.__table__, Answer.__table__, Dialog.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]

_ADDRESSES = select(_address).where(among(_address.c.customer_id, "customer_ids"))
_ANSWERED = (
    select(_dialog.c.address_id, func.max(_answer.c.answered_at).label("at"))
    .join(_dialog, _dialog.c.id == _answer.c.dialog_id)
    .where(among(_answer.c.customer_id, "customer_ids"))
    .group_by(_dialog.c.address_id)
)


@dataclass(frozen=True, slots=True)
class Way:
    """An address, reachable or not. `used_at` is when its customer last answered there, or came there first."""

    address: AnyRow
    used_at: datetime


def ways_to(conn: Connection, customer_ids: Collection[int], accounts: Sequence[str]) -> dict[int, list[Way]]:
    """The addresses that these customers have on these accounts, in the order in which they are written to.

    The one used last is the preferred one and comes first. The others follow in the order of the accounts, and of several on
    one account the one used last. Of somebody with one address alone nobody asks when it was used: it is when they came.
    """
    theirs = _addresses(conn, customer_ids, accounts)
    several = [customer_id for customer_id, addresses in theirs.items() if len(addresses) > 1]
    answered = _answered(conn, several) if several else {}
    return {customer_id: _in_order(addresses, answered, accounts) for customer_id, addresses in theirs.items()}


def ways_of(conn: Connection, customer_id: int, accounts: Sequence[str]) -> list[Way]:
    """The same of one customer, for people to look at: also of a single address they see when it was used."""
    addresses = _addresses(conn, [customer_id], accounts).get(customer_id, [])
    return _in_order(addresses, _answered(conn, [customer_id]), accounts) if addresses else []


def _addresses(conn: Connection, customer_ids: Collection[int], accounts: Sequence[str]) -> dict[int, list[AnyRow]]:
    theirs: dict[int, list[AnyRow]] = defaultdict(list)
    for address in conn.execute(_ADDRESSES, {"customer_ids": customer_ids}):
        if address.account in accounts:
            theirs[address.customer_id].append(address)
    return theirs


def _answered(conn: Connection, customer_ids: Collection[int]) -> dict[int, datetime]:
    """By address, when its customer last answered there."""
    return {row.address_id: row.at for row in conn.execute(_ANSWERED, {"customer_ids": customer_ids})}


def _in_order(addresses: Sequence[AnyRow], answered: Mapping[int, datetime], accounts: Sequence[str]) -> list[Way]:
    ways = [Way(address, max(address.created_at, answered.get(address.id, address.created_at))) for address in addresses]
    first, *others = sorted(ways, key=lambda way: (way.used_at, way.address.id), reverse=True)
    return [first, *sorted(others, key=lambda way: accounts.index(way.address.account))]
