"""The contact policy: whether a customer may be written to now, and if not, why and until when. Pure: it reads no clock and no table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.invitations.daytime import Hours, is_holiday, next_daytime
from bot.invitations.places import zone_of

__all__ = ["SURVEYS", "Known", "Not", "Policy", "Reason", "Yes", "may_remind", "may_write"]

_UTC = ZoneInfo("UTC")
SURVEYS = "surveys"
"""The purpose of consent that every survey has: a no to it, such as STOP, is a no to everything."""


class Reason(StrEnum):
    """Every no there is. Where several hold, the first of this list is the one that is told."""

    OPTED_OUT = "opted_out"
    """They said stop."""
    NO_CONSENT = "no_consent"
    """The policy, or what it is for, asks for consent first, and they never gave it."""
    ANSWERED = "answered"
    """It asks for their consent to something, and they have said yes or no to that already."""
    UNREACHABLE = "unreachable"
    """All their addresses are closed to us (blocked, gone)."""
    BLOCKED = "blocked"
    """They closed one of their chats to us, and have not spoken to us in another one since."""
    NO_LANGUAGE = "no_language"
    """It is put in their own language or not at all, and theirs is not known or none of the survey's."""
    QUOTA = "quota"
    """As many as were wanted have answered."""
    EXPIRED = "expired"
    """The invitation's own time is over."""
    STALE = "stale"
    """What happened is too long ago to ask about."""
    TOO_FRESH = "too_fresh"
    """What happened is only just over."""
    OPEN_CASE = "open_case"
    """A complaint of theirs is being handled: that comes first."""
    OPEN_DIALOG = "open_dialog"
    """They are answering something else."""
    FREQUENCY = "frequency"
    """They were asked something not long ago."""
    PANEL_REST = "panel_rest"
    """They are in a panel, and were asked as often of late as its members are told."""
    PER_DAY = "per_day"
    """The campaign has written to as many today as it may in a day."""
    HOLIDAY = "holiday"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the shop keeps to. The defaults follow what people bear: by day, once a week, one reminder."""

    quiet_hours: Hours | None = (time(21), time(9))
    """In the customer's own time; None for none."""
    write_on_holidays: bool = False
    frequency_cap: timedelta = timedelta(days=7)
    """From one invitation of a customer to the next, across all surveys."""
    opt_in: bool = False
    """Ask only those who agreed; otherwise everybody who did not decline."""
    min_age: timedelta = timedelta(minutes=10)
    """Shops cancel and correct in the first minutes."""
    stale_after: timedelta = timedelta(days=30)
    reminders: int = 1
    remind_after: timedelta = timedelta(days=3)
    """Silence before a reminder."""
    grace: timedelta = timedelta(days=7)
    """Silence after which a dialog is over."""
    look_again: timedelta = timedelta(days=1)
    """How long to wait for the end of something that has no date: a case, a dialog."""
    timezone: ZoneInfo = _UTC
    """The shop's, for customers whose own is not known."""
    country: str = ""
    """The shop's (ISO 3166-1), for customers whose own is not known; empty for no holidays."""

    def place(self, timezone: str, country: str) -> tuple[ZoneInfo, str]:
        """A customer's clock, and the country whose holidays are theirs; empty where none are kept."""
        return zone_of(timezone, country, self.timezone), "" if self.write_on_holidays else country or self.country


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one customer and one invitation. All moments are timezone-aware."""

    expires_at: datetime
    """The end of the invitation: from then on nothing is sent."""
    occurred_at: datetime | None = None
    """When the touchpoint happened; None for a campaign, which has none."""
    delay: timedelta = timedelta(0)
    """How long after it the campaign asks: so much later it is stale."""
    consent: bool | None = None
    """What they said last about being asked at all; None where they never did."""
    purpose: str = SURVEYS
    agreed: bool | None = None
    """What they said last about `purpose`, where that is another one: it always needs their yes."""
    answered: bool = False
    """Yes where it asks for a consent to which they have said yes or no already."""
    reachable: bool = True
    """No where they have addresses and all of them are closed; a customer with none yet gets a link."""
    blocked: bool = False
    timezone: str = ""
    country: str = ""
    last_asked_at: datetime | None = None
    """Their newest invitation, of any survey."""
    panel_rest_until: datetime | None = None
    """Of a campaign to a panel: when this member may be asked again, where they were asked as often as is allowed."""
    open_dialog: bool = False
    open_case: bool = False
    speaks: bool = True
    """No where it is put in their own language or not at all, and that cannot be done."""
    quota_full: bool = False
    day_full_until: datetime | None = None
    """When the campaign may write again, where it has written to as many today as it may in a day."""


@dataclass(frozen=True, slots=True)
class Yes:
    """Write."""


@dataclass(frozen=True, slots=True)
class Not:
    """Do not write, for this `reason`.

    `until` is when it may be done if nothing else comes between: at that very moment `may_write` says yes (of an
    open case or dialog it is only when to look again). None means never: a no for good, or `until` would come
    after the invitation has ended. What would arrive too late is not sent the next morning.
    """

    reason: Reason
    until: datetime | None = None


def may_write(policy: Policy, known: Known, now: datetime) -> Yes | Not:
    """Whether this customer may be sent this invitation at `now`."""
    if never := _never(policy, known, now):
        return Not(never)
    waits = _waits(policy, known, now)
    zone, country = policy.place(known.timezone, known.country)
    daytime = next_daytime(max([now, *waits.values()]), zone, country, policy.quiet_hours)
    if not waits and daytime == now:
        return Yes()
    reason = next((reason for reason in Reason if reason in waits), None) or _night_or_holiday(now, zone, country)
    too_late = daytime is None or daytime >= _end(policy, known)
    return Not(reason, None if too_late else daytime)


def may_remind(policy: Policy, known: Known, now: datetime) -> Yes | Not:
    """Whether a silent customer may be reminded: as for writing first, but the open dialog, the cap, the
    rest and the day's share are this invitation's own."""
    theirs = replace(known, occurred_at=None, last_asked_at=None, panel_rest_until=None, open_dialog=False, day_full_until=None)
    return may_write(policy, theirs, now)


def _never(policy: Policy, known: Known, now: datetime) -> Reason | None:
    holds = {
        Reason.OPTED_OUT: known.consent is False,
        Reason.NO_CONSENT: (policy.opt_in and known.consent is None) or (known.purpose != SURVEYS and not known.agreed),
        Reason.ANSWERED: known.answered,
        Reason.UNREACHABLE: not known.reachable,
        Reason.BLOCKED: known.blocked,
        Reason.NO_LANGUAGE: not known.speaks,
        Reason.QUOTA: known.quota_full,
        Reason.EXPIRED: now >= known.expires_at,
        Reason.STALE: now >= _end(policy, known),
    }
    return next((reason for reason, so in holds.items() if so), None)


def _waits(policy: Policy, known: Known, now: datetime) -> dict[Reason, datetime]:
    waits: dict[Reason, datetime] = {}
    if known.occurred_at:
        waits[Reason.TOO_FRESH] = known.occurred_at + policy.min_age
    if known.open_case:
        waits[Reason.OPEN_CASE] = now + policy.look_again
    if known.open_dialog:
        waits[Reason.OPEN_DIALOG] = now + policy.look_again
    if known.last_asked_at:
        waits[Reason.FREQUENCY] = known.last_asked_at + policy.frequency_cap
    if known.panel_rest_until:
        waits[Reason.PANEL_REST] = known.panel_rest_until
    if known.day_full_until:
        waits[Reason.PER_DAY] = known.day_full_until
    return {reason: until for reason, until in waits.items() if until > now}


def _end(policy: Policy, known: Known) -> datetime:
    since = known.occurred_at or known.expires_at
    return min(known.expires_at, since + known.delay + policy.stale_after)


def _night_or_holiday(now: datetime, zone: ZoneInfo, country: str) -> Reason:
    return Reason.HOLIDAY if country and is_holiday(now.astimezone(zone).date(), country) else Reason.QUIET_HOURS
