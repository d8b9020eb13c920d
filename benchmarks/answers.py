"""The five writes of one answer, as the product makes them and as the bare drivers would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Table

from storage.bulk import increment, insert_many, insert_new, update_many
from storage.customers import Address, Customer
from storage.dialogs import Answer, Dialog, SeenUpdate
from storage.figures import Rollup
from storage.outbox import Message, Priority
from storage.surveys import SurveyVersion
from storage.types import to_micros

__all__ = ["DAY", "DIALOGS", "RAW_POSTGRESQL", "RAW_SQLITE", "Event", "as_tuples", "events", "people", "record"]

DIALOGS = 10_000
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = START.date()
SURVEY_VERSION = 1


def table(model: Any) -> Table:
    return model.__table__  # type: ignore[no-any-return]


SEEN, DIALOG, ANSWER, MESSAGE, ROLLUP = map(table, (SeenUpdate, Dialog, Answer, Message, Rollup))


@dataclass(frozen=True, slots=True)
class Event:
    """One tapped score: what `receive` knows when it comes to write."""

    id: int
    dialog: int
    version: int
    """Of the dialog, as it was read."""
    score: int
    state: dict[str, Any]
    say: dict[str, Any]
    at: datetime


def events(first: int, count: int) -> Iterator[Event]:
    """Answers `first`, `first + 1` …, going round the dialogs so that each next one finds the version before it."""
    for number in range(first, first + count):
        turn, dialog = divmod(number, DIALOGS)
        token = f"q.{dialog + 1:010x}.{turn + 1}"
        yield Event(
            id=number + 1,
            dialog=dialog + 1,
            version=turn + 1,
            score=number % 5 + 1,
            state={
                "survey": "after-purchase",
                "lang": "sv",
                "phase": "asking",
                "asked": [{"number": n + 1, "question": f"q{n}", "at": 1_772_442_000_000_000 + n} for n in range(min(turn + 1, 4))],
                "answers": {f"q{n}": n % 5 + 1 for n in range(min(turn + 1, 4))},
                "facts": {"order": f"A-{dialog}", "late": False},
            },
            say={
                "text": "Hur nöjd är du med hur snabbt det kom fram?",
                "choices": [{"ref": f"{token}.{n}", "label": str(n)} for n in range(1, 6)],
                "layout": "scale",
            },
            at=START + timedelta(milliseconds=number),
        )


def people(conn: Connection) -> None:
    """The customers, addresses and open dialogs that the answers are about."""
    survey = {"id": SURVEY_VERSION, "name": "after-purchase", "version": 1, "digest": "", "definition": {}, "published_at": START}
    ids = range(1, DIALOGS + 1)
    insert_many(conn, table(SurveyVersion), [survey])
    insert_many(conn, table(Customer), [{"id": n, "created_at": START} for n in ids])
    insert_many(
        conn,
        table(Address),
        [{"id": n, "customer_id": n, "channel": "telegram", "account": "shop", "native_id": str(n), "created_at": START} for n in ids],
    )
    dialog = {"survey": "after-purchase", "survey_version_id": SURVEY_VERSION, "data": {}, "opened_at": START, "updated_at": START}
    insert_many(conn, DIALOG, [{"id": n, "address_id": n, "customer_id": n, **dialog} for n in ids])


def record(conn: Connection, batch: Sequence[Event]) -> list[bool]:
    """As the product does it: through `storage.bulk`, from dicts of Python values, seeing what took effect."""
    new = insert_new(
        conn,
        SEEN,
        [{"account": "shop", "update_id": str(event.id), "seen_at": event.at} for event in batch],
        key=("account", "update_id"),
    )
    taken = [("shop", str(event.id)) in new for event in batch]
    batch = [event for event, is_new in zip(batch, taken, strict=True) if is_new]
    update_many(
        conn, DIALOG, [{"id": event.dialog, "version": event.version, "data": event.state, "updated_at": event.at} for event in batch]
    )
    insert_many(
        conn,
        ANSWER,
        [
            {
                "id": event.id,
                "dialog_id": event.dialog,
                "customer_id": event.dialog,
                "survey": "after-purchase",
                "survey_version_id": SURVEY_VERSION,
                "question": f"q{event.version}",
                "measure": "csat",
                "number": event.score,
                "channel": "telegram",
                "asked_at": event.at,
                "answered_at": event.at,
            }
            for event in batch
        ],
    )
    insert_many(
        conn,
        MESSAGE,
        [
            {
                "id": event.id,
                "channel": "telegram",
                "account": "shop",
                "address": str(event.dialog),
                "priority": Priority.REPLY,
                "due_at": event.at,
                "say": event.say,
                "customer_id": event.dialog,
                "dialog_id": event.dialog,
                "created_at": event.at,
            }
            for event in batch
        ],
    )
    increment(
        conn,
        ROLLUP,
        [
            {
                "day": DAY,
                "survey": "after-purchase",
                "question": f"q{event.version}",
                "measure": "csat",
                "channel": "telegram",
                "department": "",
                "agent": "",
                "wave_id": 0,
                "score": event.score,
                "n": 1,
            }
            for event in batch
        ],
    )
    return taken


def as_tuples(batch: Sequence[Event], day: date | str) -> list[list[tuple[Any, ...]]]:
    """The same rows as tuples of the driver's own values, one list a statement of `RAW_SQLITE` and `RAW_POSTGRESQL`.

    What is the same for every answer here (the survey, the channel …) is not so in life: it travels with each row, as in `record`.
    """
    seen, dialogs, answers, messages = [], [], [], []
    scores: dict[tuple[Any, ...], int] = {}
    for event in batch:
        at, dialog, question = to_micros(event.at), event.dialog, f"q{event.version}"
        seen.append(("shop", str(event.id), at))
        dialogs.append((to_json(event.state).decode(), at, dialog, event.version))
        answers.append((event.id, dialog, dialog, "after-purchase", SURVEY_VERSION, question, "csat", event.score, "telegram", at, at))
        say = to_json(event.say).decode()
        messages.append((event.id, "telegram", "shop", str(dialog), 1, at, say, dialog, dialog, at))
        score = (day, "after-purchase", question, "csat", "telegram", "", "", 0, event.score)
        scores[score] = scores.get(score, 0) + 1
    return [seen, dialogs, answers, messages, [(*score, n) for score, n in sorted(scores.items())]]


_SEEN = "INSERT INTO seen_update (account, update_id, seen_at)"
_UPDATE = "UPDATE dialog SET data = {}, updated_at = {}, version = dialog.version + 1"
_ANSWER = (
    "INSERT INTO answer (id, dialog_id, customer_id, survey, survey_version_id, question, measure, number, channel, asked_at,"
    " answered_at, skipped, department, agent, revisions)"
)
_ANSWER_DEFAULTS = "false, '', '', 0"
_MESSAGE = (
    "INSERT INTO message (id, channel, account, address, priority, due_at, say, customer_id, dialog_id, created_at,"
    " state, attempts, repeated, reason)"
)
_MESSAGE_DEFAULTS = "'due', 0, false, ''"
_ROLLUP = "INSERT INTO rollup (day, survey, question, measure, channel, department, agent, wave_id, score, n)"
_ADD = "ON CONFLICT (day, survey, question, measure, channel, department, agent, wave_id, score) DO UPDATE SET n = rollup.n + excluded.n"


def _marks(count: int) -> str:
    return ", ".join(["?"] * count)


def _arrays(types: str) -> str:
    return f"unnest({', '.join(f'${n}::{name}[]' for n, name in enumerate(types.split(), 1))})"


RAW_SQLITE = (
    f"{_SEEN} VALUES ({_marks(3)}) ON CONFLICT DO NOTHING",
    f"{_UPDATE.format('?', '?')} WHERE id = ? AND version = ?",
    f"{_ANSWER} VALUES ({_marks(11)}, {_ANSWER_DEFAULTS})",
    f"{_MESSAGE} VALUES ({_marks(10)}, {_MESSAGE_DEFAULTS})",
    f"{_ROLLUP} VALUES ({_marks(10)}) {_ADD}",
)
"""For `executemany`."""

RAW_POSTGRESQL = (
    f"{_SEEN} SELECT * FROM {_arrays('text text bigint')} ON CONFLICT DO NOTHING",
    f"{_UPDATE.format('v.data', 'v.at')} FROM {_arrays('jsonb bigint bigint int')} AS v(data, at, id, version)"
    " WHERE dialog.id = v.id AND dialog.version = v.version",
    f"{_ANSWER} SELECT *, {_ANSWER_DEFAULTS} FROM {_arrays('bigint bigint bigint text bigint text text int text bigint bigint')}",
    f"{_MESSAGE} SELECT *, {_MESSAGE_DEFAULTS} FROM {_arrays('bigint text text text smallint bigint jsonb bigint bigint bigint')}",
    f"{_ROLLUP} SELECT * FROM {_arrays('date text text text text text text bigint int int')} {_ADD}",
)
"""One array a column."""
