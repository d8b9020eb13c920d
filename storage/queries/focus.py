"""Focus groups: what is due, who sits where, what was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from storage.bulk import insert_many, update_many
from storage.customers import Address, Customer
from storage.focus import FocusGroup, FocusLine, FocusSeat, FocusState, key_of
from storage.ids import new_id
from storage.outbox import Message
from storage.queries.consents import has_agreed, has_declined, newest_words, still_agrees

__all__ = [
    "add_group",
    "add_line",
    "all_groups",
    "change_group",
    "change_lines",
    "ended_since",
    "erase_lines",
    "erase_seats",
    "free_seats",
    "group_at",
    "group_named",
    "hold_groups",
    "lines_of",
    "move_groups",
    "newest_line",
    "note_drawn_in",
    "seat_at",
    "seat_customer",
    "seats_held",
    "seats_of",
    "unended",
    "who_agreed",
]

_group, _seat, _line = FocusGroup.__table__, FocusSeat.__table__, FocusLine.__table__  # type: ignore[attr-defined]
_customer, _address = Customer.__table__, Address.__table__  # type: ignore[attr-defined]
_message = Message.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


def add_group(conn: Connection, name: str, account: str, place: str, definition: dict[str, Any], begins_at: datetime) -> None:
    row = {"id": new_id(), "name": name, "account": account, "place": place, "definition": definition, "begins_at": begins_at}
    insert_many(conn, _group, [row])


def group_named(conn: Connection, name: str, *, lock: bool = False) -> AnyRow | None:
    """With `lock`, locked on PostgreSQL."""
    found = select(_group).where(_group.c.name == name)
    return conn.execute(found.with_for_update() if lock else found).first()


def all_groups(conn: Connection) -> Sequence[AnyRow]:
    return conn.execute(select(_group).order_by(_group.c.begins_at.desc())).all()


def unended(conn: Connection, *, lock: bool = False) -> Sequence[AnyRow]:
    found = select(_group).where(_group.c.state != FocusState.ENDED.value).order_by(_group.c.id)
    return conn.execute(found.with_for_update() if lock else found).all()


def ended_since(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    return conn.execute(select(_group).where(_group.c.state == FocusState.ENDED.value, _group.c.ended_at > since)).all()


def hold_groups(conn: Connection, group_ids: Collection[int]) -> None:
    """On PostgreSQL nobody else writes anything down of these before this transaction has ended."""
    conn.execute(select(_group.c.id).where(_group.c.id.in_(group_ids)).order_by(_group.c.id).with_for_update())


def group_at(conn: Connection, account: str, place: str) -> AnyRow | None:
    """The one that runs there now; locked on PostgreSQL."""
    here = (_group.c.account == account) & (_group.c.place == place) & (_group.c.state == FocusState.RUNNING.value)
    return conn.execute(select(_group).where(here).limit(1).with_for_update()).first()


def move_groups(conn: Connection, account: str, old: str, new: str) -> int:
    """Those that have not ended, and their topics, follow their group to its new address; gives back how many."""
    moved = 0
    for row in unended(conn):
        group, slash, topic = row.place.partition("/")
        if (row.account, group) == (account, old):
            change_group(conn, row.id, place=f"{new}{slash}{topic}")
            moved += 1
    return moved


def change_group(conn: Connection, group_id: int, **values: Any) -> None:
    conn.execute(update(_group).where(_group.c.id == group_id).values(**values))


def who_agreed(conn: Connection, purpose: str) -> Sequence[AnyRow]:
    """The customers whose word to it is a yes, whoever said so first before the others, and `agreed_at`; without those who have
    said since that they want to be asked nothing."""
    words = newest_words(purpose).subquery()
    found = select(_customer, words.c.at.label("agreed_at")).join(words, words.c.customer_id == _customer.c.id)
    return conn.execute(found.where(words.c.place == 1, still_agrees(words)).order_by(words.c.at, _customer.c.id)).all()


def seat_at(conn: Connection, group_id: int, purpose: str, account: str, person: str) -> AnyRow | None:
    """The seat of the customer who writes from there, where their yes still holds."""
    here = (_address.c.account == account) & (_address.c.native_id == person) & (_seat.c.group_id == group_id)
    holds = has_agreed(purpose, _seat.c.customer_id) & ~has_declined("surveys", _seat.c.customer_id)
    theirs = select(_seat).join(_address, _address.c.customer_id == _seat.c.customer_id)
    return conn.execute(theirs.where(here, holds).limit(1)).first()


def seat_customer(conn: Connection, group_id: int, customer_id: int) -> int:
    """The number of the customer's seat, which is made where there is none."""
    mine = select(_seat.c.number).where(_seat.c.group_id == group_id, _seat.c.customer_id == customer_id)
    if (number := conn.execute(mine).scalar()) is None:
        number = (conn.execute(select(func.max(_seat.c.number)).where(_seat.c.group_id == group_id)).scalar() or 0) + 1
        insert_many(conn, _seat, [{"id": new_id(), "group_id": group_id, "customer_id": customer_id, "number": number}])
    return int(number)


