"""Touchpoints and the customers they are about, by the chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select, update

from storage.among import among
from storage.bulk import insert_many, insert_new, update_many
from storage.customers import Address, Customer
from storage.ids import new_id
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint

__all__ = [
    "CustomerRow",
    "add_addresses",
    "add_touchpoints",
    "kinds_told",
    "mark_considered",
    "merge_customers",
    "newest_touchpoint_id",
    "newest_touchpoint_of",
    "newest_touchpoints",
    "touchpoints_after",
    "touchpoints_overlooked",
    "touchpoints_since",
    "touchpoints_told",
    "unconsidered",
]

_address, _customer, _touchpoint = Address.__table__, Customer.__table__, Touchpoint.__table__  # type: ignore[attr-defined]
_invitation = Invitation.__table__  # type: ignore[attr-defined]


class CustomerRow(NamedTuple):
    """What a source tells of one of its customers. What is empty is not known and takes nothing away."""

    source: str
    external_id: str
    name: str = ""
    lang: str = ""
    timezone: str = ""
    country: str = ""
    attributes: Mapping[str, Any] = {}

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.external_id

    def over(self, earlier: CustomerRow) -> CustomerRow:
        """What is known with this told after `earlier`."""
        plain = {name: getattr(self, name) or getattr(earlier, name) for name in self._fields}
        told = {name: value for name, value in self.attributes.items() if value not in (None, "")}
        return CustomerRow(**{**plain, "attributes": {**earlier.attributes, **told}})


def merge_customers(conn: Connection, told: Iterable[CustomerRow], now: datetime) -> dict[tuple[str, str], int]:
    """Insert the customers that are new, bring the others up to date, and give all their ids by (source, external id): of one who was
    merged into another, that one's."""
    latest: dict[tuple[str, str], CustomerRow] = {}
    for customer in told:
        latest[customer.key] = customer.over(latest.get(customer.key, customer))
    # In the order of their keys: two writers that meet the same customers cannot lock each other out.
    rows = [{"id": new_id(), **latest[key]._asdict(), "created_at": now} for key in sorted(latest)]
    ids = {(row["source"], row["external_id"]): row["id"] for row in rows}
    new = insert_new(conn, _customer, rows, key=("source", "external_id"))
    changed = []
    for known in _customers(conn, ids.keys() - new):
        before = CustomerRow(*(known._mapping[name] for name in CustomerRow._fields))
        ids[before.key] = known.merged_into or known.id
        after = latest[before.key].over(before)
        if after != before:
            changed.append({"id": known.id, **after._asdict()})
    update_many(conn, _customer, sorted(changed, key=lambda row: row["id"]), guard=None)
    return ids


def _customers(conn: Connection, keys: Collection[tuple[str, str]]) -> Iterable[Row[Any]]:
    for source, external_ids in _by_source(keys).items():
        yield from conn.execute(select(_customer).where(_customer.c.source == source, _customer.c.external_id.in_(external_ids)))


