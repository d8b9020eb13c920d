"""The figures of a period, read from storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from bot.insight.figures import read_figures
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database
from storage.dialogs import Answer
from storage.dialogs import Dialog as DialogRow
from storage.figures import Rollup
from storage.ids import new_id
from storage.invitations import AS_LINK, Invitation, InvitationState
from storage.surveys import SurveyVersion

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def on_the_clock(begin: datetime, end: datetime) -> timedelta:
    return end - begin


def _rollup(day: date, measure: str, score: int, n: int, channel: str = "telegram") -> dict[str, Any]:
    row = {"day": day, "survey": "after-purchase", "question": measure or "price", "measure": measure, "channel": channel}
    return row | {"department": "", "agent": "", "wave_id": 0, "score": score, "n": n}


async def _keep(database: Database, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    await database.write(lambda conn: insert_many(conn, model.__table__, rows))


async def test_a_period_is_told_beside_the_one_before(database: Database) -> None:
    this, last = TODAY - timedelta(days=3), TODAY - timedelta(days=33)
    await _keep(
        database,
        Rollup,
        [
            _rollup(this, "csat", 5, 30),
            _rollup(this, "csat", 5, 10, channel="webchat"),
            _rollup(this, "csat", 2, 10),
            _rollup(last, "csat", 5, 20),
            _rollup(last, "csat", 1, 30),
            _rollup(this, "nps", 9, 4),
            _rollup(this, "", 5, 99),
            _rollup(TODAY - timedelta(days=61), "csat", 1, 99),
        ],
    )
    figures = await read_figures(database, today=TODAY, days=30, zone=UTC, working=on_the_clock)
    csat, nps = figures.measures["csat"], figures.measures["nps"]
    assert csat.now and csat.change and nps.now
    assert (csat.now.value, csat.now.n) == (0.8, 50)
    assert (round(csat.change.value, 3), csat.changed) == (0.4, True)
    assert [bool(step) for step in csat.course] == [False] * 5 + [True]
    assert (nps.now.withheld, nps.change, nps.changed) == (True, None, False)
    assert set(figures.measures) == {"csat", "nps"}


class _Asked:
    """A customer and the invitations they got, in one transaction."""

    def __init__(self, conn: Connection) -> None:
        self._conn, self._survey, self._customer, self._address = conn, new_id(), new_id(), new_id()
        version = {"name": "after-purchase", "version": 1, "digest": "x", "definition": {}, "published_at": NOON}
        self._insert(SurveyVersion, {"id": self._survey, **version})
        self._insert(Customer, {"id": self._customer, "created_at": NOON, "attributes": {}})
        at = {"channel": "webchat", "account": "web", "native_id": "a", "created_at": NOON}
        self._insert(Address, {"id": self._address, "customer_id": self._customer, **at})

    def invited(self, state: InvitationState, sent_at: datetime | None, *, reason: str = "") -> int:
        number = new_id()
        times = {"due_at": NOON, "expires_at": NOON + timedelta(days=14), "planned_at": NOON, "sent_at": sent_at}
        self._insert(Invitation, {"id": number, "token": str(number), "state": state.value, "reason": reason, **self._about, **times})
        return number

    def opened(self, invitation: int, *, answered: bool) -> None:
        dialog = {"id": new_id(), "address_id": self._address, "invitation_id": invitation, "state": "completed", "data": {}}
        self._insert(DialogRow, {**dialog, "opened_at": NOON, "updated_at": NOON, **self._about})
        answer = {"id": new_id(), "dialog_id": dialog["id"], "question": "csat", "number": 4 if answered else None, "skipped": not answered}
        self._insert(Answer, {**answer, "channel": "webchat", "asked_at": NOON, "answered_at": NOON, **self._about})

    @property
    def _about(self) -> dict[str, Any]:
        return {"customer_id": self._customer, "survey": "after-purchase", "survey_version_id": self._survey}

    def _insert(self, model: Any, row: dict[str, Any]) -> None:
        insert_many(self._conn, model.__table__, [row])


async def test_who_was_asked_falls_into_the_outcomes_of_aapor(database: Database) -> None:
    def ask(conn: Connection) -> None:
        asked = _Asked(conn)
        asked.opened(asked.invited(InvitationState.COMPLETED, NOON), answered=True)
        for left_off in (InvitationState.EXPIRED, InvitationState.DECLINED):
            asked.opened(asked.invited(left_off, NOON), answered=True)
        for left_unanswered in (InvitationState.STARTED, InvitationState.DECLINED):
            asked.opened(asked.invited(left_unanswered, NOON), answered=False)
        for silent in (InvitationState.SENT, InvitationState.EXPIRED):
            asked.invited(silent, NOON)
        for link in (InvitationState.SENT, InvitationState.EXPIRED):
            asked.invited(link, NOON, reason=AS_LINK)
        asked.opened(asked.invited(InvitationState.SENT, NOON, reason=AS_LINK), answered=False)
        for never_sent in (InvitationState.UNREACHABLE, InvitationState.PLANNED, InvitationState.SUPPRESSED, InvitationState.EXPIRED):
            asked.invited(never_sent, None)

    await database.write(ask)
    outcomes = (await read_figures(database, today=TODAY, days=7, zone=UTC, working=on_the_clock)).outcomes
    assert (outcomes.complete, outcomes.partial, outcomes.refused, outcomes.silent, outcomes.unreachable) == (1, 2, 1, 4, 1)
    assert outcomes.unopened == 2
    assert outcomes.rr1 and outcomes.rr2
    assert (outcomes.rr1.value, outcomes.rr2.value) == (1 / 11, 3 / 11)
    assert (await read_figures(database, today=TODAY + timedelta(days=7), days=7, zone=UTC, working=on_the_clock)).outcomes.eligible == 0


@pytest.mark.parametrize(("zone", "asked"), [("Europe/Riga", 1), ("UTC", 0)])
async def test_a_day_begins_at_midnight_where_the_shop_is(database: Database, zone: str, asked: int) -> None:
    late = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    await database.write(lambda conn: _Asked(conn).invited(InvitationState.SENT, late))
    assert (await read_figures(database, today=TODAY, days=1, zone=ZoneInfo(zone), working=on_the_clock)).outcomes.silent == asked
