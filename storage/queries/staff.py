"""Staff and their doors: who there is, who may be alerted, who stands at a door."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from storage.bulk import insert_new
from storage.cases import Case, CaseState
from storage.ids import new_id
from storage.outbox import Message
from storage.staff import Door, DoorCode, Staff

__all__ = [
    "CONSOLE",
    "add_staff",
    "alerted_doors",
    "cases_in_hand",
    "chat_doors",
    "door_at",
    "door_seen",
    "doors_by_staff",
    "end_codes",
    "everybody",
    "keep_code",
    "keep_draft",
    "link_door",
    "remove_doors",
    "set_active",
    "set_reachable",
    "set_shift",
    "staff_list",
    "staff_member",
    "use_code",
]

CONSOLE = "console"
"""The channel of a door that is a signed-in browser: nothing is sent there."""

_staff, _door, _code, _message = Staff.__table__, Door.__table__, DoorCode.__table__, Message.__table__  # type: ignore[attr-defined]
_case = Case.__table__  # type: ignore[attr-defined]

AnyRow = Row[*tuple[Any, ...]]

_DOORS = select(
    _door,
    _staff.c.name,
    _staff.c.role,
    _staff.c.lang,
    _staff.c.departments,
    _staff.c.shift,
).join(_staff, _staff.c.id == _door.c.staff_id)


def add_staff(conn: Connection, name: str, *, role: str, lang: str, departments: Sequence[str], now: datetime) -> int | None:
    """A new staff member's id; None where the name is taken."""
    row = {"id": new_id(), "name": name, "role": role, "lang": lang, "departments": list(departments), "active": True, "created_at": now}
    return row["id"] if insert_new(conn, _staff, [row], key=("name",)) else None  # type: ignore[return-value]


def staff_list(conn: Connection) -> Sequence[AnyRow]:
    """Everybody who works here, by name."""
    return conn.execute(select(_staff).where(_staff.c.active).order_by(_staff.c.name)).all()


def everybody(conn: Connection) -> Sequence[AnyRow]:
    """All who work here or did before, by name."""
    return conn.execute(select(_staff).order_by(_staff.c.name)).all()


def set_active(conn: Connection, staff_id: int, *, active: bool) -> AnyRow | None:
    """Somebody leaves, or is back; gives back who. None where there is nobody of that id, or it was so before."""
    other = (_staff.c.id == staff_id) & (_staff.c.active.is_(not active))
    return conn.execute(update(_staff).where(other).values(active=active).returning(_staff)).one_or_none()


def set_shift(conn: Connection, staff_id: int, shift: str) -> bool:
    """When an active staff member works, in writing. False where there is nobody of that id."""
    theirs = (_staff.c.id == staff_id) & _staff.c.active
    return conn.execute(update(_staff).where(theirs).values(shift=shift)).rowcount == 1


def staff_member(conn: Connection, staff_id: int) -> AnyRow | None:
    """One active staff member."""
    return conn.execute(select(_staff).where(_staff.c.id == staff_id, _staff.c.active)).one_or_none()


def chat_doors(conn: Connection) -> Sequence[AnyRow]:
    """Every door in a chat that a message can reach, with whose it is."""
    return conn.execute(_DOORS.where(_staff.c.active, _door.c.reachable, _door.c.channel != CONSOLE).order_by(_door.c.id)).all()


def cases_in_hand(conn: Connection) -> dict[int, int]:
    """How many cases that are not closed each staff member has."""
    counts = select(_case.c.owner_id, func.count().label("n")).where(_case.c.owner_id.is_not(None), _case.c.state != CaseState.CLOSED.value)
    return {row.owner_id: row.n for row in conn.execute(counts.group_by(_case.c.owner_id))}


def doors_by_staff(conn: Connection) -> dict[int, list[AnyRow]]:
    """Every chat that is linked, reachable or not, by whose it is."""
    doors: dict[int, list[AnyRow]] = {}
    for door in conn.execute(select(_door).where(_door.c.channel != CONSOLE).order_by(_door.c.id)):
        doors.setdefault(door.staff_id, []).append(door)
    return doors


def door_at(conn: Connection, account: str, native_id: str) -> AnyRow | None:
    """The door at that address of an active staff member, locked on PostgreSQL: one press at a time."""
    return conn.execute(_door_here(account, native_id).with_for_update(of=_door)).one_or_none()


def door_seen(conn: Connection, account: str, native_id: str) -> AnyRow | None:
    """The same door, only to be looked at."""
    return conn.execute(_door_here(account, native_id)).one_or_none()


def _door_here(account: str, native_id: str) -> Select[*tuple[Any, ...]]:
    return _DOORS.where(_door.c.account == account, _door.c.native_id == native_id, _staff.c.active)


def alerted_doors(conn: Connection, keys: Sequence[str]) -> set[str]:
    """Which of these messages have been put into the outbox already."""
    return set(conn.execute(select(_message.c.key).where(_message.c.key.in_(keys))).scalars()) if keys else set()


def set_reachable(conn: Connection, door_id: int, *, reachable: bool) -> None:
    conn.execute(update(_door).where(_door.c.id == door_id).values(reachable=reachable))


def remove_doors(conn: Connection, staff_id: int, door_id: int | None = None) -> int:
    """Unlink one chat of a staff member, or all of theirs; gives back how many there were."""
    theirs = delete(_door).where(_door.c.staff_id == staff_id)
    return conn.execute(theirs if door_id is None else theirs.where(_door.c.id == door_id)).rowcount


def keep_draft(conn: Connection, door_id: int, draft: dict[str, Any] | None) -> None:
    """Remember at the door what is being prepared there; None when it is done."""
    conn.execute(update(_door).where(_door.c.id == door_id).values(draft=draft))


def keep_code(conn: Connection, code: str, staff_id: int, expires_at: datetime) -> None:
    """Keep the digest of a one-time code that will link a chat to this staff member."""
    insert_new(conn, _code, [{"digest": _digest(code), "staff_id": staff_id, "expires_at": expires_at}], key=("digest",))


def use_code(conn: Connection, code: str, now: datetime) -> int | None:
    """Whose the code is, used up from now on; None for a code that is wrong, expired or used already."""
    valid = (_code.c.digest == _digest(code)) & (_code.c.used_at.is_(None)) & (_code.c.expires_at > now)
    found: int | None = conn.execute(update(_code).where(valid).values(used_at=now).returning(_code.c.staff_id)).scalar()
    return found


def end_codes(conn: Connection, staff_id: int, now: datetime) -> None:
    """No code that was made for this staff member can be used any more."""
    conn.execute(update(_code).where(_code.c.staff_id == staff_id, _code.c.used_at.is_(None)).values(used_at=now))


def link_door(conn: Connection, staff_id: int, *, channel: str, account: str, native_id: str, now: datetime) -> None:
    """This chat is that staff member's from now on, whoever's it was before."""
    here = (_door.c.account == account) & (_door.c.native_id == native_id)
    row = {"id": new_id(), "staff_id": staff_id, "channel": channel, "account": account, "native_id": native_id, "linked_at": now}
    if not insert_new(conn, _door, [row], key=("account", "native_id")):
        conn.execute(update(_door).where(here).values(staff_id=staff_id, reachable=True, linked_at=now, draft=None))


def _digest(code: str) -> str:
    # A code has 96 random bits: nothing can be looked up in a table, so a plain hash is enough.
    return hashlib.sha256(code.encode()).hexdigest()
