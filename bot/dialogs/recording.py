"""Answers as rows: the answer itself, its correction, and what they add to the roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, null, update

from bot.dialogs.dialog import Answered
from bot.dialogs.talk import Held, Talk
from bot.surveys.definition import Question, QuestionKind
from channels.stored import media_to_json
from storage.bulk import increment, insert_many
from storage.dialogs import Answer
from storage.figures import Rollup
from storage.ids import new_id
from storage.queries.conversations import answers_to

__all__ = ["Given", "given_in", "record"]

_answer = Answer.__table__  # type: ignore[attr-defined]
_rollup = Rollup.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer with all that its row needs. `first` is false where the dialog already has one to this question."""

    answered: Answered
    question: Question
    dialog_id: int
    customer_id: int
    invitation_id: int | None
    wave_id: int | None
    survey: str
    survey_version_id: int
    channel: str
    department: str
    agent: str
    first: bool


def given_in(talk: Talk, held: Held, answered: Answered, question: Question, *, first: bool) -> Given:
    """An answer given in that dialog, on the channel where it is held."""
    facts = held.dialog.facts
    return Given(
        answered,
        question,
        held.dialog.id,
        held.customer_id,
        held.invitation_id,
        held.wave_id,
        held.dialog.survey,
        held.survey_version_id,
        talk.channel,
        question.department or str(facts.get("department", "")),
        str(facts.get("agent", "")),
        first,
    )


def record(conn: Connection, givens: Sequence[Given], zone: tzinfo) -> None:
    """Write a batch of answers. Days of the roll-ups are days in `zone`, the shop's own."""
    said: dict[tuple[int, str], list[Given]] = {}
    for given in givens:
        said.setdefault((given.dialog_id, given.question.key), []).append(given)
    latest = {at: every[-1] for at, every in said.items()}
    revised = {dialog_id for (dialog_id, _), every in said.items() if not every[0].first}
    known = answers_to(conn, revised) if revised else {}
    fresh = {at: every for at, every in said.items() if at not in known}
    if fresh:
        insert_many(conn, _answer, [_row(every) for every in fresh.values()])
    both = latest.keys() & known.keys()
    if corrected := [_correction(said[at], known[at]) for at in both]:
        conn.execute(_CORRECT, corrected)
    counts = [
        *(_count(every[-1], every[-1], every[0].answered.answered_at, every[-1].answered.value, zone, 1) for every in fresh.values()),
        *(_count(latest[at], known[at], known[at].answered_at, known[at].number, zone, -1) for at in both),
        *(_count(latest[at], known[at], known[at].answered_at, latest[at].answered.value, zone, 1) for at in both),
    ]
    increment(conn, _rollup, [count for count in counts if count is not None])


_VALUES = ("number", "choices", "words", "skipped")
# Words that go on with an answer leave its photo with it; only a skip takes it away.
_MEDIA = func.coalesce(bindparam("media", type_=_answer.c.media.type), _answer.c.media)
_CORRECT = (
    update(_answer)
    .where(_answer.c.id == bindparam("answer_id"))
    .values({name: bindparam(name) for name in _VALUES})
    .values(media=case((bindparam("skipped", type_=_answer.c.skipped.type), null()), else_=_MEDIA))
    .values(revised_at=bindparam("at"), revisions=_answer.c.revisions + bindparam("times"))
)


def _row(every: Sequence[Given]) -> dict[str, Any]:
    """An answer that one batch may hold with its corrections."""
    first, given = every[0].answered, every[-1]
    return {
        "id": new_id(),
        "dialog_id": given.dialog_id,
        "customer_id": given.customer_id,
        "invitation_id": given.invitation_id,
        "survey": given.survey,
        "survey_version_id": given.survey_version_id,
        "question": given.question.key,
        "measure": given.question.measure or "",
        "channel": given.channel,
        "department": given.department,
        "agent": given.agent,
        "asked_at": first.asked_at,
        "answered_at": first.answered_at,
        "revised_at": given.answered.answered_at if len(every) > 1 else None,
        "revisions": len(every) - 1,
        **_value(every),
    }


def _correction(every: Sequence[Given], known: Any) -> dict[str, Any]:
    return {"answer_id": known.id, "at": every[-1].answered.answered_at, "times": len(every), **_value(every)}


def _value(every: Sequence[Given]) -> dict[str, Any]:
    given = every[-1]
    value = given.answered.value
    skipped = value is None and not given.answered.words and given.answered.media is None
    media = next((one.answered.media for one in reversed(every) if one.answered.media), None)
    chosen = given.question.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) and value is not None
    return {
        "number": value if isinstance(value, int) else None,
        "choices": [value] if chosen and isinstance(value, str) else list(value) if chosen and isinstance(value, tuple) else None,
        "words": given.answered.words or None,
        "media": media_to_json(media) if media and not skipped else None,
        "skipped": skipped,
    }


def _count(given: Given, where: Any, at: datetime, score: object, zone: tzinfo, n: int) -> dict[str, Any] | None:
    """`where` has the channel, department and agent that the answer counts for: a correction leaves it where it was given."""
    if not isinstance(score, int):
        return None
    return {
        "day": at.astimezone(zone).date(),
        "survey": given.survey,
        "question": given.question.key,
        "measure": given.question.measure or "",
        "channel": where.channel,
        "department": where.department,
        "agent": where.agent,
        "wave_id": given.wave_id or 0,
        "score": score,
        "n": n,
    }
