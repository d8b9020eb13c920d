"""Campaigns that follow a touchpoint: two days after the delivery, at six in the evening on the customer's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.draws import draw_of
from bot.campaigns.rule import customer_facts, fits
from bot.campaigns.wordings import survey_of_arm
from bot.invitations.daytime import next_time_of_day
from bot.invitations.places import zone_of
from bot.invitations.planning import matter_of
from storage.ids import new_id, new_token
from storage.invitations import InvitationState
from storage.queries.campaigns import change_wave
from storage.queries.invitations import add_new_invitations, newest_versions
from storage.queries.touchpoints import newest_touchpoint_id, touchpoints_after, touchpoints_overlooked
from storage.queries.waves import CONTROL

__all__ = ["Whose", "facts_of", "is_drawn", "is_kept_back", "is_wanted", "plan_triggered"]

_OVERLAP = 10 * 60 * 1000 << 21
"""Ids of the ten minutes before the cursor: what another process told meanwhile may have become visible later than what came after it."""


class Whose:
    """The customer's part of a touchpoint's row."""

    def __init__(self, row: Any) -> None:
        self.name, self.lang, self.timezone = row.c_name, row.c_lang, row.c_timezone
        self.country, self.attributes = row.c_country, row.c_attributes


def plan_triggered(conn: Connection, campaign: Any, definition: Definition, wave: Any, zone: ZoneInfo, now: datetime, chunk: int) -> int:
    """Plan the invitations that the next touchpoints give reason for; gives back how many new ones were looked at."""
    which = {"kind": definition.when.after or "", "since": campaign.scheduled_at}
    # What was told before it was drafted, perhaps in many years, gives no reason.
    fresh = touchpoints_after(conn, max(wave.cursor, campaign.id - _OVERLAP), limit=chunk, **which)
    late: Sequence[Any] = ()
    if len(fresh) == chunk:
        cursor = fresh[-1].id
    else:  # all that was told is seen now, of whatever kind: it need not be gone through again
        if new_id() - wave.cursor < 2 * _OVERLAP:  # else nothing more becomes visible there
            late = touchpoints_overlooked(conn, wave.id, wave.cursor - _OVERLAP, wave.cursor, limit=chunk, **which)
        cursor = max(wave.cursor, newest_touchpoint_id(conn))
    told = [*late, *fresh]
    versions = newest_versions(conn, {survey_of_arm(definition, arm) for arm in definition.arms})
    rows = [row for one in told if (row := _row(one, definition, wave, versions, zone, now)) is not None]
    new = add_new_invitations(conn, rows)
    kept_back = sum(1 for row in rows if row["reason"] and (row["customer_id"], row["survey"], row["matter"]) in new)
    counts = {"seen": wave.seen + len(fresh), "chosen": wave.chosen + len(new) - kept_back, "control": wave.control + kept_back}
    if told or cursor != wave.cursor:
        change_wave(conn, wave.id, cursor=cursor, **counts)
    return len(fresh)


def facts_of(one: Any, now: datetime) -> dict[str, Any]:
    """What a rule can say about the touchpoint."""
    told = {**(one.attributes or {}), "kind": one.kind, "days_ago": (now - one.occurred_at) // timedelta(days=1)}
    return {name: value for name, value in told.items() if value not in (None, "")}


def is_drawn(one: Any, definition: Definition) -> bool:
    return bool(draw_of(f"{definition.name} {one.id} sample").below(one.customer_id, definition.sample))


def is_wanted(one: Any, definition: Definition, now: datetime) -> bool:
    """Whether this touchpoint is drawn, and of the audience."""
    return is_drawn(one, definition) and fits(definition.audience, customer_facts(Whose(one)), facts_of(one, now))


def is_kept_back(one: Any, definition: Definition) -> bool:
    return bool(draw_of(f"{definition.name} {one.id} control").below(one.customer_id, definition.control))


def _row(one: Any, definition: Definition, wave: Any, versions: dict[str, Any], zone: ZoneInfo, now: datetime) -> dict[str, Any] | None:
    if not is_wanted(one, definition, now):
        return None
    customer = one.customer_id
    arms = definition.arms
    survey = survey_of_arm(definition, arms[draw_of(f"{definition.name} wording").part(customer, len(arms))])
    due_at = one.occurred_at + definition.when.delay
    if definition.when.time is not None:
        due_at = next_time_of_day(due_at, definition.when.time, zone_of(one.c_timezone, one.c_country, zone))
    control = is_kept_back(one, definition)
    return {
        "id": new_id(),
        "token": new_token(),
        "customer_id": customer,
        "touchpoint_id": one.id,
        "wave_id": wave.id,
        "matter": matter_of(one),
        "survey": survey,
        "survey_version_id": versions[survey].id,
        "state": (InvitationState.SUPPRESSED if control else InvitationState.PLANNED).value,
        "reason": CONTROL if control else "",
        "due_at": due_at,
        "expires_at": due_at + definition.expires,
        "planned_at": now,
    }
