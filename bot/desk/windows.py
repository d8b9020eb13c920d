"""The windows that staff channels show: each visit is one transaction, and what is sent from a window is taken once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from bot.complaints.card import case_topic
from bot.desk.operations import Operations
from bot.desk.sheet import Sheet
from bot.desk.window_talk import OPENING, WindowTalk
from bot.desk.words import DESK_WORDS, told
from channels.clock import Clock
from channels.contract import Say, Visit, Window
from channels.outbox import message_row
from storage.bulk import insert_many, insert_new
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.outbox import Message, Priority
from storage.queries.staff import AnyRow, door_at, staff_member

__all__ = ["DeskWindows"]

T = TypeVar("T")

_seen, _message = SeenUpdate.__table__, Message.__table__  # type: ignore[attr-defined]


class DeskWindows:
    """As `channels.contract.Windows` says. `wake` is called after something was sent from a window."""

    def __init__(self, database: Database, operations: Operations, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._operations = operations
        self._clock = clock
        self._wake = wake

    def opens(self, choice: str) -> bool:
        match choice.split("."):
            case ["c", _, action]:
                return action in OPENING
        return False

    async def opened(self, visit: Visit) -> Window:
        return await self._database.write(lambda conn: self._at(conn, visit, lambda talk: talk.opened(Sheet.of(visit.ref))))

    async def changed(self, visit: Visit) -> Window:
        return await self._database.write(lambda conn: self._at(conn, visit, lambda talk: talk.changed(Sheet.of(visit.ref), visit.values)))

    async def sent(self, visit: Visit) -> Window | None:
        window = await self._database.write(lambda conn: self._sent(conn, visit))
        self._wake()
        return window

    def _sent(self, conn: Connection, visit: Visit) -> Window | None:
        now = self._clock.now()
        seen = {"account": visit.account, "update_id": visit.update_id, "seen_at": now}
        if not insert_new(conn, _seen, [seen], key=("account", "update_id")):
            return None
        return self._at(conn, visit, lambda talk: self._taken(talk, visit))

    def _taken(self, talk: WindowTalk, visit: Visit) -> Window | None:
        sheet = Sheet.of(visit.ref)
        outcome, window = talk.sent(sheet, visit.values)
        if outcome.done:
            self._tell(talk.conn, talk.door, Say(told(outcome, talk.lang), topic=case_topic(sheet.case)))
        return window

    def _at(self, conn: Connection, visit: Visit, do: Callable[[WindowTalk], T]) -> T | Window:
        """What a member of staff finds there; anybody else is told that it is not for them."""
        door = door_at(conn, visit.account, visit.address)
        if door is None:
            return Window("…", DESK_WORDS("door.stranger", visit.lang or "en"))
        staff = staff_member(conn, door.staff_id)
        assert staff is not None  # `door_at` finds doors of active staff alone.
        return do(WindowTalk(conn, self._operations, door, staff, self._clock.now()))

    def _tell(self, conn: Connection, door: AnyRow, say: Say) -> None:
        where = {"channel": door.channel, "account": door.account, "address": door.native_id}
        insert_many(conn, _message, [message_row(say, **where, priority=Priority.ALERT, now=self._clock.now())])
