"""What a replay came to: from the database, beside what the order file itself says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from statistics import fmean, median
from typing import Any

from sqlalchemy import Connection, func, select

from bot.insight.measures import Measured, csat, share
from bot.replay.orders import Order
from storage.cases import Case
from storage.dialogs import Answer, Dialog
from storage.invitations import Invitation, InvitationState
from storage.outbox import Message, Priority
from storage.touchpoints import Touchpoint

__all__ = ["report"]

_answer, _case, _dialog = Answer.__table__, Case.__table__, Dialog.__table__  # type: ignore[attr-defined]
_invitation, _message, _touchpoint = Invitation.__table__, Message.__table__, Touchpoint.__table__  # type: ignore[attr-defined]

QUESTION = "csat"


def report(conn: Connection, orders: Sequence[Order], survey: str) -> dict[str, Any]:
    """Counts, measures with their intervals (95 %), and whether the scores equal those of the file."""
    states = _counted(conn, _invitation.c.state)
    unsent = (InvitationState.PLANNED, InvitationState.SUPPRESSED, InvitationState.UNREACHABLE)
    not_sent = conn.execute(
        select(_invitation.c.state, _invitation.c.reason, func.count())
        .where(_invitation.c.state.in_([state.value for state in unsent]))
        .group_by(_invitation.c.state, _invitation.c.reason)
    )
    scores = _scores(conn, survey)
    invited = sum(states.values()) - sum(states[state] for state in unsent)
    answered = sum(scores.values())
    return {
        "orders_read": len(orders),
        "touchpoints": dict(_counted(conn, _touchpoint.c.kind)),
        "invited": invited,
        "answered": answered,
        "not_answered": invited - answered,
        "not_sent": {f"{state}: {reason or 'not due'}": n for state, reason, n in not_sent},
        "invitations": dict(states),
        "csat": _measured(csat(scores)),
        "mean": round(sum(score * n for score, n in scores.items()) / answered, 4) if answered else None,
        "scores": {str(score): scores[score] for score in sorted(scores)},
        "comments": _comments(conn, survey),
        "response_rate": _measured(share(states[InvitationState.COMPLETED], invited)),
        "cases": _cases(conn),
        "complaint_to_alert_seconds": _alerts(conn),
        "repeated_messages": conn.execute(select(func.count()).where(_message.c.repeated)).scalar(),
        "file": _file(orders, scores),
    }


def _counted(conn: Connection, column: Any) -> Counter[str]:
    return Counter({str(value): n for value, n in conn.execute(select(column, func.count()).group_by(column).order_by(column))})


def _scores(conn: Connection, survey: str) -> Counter[int]:
    rows = conn.execute(
        select(_answer.c.number, func.count())
        .where(_answer.c.survey == survey, _answer.c.question == QUESTION, _answer.c.number.is_not(None))
        .group_by(_answer.c.number)
    )
    return Counter(dict(iter(rows)))


def _comments(conn: Connection, survey: str) -> int:
    written = (_answer.c.survey == survey, _answer.c.question == "words", _answer.c.words.is_not(None))
    return conn.execute(select(func.count()).where(*written)).scalar() or 0


def _measured(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {"value": round(measured.value, 4), "n": measured.n, "interval": [round(end, 4) for end in asdict(measured.interval).values()]}


def _cases(conn: Connection) -> dict[str, Any]:
    def counted(column: Any) -> dict[str, int]:
        return {
            str(value or "not said yet"): n for value, n in conn.execute(select(column, func.count()).group_by(column).order_by(column))
        }

    word = Counter(_counted(conn, _case.c.made_good))
    asked = word["yes"] + word["partly"] + word["no"]
    return {
        "opened": sum(word.values()),
        "by_department": dict(_counted(conn, _case.c.department)),
        "by_severity": dict(_counted(conn, _case.c.severity)),
        "by_state": dict(_counted(conn, _case.c.state)),
        "made_good": {value or "not said yet": n for value, n in word.items()},
        "recovery_rate": _measured(share(word["yes"], asked)),
    }


def _alerts(conn: Connection) -> dict[str, Any] | None:
    """From the moment a case was opened to the moment its first alert was with the platform, in seconds.

    The simulated clock ticks at the real rate between its moves, so these are real seconds, unless it was moved meanwhile.
    """
    first = (
        select(_message.c.case_id, func.min(_message.c.sent_at).label("alerted_at"))
        .where(_message.c.case_id.is_not(None), _message.c.priority == int(Priority.ALERT), _message.c.sent_at.is_not(None))
        .group_by(_message.c.case_id)
        .subquery()
    )
    rows = conn.execute(select(_case.c.opened_at, first.c.alerted_at).join(first, first.c.case_id == _case.c.id)).all()
    waits = sorted((_moment(row.alerted_at) - row.opened_at).total_seconds() for row in rows)
    if not waits:
        return None
    return {
        "n": len(waits),
        "median": round(median(waits), 4),
        "p90": round(waits[int(len(waits) * 0.9)], 4),
        "longest": round(waits[-1], 4),
    }


def _moment(value: Any) -> datetime:
    """`min` over an instant keeps its type."""
    assert isinstance(value, datetime)
    return value


def _file(orders: Sequence[Order], scores: Counter[int]) -> dict[str, Any]:
    """The same figures from the file alone, and whether ours equal them."""
    given = Counter(order.score for order in orders if order.score is not None)
    n = sum(given.values())
    return {
        "answered": n,
        "csat": round(sum(count for score, count in given.items() if score >= 4) / n, 4) if n else None,
        "mean": round(fmean(given.elements()), 4) if n else None,
        "scores": {str(score): given[score] for score in sorted(given)},
        "comments": sum(1 for order in orders if order.score is not None and order.comment),
        "equal": given == scores,
    }
