"""From touchpoints to invitations: who will be asked what, and when."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.invitations.daytime import next_time_of_day
from bot.invitations.places import zone_of
from storage.database import Database
from storage.ids import new_id, new_token, short
from storage.invitations import InvitationState
from storage.queries.invitations import add_invitations, newest_versions
from storage.queries.touchpoints import mark_considered, unconsidered

__all__ = ["Ask", "NotPublished", "Planner", "Told", "matter_of", "plan_waiting"]

log = logging.getLogger(__name__)

CHUNK = 500
"""Touchpoints of one transaction."""


class NotPublished(LookupError):
    """A rule names a survey that has no published version."""


class Told(Protocol):
    """A touchpoint as the planner sees it: a row of `storage.queries.touchpoints`."""

    @property
    def id(self) -> int: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def attributes(self) -> dict[str, Any]: ...
    @property
    def timezone(self) -> str: ...
    @property
    def country(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Ask:
    """After a touchpoint of this kind put this survey: `delay` later, and then at the next `at` on the customer's clock."""

    touchpoint: str
    survey: str
    delay: timedelta = timedelta(0)
    at: time | None = None

    def due_at(self, occurred_at: datetime, zone: ZoneInfo) -> datetime:
        due = occurred_at + self.delay
        return due if self.at is None else next_time_of_day(due, self.at, zone)


@dataclass(frozen=True, slots=True)
class Planner:
    """The rules, and the time zone of customers whose own is not known."""

    asks: tuple[Ask, ...]
    timezone: ZoneInfo

    def surveys_after(self, kind: str) -> list[str]:
        """The surveys that a touchpoint of this kind gives reason for."""
        return [ask.survey for ask in self.asks if ask.touchpoint == kind]

    def consider(self, conn: Connection, touchpoints: Iterable[Told], now: datetime) -> None:
        """Plan the invitations that these touchpoints give reason for, and mark them as considered.

        Doing it again changes nothing: one invitation a touchpoint and survey, one a customer, matter and survey. Of
        several touchpoints about one order (late, then delivered) the earlier one's invitation stands; while it is planned
        for later (ordered, then delivered) the newer news brings it forward.

        Raises:
            NotPublished: a survey of the rules cannot be put to anybody yet.
        """
        told = sorted(touchpoints, key=lambda touchpoint: (touchpoint.occurred_at, touchpoint.id))
        wanted = [(touchpoint, ask) for touchpoint in told for ask in self.asks if ask.touchpoint == touchpoint.kind]
        versions = newest_versions(conn, {ask.survey for _, ask in wanted}) if wanted else {}
        if missing := {ask.survey for _, ask in wanted} - versions.keys():
            raise NotPublished(f"no version of the survey {', '.join(sorted(missing))} is published")
        add_invitations(conn, [self._row(touchpoint, ask, versions[ask.survey], now) for touchpoint, ask in wanted])
        mark_considered(conn, [touchpoint.id for touchpoint in told], now)

    def _row(self, touchpoint: Told, ask: Ask, version: Any, now: datetime) -> dict[str, Any]:
        due_at = ask.due_at(touchpoint.occurred_at, zone_of(touchpoint.timezone, touchpoint.country, self.timezone))
        return {
            "id": new_id(),
            "token": new_token(),
            "customer_id": touchpoint.customer_id,
            "touchpoint_id": touchpoint.id,
            "matter": matter_of(touchpoint),
            "survey": ask.survey,
            "survey_version_id": version.id,
            "state": InvitationState.PLANNED.value,
            "due_at": due_at,
            "expires_at": due_at + timedelta(days=version.expires_days),
            "planned_at": now,
        }


def matter_of(touchpoint: Told) -> str:
    """What the touchpoint is about: its order where it names one, so that all that happens to an order is one matter."""
    order = touchpoint.attributes.get("order")
    return f"order:{order}" if order not in (None, "") else f"touchpoint:{short(touchpoint.id)}"


async def plan_waiting(database: Database, planner: Planner, now: datetime, *, chunk: int = CHUNK) -> int:
    """Consider all touchpoints that nobody has considered yet; gives back how many. May be stopped and started anywhere."""

    def consider(conn: Connection) -> int:
        waiting: Sequence[Any] = unconsidered(conn, chunk)
        planner.consider(conn, waiting, now)
        return len(waiting)

    total = 0
    while considered := await database.write(consider):
        total += considered
    if total:
        log.info("touchpoints_considered", extra={"touchpoints": total})
    return total
