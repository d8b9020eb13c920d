"""What an operator does with a focus group: plan it, invite to it, erase what was said."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.campaigns.definition import Definition as Campaign
from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.mentions import replace_mentions
from bot.campaigns.focus.seating import kind_of, rounds_to, seating_of
from bot.campaigns.focus.wording import invitation_to, survey_name
from bot.campaigns.rounds import inviting_already
from bot.campaigns.steering import draft, schedule
from bot.mistake import Mistake
from bot.surveys.publishing import load_versions, publish
from storage.focus import FocusState, purpose_of
from storage.queries.campaigns import campaign_named
from storage.queries.consents import add_consent
from storage.queries.focus import (
    AnyRow,
    add_group,
    erase_lines,
    erase_seats,
    group_named,
    lines_of,
    seats_of,
)
from storage.queries.merging import merged_into
from storage.queries.panels import panel_named

__all__ = ["check_account", "erase", "invitations_of", "invite_to_group", "known_group", "plan_group", "whom_to_erase"]

log = logging.getLogger(__name__)

_FOR_A_SEAT = 3
"""Invitations in a day for each free seat: not everybody can come, and whoever says yes too late was asked for nothing."""


def check_account(group: Definition, accounts: Mapping[str, str]) -> None:
    """`accounts` are the customers', each with its platform. Raises Mistake where the group's is none of those that its place is on."""
    there = [account for account, platform in accounts.items() if platform == group.platform]
    if group.account not in there:
        platform, known = group.platform.title(), ", ".join(there)
        raise Mistake(
            f'the place "{group.place}" is on {platform}, and there is no account "{group.account}" there',
            f"choose among {known}" if known else "a focus group is held on Telegram or in Slack: configure an account there first",
            "no_account",
            platform=platform,
            name=group.account,
            known=known,
        )


def plan_group(conn: Connection, group: Definition, zone: ZoneInfo, now: datetime) -> None:
    """Raises Mistake where there is one of that name, or no such panel, or its time is over."""
    if group_named(conn, group.name) is not None:
        raise Mistake(
            f'there is a focus group "{group.name}" already', "give the new one a name of its own", "group_taken", name=group.name
        )
    if panel_named(conn, group.panel) is None:
        raise Mistake(f'there is no panel "{group.panel}"', "found it first: makegood panel new", "no_panel", name=group.panel)
    begins_at = group.at.replace(tzinfo=zone).astimezone(UTC)
    if begins_at <= now:
        raise Mistake(f'the focus group "{group.name}" would have begun already', "give it a time to come", "group_passed")
    written = group.model_dump(mode="json", exclude_defaults=True)
    add_group(conn, group.name, group.account, group.place, written, begins_at)
    publish(conn, invitation_to(group, zone), now)
    log.info("focus_group_planned", extra={"group": group.name})


def invitations_of(conn: Connection, name: str, zone: ZoneInfo, now: datetime) -> list[Campaign]:
    """The campaigns that would invite: one for each kind of seat that is not filled, of none where all seats are taken.

    Raises:
        Mistake: there is no such group, it has begun or is over, or others are being invited to all its free seats.
    """
    row = known_group(conn, name)
    group = Definition.model_validate(row.definition)
    if row.state != FocusState.PLANNED:
        raise Mistake(f'the focus group "{name}" is {row.state}', "nobody is invited to it any more", "moved_on")
    moment = now.astimezone(zone).replace(tzinfo=None, microsecond=0)
    free = {number: left for number, left in enumerate(seating_of(conn, group).left, start=1) if left}
    rounds = {kind_of(one.name, name): one for one in rounds_to(conn, name)}
    if free and free.keys() <= rounds.keys():
        raise inviting_already(conn, survey_name(name), [rounds[number] for number in free])
    inviting = []
    for number, left in free.items():
        if number in rounds:
            continue
        campaign = next(new for n in range(1, 1000) if campaign_named(conn, new := f"{survey_name(name)}-{number}-{n}", lock=False) is None)
        written = {"name": campaign, "survey": survey_name(name), "panel": group.panel, "audience": group.seats[number - 1].who}
        written["new_to"] = purpose_of(name)
        inviting.append(Campaign.model_validate({**written, "per_day": left * _FOR_A_SEAT, "when": {"at": moment}, "reminders": 0}))
    return inviting


def invite_to_group(conn: Connection, name: str, zone: ZoneInfo, now: datetime) -> list[str]:
    """Begin these campaigns, which go on from day to day until the seats are filled; gives back their names.

    Done again later, once all were invited, it invites others of the panel for the seats that are still free.

    Raises:
        Mistake: as `invitations_of`.
    """
    known_group(conn, name, lock=True)
    inviting = invitations_of(conn, name, zone, now)
    newest = {found.name: found for found in load_versions(conn).values()}
    for campaign in inviting:
        draft(conn, campaign, now)
        schedule(conn, campaign.name, newest.get, now)
    return [campaign.name for campaign in inviting]


def erase(conn: Connection, name: str, who: int | None, now: datetime) -> int:
    """Delete what a participant said, by the number of their pseudonym, or, with None, all of it; and who they were, also where
    others spoke of them. Gives back how many lines were deleted."""
    group = known_group(conn, name, lock=True)
    chosen = whom_to_erase(conn, group, who)
    for seat in seats_of(conn, group.id):
        if seat.number in chosen and seat.customer_id is not None:
            replace_mentions(conn, group, seat.number, [seat.customer_id, *merged_into(conn, seat.customer_id)])
            # Nothing more is written down of them.
            add_consent(conn, seat.customer_id, purpose_of(name), granted=False, source="operator", now=now)
    lines = erase_lines(conn, group.id, {line.number for line in lines_of(conn, group.id)} if who is None else chosen)
    erase_seats(conn, group.id, chosen)
    log.info("focus_group_erased", extra={"group": name, "lines": lines})
    return lines


def whom_to_erase(conn: Connection, group: AnyRow, who: int | None) -> set[int]:
    """The participants' numbers. Raises Mistake where nobody has the number `who`."""
    numbers = {seat.number for seat in seats_of(conn, group.id)}
    if who is not None and who not in numbers:
        see = f"see: makegood group transcript {group.name}"
        raise Mistake(f'nobody is called P{who} in "{group.name}"', see, "no_pseudonym", who=who)
    return numbers if who is None else {who}


def known_group(conn: Connection, name: str, *, lock: bool = False) -> AnyRow:
    """With `lock`, locked on PostgreSQL. Raises Mistake where there is no such group."""
    group = group_named(conn, name, lock=lock)
    if group is None:
        raise Mistake(f'there is no focus group "{name}"', "see: makegood group list", "no_group", name=name)
    return group
