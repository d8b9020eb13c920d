"""The addresses of customers, in the order in which they are written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.among import among
from storage.customers import Address
from storage.dialogs import Answer, Dialog

__all__ = ["Way", "ways_to"]

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
    one account the one used last.
    """
    place = {account: number for number, account in enumerate(accounts)}
    theirs: dict[int, list[AnyRow]] = defaultdict(list)
    for address in conn.execute(_ADDRESSES, {"customer_ids": customer_ids}):
        if address.account in place:
            theirs[address.customer_id].append(address)
    several = [customer_id for customer_id, addresses in theirs.items() if len(addresses) > 1]
    answered = {row.address_id: row.at for row in conn.execute(_ANSWERED, {"customer_ids": several})} if several else {}
    found: dict[int, list[Way]] = {}
    for customer_id, addresses in theirs.items():
        ways = [Way(address, max(address.created_at, answered.get(address.id, address.created_at))) for address in addresses]
        first, *others = sorted(ways, key=lambda way: (way.used_at, way.address.id), reverse=True)
        found[customer_id] = [first, *sorted(others, key=lambda way: place[way.address.account])]
    return found
