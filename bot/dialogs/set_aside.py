"""What cannot be taken: tried anew where another process was quicker, else kept for the operator, never in the way."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from traceback import format_tb
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from channels.contract import Heard
from channels.stored import heard_to_json
from storage.bulk import StaleRow, insert_many, insert_new
from storage.dialogs import SeenUpdate, SetAside
from storage.ids import new_id
from storage.writer import WriterClosed

__all__ = ["NOT_ITS_FAULT", "decided_anew", "set_aside"]

log = logging.getLogger(__name__)

T = TypeVar("T")

NOT_ITS_FAULT = (OperationalError, InterfaceError, OSError, WriterClosed)
"""Errors of the database, not of what was heard: the platform keeps the update and offers it again."""
_OVERTAKEN_AT_MOST = 3
"""How often an update is taken anew because another process changed the same thing meanwhile."""
_seen, _aside = SeenUpdate.__table__, SetAside.__table__  # type: ignore[attr-defined]


async def decided_anew(heard: Heard, take: Callable[[], Awaitable[T]]) -> T:
    """Take what was heard, and anew where another process was quicker with the same thing: what it wrote is there to be
    read then.
    """
    for _ in range(_OVERTAKEN_AT_MOST):
        try:
            return await take()
        except (StaleRow, IntegrityError):
            log.info("update_overtaken account=%s update=%s", heard.account, heard.update_id)
    return await take()


def set_aside(heard: Heard, error: Exception, now: datetime) -> Callable[[Connection], None]:
    """What keeps an update for the operator in place of taking it, so that it does not stop those behind it.

    The log names only the error's kind and place: what it says may quote people, and is kept with the update.
    """
    place = "".join(format_tb(error.__traceback__))
    log.error("update_set_aside account=%s update=%s why=%s\n%s", heard.account, heard.update_id, type(error).__name__, place)

    def keep(conn: Connection) -> None:
        seen = {"account": heard.account, "update_id": heard.update_id, "seen_at": now}
        if insert_new(conn, _seen, [seen], key=("account", "update_id")):
            kept = {"account": heard.account, "update_id": heard.update_id, "heard": heard_to_json(heard)}
            insert_many(conn, _aside, [kept | {"id": new_id(), "reason": f"{type(error).__name__}: {error}", "at": now}])

    return keep
