"""Pictures and voice notes of customers on their way to whoever has the case, in order with their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.complaints.routing import doors_of
from bot.complaints.rules import Rules
from bot.complaints.telling import Door, doors_told, notify
from storage.cases import CaseState
from storage.files import CUSTOMER, FileState
from storage.queries.cases import AnyRow, CaseView, add_entries, case_view, entry_row
from storage.queries.files import attach_files

__all__ = ["file_of", "file_settled", "files_in", "pass_on"]


def file_of(data: Mapping[str, Any]) -> int:
    """The file that an entry of a case's history tells of, 0 where it tells of none."""
    return int((data.get("media") or {}).get("file", 0))


def files_in(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of a case's new entries that came with a file."""
    return [entry for entry in entries if file_of(entry["data"])]


def pass_on(
    conn: Connection, rules: Rules, view: CaseView, entries: Sequence[Mapping[str, Any]], now: datetime, *, with_words: bool
) -> None:
    """Send the files of new entries on to whoever has the case, or to all who know of it, `with_words` written beside them.

    Each message waits in its sender for its file, so it may be put into the outbox before the file is here.
    """
    came = files_in(entries)
    attach_files(conn, {file_of(entry["data"]): view.id for entry in came})
    doors = _concerned(conn, view) if came else ()
    for entry in came:
        words = entry["words"] if with_words else ""
        file = file_of(entry["data"])
        actions = ("write", "show") if view.case.owner_id is not None else ("show",)
        notify(
            conn,
            view,
            doors,
            "customer_sent",
            now,
            rules=rules,
            actions=actions,
            file=file,
            what=entry["data"]["media"]["kind"],
            words=words,
        )


def file_settled(conn: Connection, rules: Rules, file: AnyRow, now: datetime) -> None:
    """What became of a file that was to be fetched: one that failed is noted in its case, one that came late follows its words."""
    view = case_view(conn, file.case_id) if file.case_id is not None and file.sender == CUSTOMER else None
    if view is None:
        return
    is_open = view.case.state != CaseState.CLOSED
    if file.state == FileState.FAILED:
        add_entries(conn, entry_row(view.id, now, "makegood", "file_failed", what=file.kind, why=file.reason))
        if is_open:
            notify(conn, view, _concerned(conn, view), "file_failed", now, rules=rules, what=file.kind, why=file.reason)
    elif file.missed and is_open:
        notify(conn, view, _concerned(conn, view), "customer_sent", now, rules=rules, file=file.id, what=file.kind, words="")


def _concerned(conn: Connection, view: CaseView) -> Sequence[Door]:
    told = doors_told(conn, view)
    return doors_of(told, view.case.owner_id) or told
