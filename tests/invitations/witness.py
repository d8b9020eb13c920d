"""An independent witness of the contact policy: it looks at one moment and says all that speaks against writing then.

Written from `docs/contact-policy.md` and not from the code; it never computes an `until`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bot.invitations.policy import Known, Policy


def objections(policy: Policy, known: Known, moment: datetime, zone: ZoneInfo, country: str) -> set[str]:
    """Every reason not to write at `moment` to a customer who lives by the clocks of `zone` and the holidays of `country`."""
    found = set()
    if known.consent is False:
        found.add("opted_out")
    if known.consent is None and policy.opt_in:
        found.add("no_consent")
    if known.purpose != "surveys" and known.agreed is not True:
        found.add("no_consent")
    if known.answered:
        found.add("answered")
    if not known.reachable:
        found.add("unreachable")
    if known.blocked:
        found.add("blocked")
    if not known.speaks:
        found.add("no_language")
    if known.quota_full:
        found.add("quota")
    if known.day_full_until and moment < known.day_full_until:
        found.add("per_day")
    if moment >= known.expires_at:
        found.add("expired")
    if known.open_case:
        found.add("open_case")
    if known.open_dialog:
        found.add("open_dialog")
    if known.last_asked_at and moment - known.last_asked_at < policy.frequency_cap:
        found.add("frequency")
    if known.panel_rest_until and moment < known.panel_rest_until:
        found.add("panel_rest")
    if known.occurred_at:
        age = moment - known.occurred_at
        if age - known.delay >= policy.stale_after:
            found.add("stale")
        if age < policy.min_age:
            found.add("too_fresh")
    return found | disturbances(policy, moment, zone, country)


def disturbances(policy: Policy, moment: datetime, zone: ZoneInfo, country: str) -> set[str]:
    """What in the customer's own day speaks against any message of ours."""
    found = set()
    wall = moment.astimezone(zone)
    if country and not policy.write_on_holidays and wall.date() in public_holidays(country, wall.year):
        found.add("holiday")
    if policy.quiet_hours:
        minute = wall.hour * 60 + wall.minute
        start, end = (at.hour * 60 + at.minute for at in policy.quiet_hours)
        quiet = set(range(start, end)) if start < end else set(range(start, 24 * 60)) | set(range(end))
        if minute in quiet:
            found.add("quiet_hours")
    return found


@cache
def public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
