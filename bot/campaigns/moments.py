"""For which moments a campaign has waves, and when each customer's own clock shows one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import takewhile
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.campaigns.definition import Definition
from bot.invitations.places import zone_of

__all__ = ["AHEAD", "Occasion", "due_here", "has_passed", "is_over", "next_moment", "wave_moment"]

AHEAD = timedelta(hours=26)
"""How long before the shop's clock another one on Earth can show the same time: a wave is planned before the first of them."""

_LAST_CLOCK = timezone(timedelta(hours=-12))
"""The last one on Earth to show a time."""

Occasion = datetime
"""The moment of a wave as the shop's own clock shows it."""


def wave_moment(definition: Definition, zone: ZoneInfo, now: datetime, since: datetime) -> datetime | None:
    """The newest moment whose wave should be planned by `now`, if any; none before `since`, when the campaign was scheduled.

    Of moments missed while nothing ran only the last is made up for, and that only while its invitations have not expired.
    """
    when = definition.when
    if when.after is not None:
        return since
    if when.at is not None:
        moment = when.at.replace(tzinfo=zone).astimezone(UTC)
        return moment if moment - AHEAD <= now else None
    due = takewhile(lambda moment: moment - AHEAD <= now, _rhythm(when.cron or "", zone, max(since, now - definition.expires)))
    return max(due, default=None)


def next_moment(definition: Definition, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the campaign will next write to anybody, as the shop's clock shows it; None where only a touchpoint decides."""
    when = definition.when
    if when.after is not None:
        return None
    if when.at is not None:
        moment = when.at.replace(tzinfo=zone).astimezone(UTC)
        return moment if moment > now else None
    return next(_rhythm(when.cron or "", zone, now), None)


def _rhythm(cron: str, zone: ZoneInfo, since: datetime) -> Iterator[datetime]:
    """Its moments from `since` on; one of a time that the clocks show twice, when they are put back: it is asked at once a day."""
    trigger = CronTrigger.from_crontab(cron, timezone=zone)
    following = trigger.get_next_fire_time(None, since)
    while following is not None:
        if not following.fold:
            yield following.astimezone(UTC)
        following = trigger.get_next_fire_time(following, following)


def is_over(definition: Definition, moment: datetime, now: datetime) -> bool:
    """Whether a wave of that moment could reach nobody any more."""
    return definition.when.after is None and now >= moment + definition.expires + AHEAD


def has_passed(definition: Definition, now: datetime) -> bool:
    """Whether the campaign's one moment has passed on every clock on Earth."""
    at = definition.when.at
    return at is not None and at.replace(tzinfo=_LAST_CLOCK) < now


def due_here(moment: datetime, shop: ZoneInfo, timezone: str, country: str, *, days: int = 0) -> datetime:
    """When the clock of a customer who lives there shows what the shop's shows at `moment`, so many `days` later; in UTC."""
    wall = moment.astimezone(shop).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=zone_of(timezone, country, shop)).astimezone(UTC)
