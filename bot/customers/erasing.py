"""A customer's wish to be forgotten: everything of theirs goes, and what staff were shown of it is taken back where it can be."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection, update

from bot.campaigns.focus.mentions import replace_mentions_everywhere
from bot.complaints.words import STAFF_WORDS
from bot.files.store import FileStore
from channels.contract import Say
from channels.outbox import message_row
from channels.stored import say_to_json
from storage.bulk import insert_many
from storage.database import Database
from storage.ids import short
from storage.outbox import Message, Priority
from storage.queries.audit import note_audit
from storage.queries.cases import add_entries, entry_row
from storage.queries.erasing import cases_of, erase_customers, notices_to_staff
from storage.queries.merging import merged_into

__all__ = ["erase_customer"]

log = logging.getLogger(__name__)

_message = Message.__table__  # type: ignore[attr-defined]


async def erase_customer(database: Database, store: FileStore, customer_id: int, now: datetime, *, by: str) -> None:
    """Forget this customer, and whoever was merged into them: in one transaction, then the contents of their files.

    `by` is the audit's word for who did it. What was shown in staff's chats is replaced by a line that it was erased.
    """
    digests = await database.write(lambda conn: _erase(conn, customer_id, now, by))
    await store.remove_unused(digests)
    log.info("customer_erased")


def _erase(conn: Connection, customer_id: int, now: datetime, by: str) -> set[str]:
    ids = [customer_id, *merged_into(conn, customer_id)]
    replace_mentions_everywhere(conn, ids)
    cases, notices = cases_of(conn, ids), notices_to_staff(conn, ids)
    digests = erase_customers(conn, ids, now, but=[one.id for one in notices])
    edits = []
    for one in notices:
        key, said = one.key or f"erased.{short(one.id)}", STAFF_WORDS("notice.erased", one.lang)
        conn.execute(update(_message).where(_message.c.id == one.id).values(key=key, say=say_to_json(Say(said, key=key))))
        place = {"channel": one.channel, "account": one.account, "address": one.address}
        edits.append(message_row(Say(said, edits=key), **place, priority=Priority.ALERT, now=now, case_id=one.case_id))
    insert_many(conn, _message, edits)
    add_entries(conn, *(entry_row(case_id, now, by, "erased") for case_id in cases))
    note_audit(conn, now, who=by, did="customer_erased", subject="customer")
    return digests
