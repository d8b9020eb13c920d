"""Where staff channels hand over what staff do: each thing is taken once, in one transaction, and only from staff."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.complaints.card import case_of, case_topic
from bot.desk.attempts import Attempts
from bot.desk.door_talk import DoorTalk
from bot.desk.operations import Operations
from bot.desk.words import DESK_WORDS
from bot.dialogs.set_aside import NOT_ITS_FAULT, decided_anew, set_aside
from bot.files.received import numbered
from channels.clock import Clock
from channels.contract import Heard, HeardKind, Say
from channels.outbox import message_row
from storage.bulk import insert_many, insert_new
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.outbox import Message, Priority
from storage.queries.staff import AnyRow, door_at, link_door, set_reachable, staff_member, use_code
from storage.queries.topics import topic_of

__all__ = ["StaffReceiver"]

log = logging.getLogger(__name__)

Row = dict[str, Any]
_seen, _message = SeenUpdate.__table__, Message.__table__  # type: ignore[attr-defined]


class StaffReceiver:
    """`hear` is what a staff channel is given. `wake` is called after what was heard has been committed, `files_heard` where a
    photo or voice note came with it."""

    def __init__(
        self,
        database: Database,
        operations: Operations,
        clock: Clock,
        wake: Callable[[], None],
        files_heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._operations = operations
        self._clock = clock
        self._wake = wake
        self._files_heard = files_heard
        self._strangers = Attempts()

    async def hear(self, heard: Heard) -> None:
        """Take one thing heard; returns once it is durable. Heard a second time, it changes nothing.

        Raises:
            sqlalchemy.exc.OperationalError: the database cannot be written to; the platform should offer it again.
        """
        knocker = f"{heard.account} {heard.address}"
        if self._strangers.exhausted(knocker, self._clock.now()):
            return
        try:
            known = await decided_anew(heard, lambda: self._database.write(partial(self._take, heard)))
        except NOT_ITS_FAULT:
            raise
        except Exception as error:
            without_code = replace(heard, token="")
            await self._database.write(set_aside(without_code, error, self._clock.now()))
        else:
            if not known:
                self._strangers.note(knocker, self._clock.now())
            self._wake()
            if heard.media:
                self._files_heard()

    def _take(self, heard: Heard, conn: Connection) -> bool:
        """Whether whoever did this is known."""
        now = self._clock.now()
        seen = {"account": heard.account, "update_id": heard.update_id, "seen_at": now}
        if not insert_new(conn, _seen, [seen], key=("account", "update_id")):
            return True
        linked = heard.kind is HeardKind.START and bool(heard.token) and self._link(conn, heard)
        door = door_at(conn, heard.account, heard.address)
        if door is None:
            key = "wrong_code" if heard.token else "stranger"
            self._answer(conn, heard, [Say(DESK_WORDS(f"door.{key}", heard.lang or "en"))])
            return False
        self._answer(conn, heard, self._says(conn, heard, door, linked=linked))
        return True

    def _link(self, conn: Connection, heard: Heard) -> bool:
        staff_id = use_code(conn, heard.token, self._clock.now())
        if staff_id is None:
            return False
        where = {"channel": heard.channel, "account": heard.account, "native_id": heard.address}
        link_door(conn, staff_id, **where, now=self._clock.now())
        log.info("door_linked staff=%s channel=%s", staff_id, heard.channel)
        return True

    def _says(self, conn: Connection, heard: Heard, door: AnyRow, *, linked: bool) -> Sequence[Say]:
        staff = staff_member(conn, door.staff_id)
        assert staff is not None  # `door_at` finds doors of active staff alone.
        if not door.reachable:
            set_reachable(conn, door.id, reachable=True)
        talk = DoorTalk(conn, self._operations, door, staff, self._clock.now())
        says = self._answers(conn, heard, door, talk, linked=linked)
        return says if talk.about is None else [replace(say, topic=case_topic(talk.about)) for say in says]

    def _answers(self, conn: Connection, heard: Heard, door: AnyRow, talk: DoorTalk, *, linked: bool) -> Sequence[Say]:
        match heard.kind:
            case HeardKind.LEFT:
                set_reachable(conn, door.id, reachable=False)
                return ()
            case HeardKind.RETURNED | HeardKind.REACTION | HeardKind.REACTION_BACK:
                return ()
            case HeardKind.START:
                key = "linked" if linked else "wrong_code" if heard.token else "help"
                return [Say(DESK_WORDS(f"door.{key}", door.lang, name=door.name))]
            case HeardKind.CHOICE:
                return talk.pressed(heard.choice)
            case HeardKind.TEXT if heard.edited:
                return [Say(DESK_WORDS("door.edited", door.lang))]
            case HeardKind.TEXT | HeardKind.MEDIA:
                topic = topic_of(conn, heard.account, heard.address, heard.message) if heard.message else ""
                about, came = case_of(topic), numbered(heard)
                if came.media is None:
                    return talk.wrote(heard.text, about)
                return talk.sent(came, about) if came.media.file else [Say(DESK_WORDS("door.only_pictures", door.lang))]

    def _answer(self, conn: Connection, heard: Heard, says: Sequence[Say]) -> None:
        now = self._clock.now()
        where: Row = {"channel": heard.channel, "account": heard.account, "address": heard.address, "now": now}
        rows = [message_row(replace(say, thread=heard.thread), **where, priority=Priority.ALERT) for say in says]
        insert_many(conn, _message, rows)
