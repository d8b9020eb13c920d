"""What a campaign allows itself, and how much of it is used up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection

from bot.invitations.policy import SURVEYS
from bot.toml.times import Period
from storage.panels import purpose_of
from storage.queries.campaign_days import count_sent, sent_on
from storage.queries.campaigns import completed_of

__all__ = ["NO_LIMITS", "Limits", "Used", "limits_of"]


@dataclass(frozen=True, slots=True)
class Limits:
    campaign_id: int
    purpose: str = SURVEYS
    own_language_only: bool = False
    quota: int | None = None
    per_day: int | None = None
    new_to: str = ""
    """The purpose to which those who are asked have said neither yes nor no yet."""
    panel: str = ""
    """The panel that it is put to, whose members alone are asked."""
    delay: timedelta = timedelta(0)
    """How long after a touchpoint it asks."""


_PERIOD: TypeAdapter[timedelta] = TypeAdapter(Period)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
NO_LIMITS = Limits(0)
"""Of invitations that belong to no campaign."""


def limits_of(campaign_id: int, definition: Mapping[str, Any]) -> Limits:
    """Those in a campaign's definition as it is stored."""
    names = ("purpose", "own_language_only", "quota", "per_day", "new_to", "panel")
    written = {name: definition[name] for name in names if name in definition}
    if panel := written.get("panel"):
        written["purpose"] = purpose_of(panel)
    if delay := definition["when"].get("delay"):
        written["delay"] = _PERIOD.validate_python(delay)
    return Limits(campaign_id, **written)


@dataclass(slots=True)
class Used:
    """What campaigns have used of their limits, with what one chunk adds."""

    day: date = date.min
    tomorrow: datetime = _LONG_AGO
    today: dict[int, int] = field(default_factory=dict)
    """Sent today, by campaign."""
    full: set[int] = field(default_factory=set)
    """Campaigns that as many have answered as were wanted."""
    new: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, conn: Connection, limits: Iterable[Limits], zone: ZoneInfo, now: datetime) -> Self:
        day = now.astimezone(zone).date()
        tomorrow = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
        used = cls(day, tomorrow)
        for one in set(limits):
            if one.per_day is not None:
                used.today[one.campaign_id] = sent_on(conn, one.campaign_id, day)
            if one.quota is not None and completed_of(conn, one.campaign_id, one.quota) >= one.quota:
                used.full.add(one.campaign_id)
        return used

    def quota_full(self, limits: Limits) -> bool:
        return limits.campaign_id in self.full

    def day_full_until(self, limits: Limits) -> datetime | None:
        if limits.per_day is None or self.today.get(limits.campaign_id, 0) < limits.per_day:
            return None
        return self.tomorrow

    def sent(self, limits: Limits) -> None:
        if limits.campaign_id:
            self.today[limits.campaign_id] = self.today.get(limits.campaign_id, 0) + 1
            self.new[limits.campaign_id] = self.new.get(limits.campaign_id, 0) + 1

    @staticmethod
    def give_back(conn: Connection, sent: Iterable[tuple[int, datetime]], zone: ZoneInfo) -> None:
        """These, by campaign and moment, were not sent after all: the shares of their days are free for others."""
        for (campaign, day), n in Counter((campaign, at.astimezone(zone).date()) for campaign, at in sent).items():
            count_sent(conn, {campaign: -n}, day)

    def note(self, conn: Connection) -> None:
        """Write down what this chunk has sent."""
        if self.new:
            count_sent(conn, self.new, self.day)
