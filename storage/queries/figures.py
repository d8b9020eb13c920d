"""What the figures are made of: scores from the roll-ups, and what became of those who were invited."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, literal_column, select

from storage.among import one_of
from storage.dialogs import Answer, Dialog
from storage.figures import Rollup
from storage.invitations import AS_LINK, Invitation, InvitationState
from storage.types import Instant

__all__ = ["daily_scores", "invitation_outcomes", "wave_outcomes", "wave_scores"]

_rollup, _invitation = Rollup.__table__, Invitation.__table__  # type: ignore[attr-defined]
_dialog, _answer = Dialog.__table__, Answer.__table__  # type: ignore[attr-defined]


def daily_scores(conn: Connection, since: date, until: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many answers gave each `score` to each `measure` on each `day`, from `since` until before `until`."""
    columns = (_rollup.c.day, _rollup.c.measure, _rollup.c.score)
    counted = select(*columns, func.sum(_rollup.c.n).label("n")).where(
        _rollup.c.measure != "", _rollup.c.day >= since, _rollup.c.day < until
    )
    return conn.execute(counted.group_by(*columns).having(func.sum(_rollup.c.n) != 0).order_by(*columns)).all()


def wave_scores(conn: Connection, wave_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many answers to the invitations of these waves gave each `score` to each `measure`, by `survey`."""
    columns = (_rollup.c.survey, _rollup.c.measure, _rollup.c.score)
    # Said twice, for an index of those with a wave alone.
    of_waves = (one_of(_rollup.c.wave_id, wave_ids), _rollup.c.wave_id != literal_column("0"))
    counted = select(*columns, func.sum(_rollup.c.n).label("n")).where(*of_waves, _rollup.c.measure != "").group_by(*columns)
    return conn.execute(counted.having(func.sum(_rollup.c.n) != 0).order_by(*columns)).all()


def invitation_outcomes(conn: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """What became of the invitations of a period: `complete`, `partial`, `refused`, `silent`, `unopened` (a link), `unreachable`.

    An invitation belongs to the moment it was sent (or opened, where the customer got its link elsewhere). Those that
    were never sent, held back by the contact policy or by time, asked nobody and are left out.
    """
    moment = func.coalesce(_invitation.c.sent_at, _invitation.c.started_at, _invitation.c.due_at, type_=Instant)
    return _outcomes(conn, moment >= since, moment < until)


def wave_outcomes(conn: Connection, wave_ids: Any) -> dict[str, int]:
    """The same of the invitations of these waves: a list of ids, or a query for them."""
    return _outcomes(conn, _invitation.c.wave_id.in_(wave_ids))


def _outcomes(conn: Connection, *which: ColumnElement[bool]) -> dict[str, int]:
    answered = select(_answer.c.id).join(_dialog, _dialog.c.id == _answer.c.dialog_id)
    answered = answered.where(_dialog.c.invitation_id == _invitation.c.id, ~_answer.c.skipped)
    opened = select(_dialog.c.id).where(_dialog.c.invitation_id == _invitation.c.id)
    state = _invitation.c.state
    asked = state.in_([each.value for each in _ASKED]) | ((state == InvitationState.EXPIRED.value) & _invitation.c.sent_at.is_not(None))
    outcome = case(
        (state == InvitationState.COMPLETED.value, "complete"),
        (answered.exists(), "partial"),
        (state == InvitationState.DECLINED.value, "refused"),
        (state == InvitationState.UNREACHABLE.value, "unreachable"),
        ((_invitation.c.reason == AS_LINK) & ~opened.exists(), "unopened"),
        else_="silent",
    ).label("outcome")
    invited = select(outcome).where(asked, *which).subquery()
    return {row.outcome: row.n for row in conn.execute(select(invited.c.outcome, func.count().label("n")).group_by(invited.c.outcome))}


_ASKED = (
    InvitationState.SENT,
    InvitationState.STARTED,
    InvitationState.COMPLETED,
    InvitationState.DECLINED,
    InvitationState.UNREACHABLE,
)
