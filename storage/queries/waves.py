"""Planning a wave set-wise: one statement reads a stretch of the customers and writes their invitations.

Nobody's row passes through the program unless the audience's rule can be decided nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

from storage.customers import Customer
from storage.ids import PER_MILLISECOND, first_of
from storage.invitations import Invitation, InvitationState
from storage.types import to_micros

__all__ = [
    "CONTROL",
    "Arm",
    "Place",
    "Stretch",
    "count_in",
    "customers_in",
    "examples_in",
    "invite",
    "places_in",
    "stretch_after",
]

_customer, _invitation = Customer.__table__, Invitation.__table__  # type: ignore[attr-defined]
_RANDOM = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "replace(gen_random_uuid()::text, '-', '')"}
"""Tokens as the database makes them: more than 120 random bits, of characters that any link can carry."""

CONTROL = "control"
"""Reason of an invitation that is never sent: its customer is kept back, for comparison."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """At most so many (`count`) customers, by id: after `first` and up to `last`, without those who were merged into others or
    erased."""

    first: int
    last: int
    count: int

    @property
    def within(self) -> ColumnElement[bool]:
        here = (_customer.c.merged_into.is_(None), _customer.c.erased_at.is_(None))
        return and_(_customer.c.id > self.first, _customer.c.id <= self.last, *here)


@dataclass(frozen=True, slots=True)
class Place:
    """Customers of this timezone and country, on that day of the wave, are due then."""

    timezone: str
    country: str
    day: int
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Arm:
    """A wording: its published survey, and whether a customer is in it."""

    survey: str
    version_id: int
    holds: ColumnElement[bool]


def stretch_after(conn: Connection, cursor: int, size: int, *, lock: bool = False) -> Stretch | None:
    """The next customers by id; None where there are none left.

    With `lock`, none of them is merged into another on PostgreSQL before the transaction ends: the invitation that it brings for a
    record of theirs would stay with that one. What else is known of them may change meanwhile.
    """
    some = select(_customer.c.id).where(_customer.c.id > cursor).order_by(_customer.c.id).limit(size)
    some_of = (some.with_for_update(read=True, key_share=True) if lock else some).subquery()
    last, count = conn.execute(select(func.max(some_of.c.id), func.count(some_of.c.id))).one()
    return None if last is None else Stretch(cursor, last, count)


def places_in(conn: Connection, stretch: Stretch) -> Sequence[Row[tuple[str, str]]]:
    return conn.execute(select(_customer.c.timezone, _customer.c.country).where(stretch.within).distinct()).all()


def customers_in(conn: Connection, stretch: Stretch) -> Sequence[Row[*tuple[Any, ...]]]:
    return conn.execute(select(_customer).where(stretch.within)).all()


def invite(
    conn: Connection,
    stretch: Stretch,
    *,
    wave_id: int,
    matter: str,
    wanted: Sequence[ColumnElement[bool]],
    control: ColumnElement[bool],
    arms: Sequence[Arm],
    places: Sequence[Place],
    elsewhere: Place,
    offset: int,
    per_day: int,
    order: Sequence[ColumnElement[Any]],
    now: datetime,
) -> int:
    """Write an invitation for every customer of the stretch who is `wanted` and has none of this wave; gives back how many.

    Those in `control` are settled at once, and spread over the days as the others are, or they could not be compared. The invitations
    before these were `offset` many: `per_day` of them make a day, in this `order`. Who is at none of the `places`, for on PostgreSQL
    they may have moved since these were read, or have come since, is due as they are `elsewhere`.
    """
    number = (type_coerce(func.row_number().over(order_by=(*order, _customer.c.id)), BigInteger) - 1).label("n")
    chosen = select(_customer.c.id, _customer.c.timezone, _customer.c.country, control.label("control"), _arm(arms), number)
    if per_day:
        chosen = chosen.add_columns(func.count().filter(~control).over().label("asked"), func.count().filter(control).over().label("kept"))
    if len(arms) > 1:
        # Who became this customer since may have been asked in another wording: for the matter's key that is another survey.
        wanted = [*wanted, ~exists().where(_invitation.c.customer_id == _customer.c.id, _invitation.c.matter == matter)]
    one = chosen.where(stretch.within, *wanted).subquery("one")
    here = _here(conn.dialect.name, places)
    n = one.c.n
    row: dict[str, Any] = {
        # Twice as many ids as were counted: others may have come since.
        "id": literal(first_of(2 * stretch.count), BigInteger) + n // PER_MILLISECOND * (1 << 21) + n % PER_MILLISECOND,
        "token": literal_column(_RANDOM[conn.dialect.name]),
        "customer_id": one.c.id,
        "wave_id": literal(wave_id, BigInteger),
        "matter": literal(matter),
        "survey": case(*((one.c.arm == place, arm.survey) for place, arm in enumerate(arms))),
        "survey_version_id": case(*((one.c.arm == place, literal(arm.version_id, BigInteger)) for place, arm in enumerate(arms))),
        "state": case((one.c.control, InvitationState.SUPPRESSED.value), else_=InvitationState.PLANNED.value),
        "reason": case((one.c.control, CONTROL), else_=""),
        "due_at": func.coalesce(here.c.due, literal(to_micros(elsewhere.due_at), BigInteger)),
        "expires_at": func.coalesce(here.c.till, literal(to_micros(elsewhere.expires_at), BigInteger)),
        "planned_at": literal(to_micros(now), BigInteger),
        "reminders": literal(0),
    }
    # Of those kept back, who come behind all others, each has a place among these.
    turn = case((one.c.control, (n - one.c.asked) * one.c.asked // one.c.kept), else_=n) if per_day else n
    day = literal(0) if not per_day else (turn + offset) // per_day
    where_they_are = (here.c.timezone == one.c.timezone) & (here.c.country == one.c.country) & (here.c.day == day)
    rows = select(*row.values()).select_from(one.outerjoin(here, where_they_are)).where(n >= 0)
    into: Any = (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(_invitation)
    invited = conn.execute(into.from_select(list(row), rows, include_defaults=False).on_conflict_do_nothing()).rowcount
    # Python's driver of SQLite does not count for a statement that begins with WITH.
    return invited if conn.dialect.name == "postgresql" else int(conn.exec_driver_sql("SELECT changes()").scalar_one())


def count_in(conn: Connection, stretch: Stretch, wanted: Sequence[ColumnElement[bool]]) -> int:
    return conn.execute(select(func.count()).select_from(_customer).where(stretch.within, *wanted)).scalar_one()


def _arm(arms: Sequence[Arm]) -> Any:
    return case(*((arm.holds, place) for place, arm in enumerate(arms)), else_=0).label("arm")


def _here(dialect: str, places: Sequence[Place]) -> Any:
    """The places as a table of the statement, all of them one parameter; gone through once, and not for every customer."""
    rows = to_json([[one.timezone, one.country, one.day, to_micros(one.due_at), to_micros(one.expires_at)] for one in places]).decode()
    names = ("timezone", "country", "day", "due", "till")
    if dialect == "postgresql":
        each = func.jsonb_array_elements(cast(literal(rows), JSONB)).table_valued(column("value", JSONB), name="each")
        taken: list[Any] = [each.c.value[number].as_string() for number in range(2)]
        taken += [cast(each.c.value[number].as_string(), BigInteger) for number in range(2, 5)]
    else:
        each = func.json_each(literal(rows)).table_valued("value", name="each")
        taken = [func.json_extract(each.c.value, f"$[{number}]") for number in range(5)]
    labelled = select(*(value.label(name) for value, name in zip(taken, names, strict=True)))
    return labelled.cte("here").prefix_with("MATERIALIZED")


def examples_in(conn: Connection, stretch: Stretch, wanted: Sequence[ColumnElement[bool]], most: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Some customers of the stretch who are `wanted`."""
    return conn.execute(select(_customer).where(stretch.within, *wanted).order_by(_customer.c.id).limit(most)).all()