def free_seats(conn: Connection, seat_ids: Collection[int]) -> None:
    """Let others have these seats, in which nobody has said anything yet."""
    conn.execute(delete(_seat).where(_seat.c.id.in_(seat_ids)))


def note_drawn_in(conn: Connection, seat_ids: Collection[int], question: int) -> None:
    conn.execute(update(_seat).where(_seat.c.id.in_(seat_ids)).values(drawn_in=question))


def seats_of(conn: Connection, group_id: int) -> Sequence[AnyRow]:
    """Each with its customer's `name`, where that is still known."""
    found = select(_seat, func.coalesce(_customer.c.name, "").label("name")).outerjoin(_customer, _customer.c.id == _seat.c.customer_id)
    return conn.execute(found.where(_seat.c.group_id == group_id).order_by(_seat.c.number)).all()


def seats_held(conn: Connection, customer_ids: Collection[int]) -> Sequence[AnyRow]:
    """The focus groups in which these customers have seats, each with the seat's `number`."""
    found = select(_group, _seat.c.number).join(_seat, _seat.c.group_id == _group.c.id)
    return conn.execute(found.where(_seat.c.customer_id.in_(customer_ids)).order_by(_group.c.id)).all()


def add_line(conn: Connection, group_id: int, number: int, question: int, text: str, at: datetime) -> None:
    row = {"id": new_id(), "group_id": group_id, "number": number, "question": question, "text": text, "at": at}
    insert_many(conn, _line, [row])


def lines_of(conn: Connection, group_id: int) -> Sequence[AnyRow]:
    return conn.execute(select(_line).where(_line.c.group_id == group_id).order_by(_line.c.at, _line.c.id)).all()


def change_lines(conn: Connection, texts: Mapping[int, str]) -> None:
    """Write down something else in place of these, by the lines' ids."""
    update_many(conn, _line, [{"id": line, "text": text} for line, text in texts.items()], guard=None)


def newest_line(conn: Connection, group_id: int) -> int:
    """The id of what was said last; 0 where nothing was."""
    return conn.execute(select(func.max(_line.c.id)).where(_line.c.group_id == group_id)).scalar() or 0


def erase_lines(conn: Connection, group_id: int, numbers: Collection[int]) -> int:
    """Delete what was said from these seats; gives back how many lines."""
    return conn.execute(delete(_line).where(_line.c.group_id == group_id, _line.c.number.in_(numbers))).rowcount


def erase_seats(conn: Connection, group_id: int, numbers: Collection[int]) -> None:
    """Forget who sat there, and what was said to them by name: the number stays, so that nobody else gets it."""
    asked = conn.execute(select(_group.c.question).where(_group.c.id == group_id)).scalar_one()
    conn.execute(delete(_message).where(_message.c.key.in_([key_of(group_id, f"d{question}") for question in range(1, asked + 1)])))
    conn.execute(update(_seat).where(_seat.c.group_id == group_id, _seat.c.number.in_(numbers)).values(customer_id=None))