def add_addresses(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add addresses that a source tells. One that is known already stays with the customer who has it."""
    insert_many(conn, _address, rows, ignore=True)


def add_touchpoints(conn: Connection, rows: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    """Insert the touchpoints that are not known yet, and tell which they were, by (source, external id)."""
    return insert_new(conn, _touchpoint, rows, key=("source", "external_id"))


_TOLD = select(
    _touchpoint.c.id,
    _touchpoint.c.source,
    _touchpoint.c.external_id,
    _touchpoint.c.customer_id,
    _touchpoint.c.kind,
    _touchpoint.c.occurred_at,
    _touchpoint.c.attributes,
    _touchpoint.c.considered_at,
    _customer.c.timezone,
    _customer.c.country,
).join(_customer, _customer.c.id == _touchpoint.c.customer_id)


def touchpoints_told(conn: Connection, keys: Collection[tuple[str, str]]) -> list[Row[Any]]:
    """Touchpoints by (source, external id), each with the place of its customer."""
    found: list[Row[Any]] = []
    for source, external_ids in _by_source(keys).items():
        found += conn.execute(_TOLD.where(_touchpoint.c.source == source, _touchpoint.c.external_id.in_(external_ids)))
    return found


def unconsidered(conn: Connection, limit: int) -> Sequence[Row[Any]]:
    """Touchpoints that the planner has still to look at, oldest first, each with the place of its customer."""
    waiting: Select[Any] = _TOLD.where(_touchpoint.c.considered_at.is_(None)).order_by(_touchpoint.c.id).limit(limit)
    return conn.execute(waiting.with_for_update(of=_touchpoint, skip_locked=True)).all()


def mark_considered(conn: Connection, touchpoint_ids: Collection[int], now: datetime) -> None:
    conn.execute(update(_touchpoint).where(_touchpoint.c.id.in_(touchpoint_ids)).values(considered_at=now))


def newest_touchpoints(conn: Connection, customer_ids: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """What last happened to each of these customers."""
    told = select(_touchpoint.c.customer_id, _touchpoint.c.kind, _touchpoint.c.occurred_at, _touchpoint.c.attributes)
    rows = conn.execute(told.where(among(_touchpoint.c.customer_id, "ids")).order_by(_touchpoint.c.occurred_at), {"ids": customer_ids})
    return {row.customer_id: row for row in rows}


def newest_touchpoint_of(conn: Connection, customer_id: int, kind: str, since: datetime) -> Row[*tuple[Any, ...]] | None:
    """Of that kind, told of the customer since then."""
    theirs = select(_touchpoint).where(_touchpoint.c.customer_id == customer_id, _touchpoint.c.created_at >= since)
    # By the customer alone: asked for the kind too, SQLite would go through all of that kind that there ever were.
    return next((one for one in conn.execute(theirs.order_by(_touchpoint.c.id.desc())).all() if one.kind == kind), None)


def touchpoints_after(conn: Connection, cursor: int, kind: str, since: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Touchpoints of that kind told since then, by id, with their customers (`c_…`); those alone that are not just becoming another
    customer's, and on PostgreSQL none does before the transaction ends."""
    return conn.execute(_with_customers(cursor, kind, _touchpoint.c.created_at >= since, limit).with_for_update(**_THEIRS)).all()


def touchpoints_overlooked(
    conn: Connection, wave_id: int, first: int, last: int, kind: str, since: datetime, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest touchpoints of that kind told since then whose ids are behind `first` and up to `last`, and which the wave has no
    invitation for; by id, with their customers (`c_…`), held as by `touchpoints_after`."""
    # By an expression: for the column itself SQLite goes through all of the wave's invitations, once for each touchpoint.
    of_the_wave = func.coalesce(_invitation.c.wave_id, 0) == wave_id
    invited = exists().where(_invitation.c.touchpoint_id == _touchpoint.c.id, of_the_wave)
    which = (_touchpoint.c.id > first, _touchpoint.c.id <= last, _touchpoint.c.kind == kind, _touchpoint.c.created_at >= since)
    newest = _TOLD_WITH_CUSTOMERS.where(*which, ~invited).order_by(_touchpoint.c.id.desc()).limit(limit)
    return conn.execute(newest.with_for_update(**_THEIRS)).all()[::-1]


def newest_touchpoint_id(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(_touchpoint.c.id), 0))).scalar_one())


def kinds_told(conn: Connection) -> list[str]:
    """Every kind that there is a touchpoint of; from one to the next in the index, however many touchpoints there are."""
    kinds, last = [], ""
    while (kind := conn.execute(select(func.min(_touchpoint.c.kind)).where(_touchpoint.c.kind > last)).scalar()) is not None:
        kinds.append(last := kind)
    return kinds


def touchpoints_since(conn: Connection, cursor: int, kind: str, since: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Touchpoints of that kind that happened since then, whenever they were told."""
    return conn.execute(_with_customers(cursor, kind, _touchpoint.c.occurred_at >= since, limit)).all()


def _with_customers(cursor: int, kind: str, since: ColumnElement[bool], limit: int) -> Select[Any]:
    which = (_touchpoint.c.id > cursor, _touchpoint.c.kind == kind, since)
    return _TOLD_WITH_CUSTOMERS.where(*which).order_by(_touchpoint.c.id).limit(limit)


_THEIRS: Any = {"read": True, "of": _touchpoint}
_CUSTOMER = ("name", "lang", "timezone", "country", "attributes")
_TOLD_WITH_CUSTOMERS: Select[Any] = select(_touchpoint, *(_customer.c[name].label(f"c_{name}") for name in _CUSTOMER)).join(
    _customer, _customer.c.id == _touchpoint.c.customer_id
)


def _by_source(keys: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    external_ids: dict[str, list[str]] = defaultdict(list)
    for source, external_id in keys:
        external_ids[source].append(external_id)
    return external_ids
