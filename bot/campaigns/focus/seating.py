"""Who has a seat in a focus group: whoever says yes first, of each kind as many as are wanted."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Meeting
from bot.campaigns.focus.telling import by_day, tell, who_may_be_told
from bot.campaigns.focus.wording import survey_name
from bot.campaigns.rounds import rounds_under_way
from bot.campaigns.rule import customer_facts, fits
from bot.campaigns.steering import cancel
from storage.campaigns import CampaignState
from storage.focus import FocusState, purpose_of
from storage.ids import short
from storage.queries.campaigns import change_campaign, with_survey
from storage.queries.focus import change_group, free_seats, group_named, seat_customer, seats_of, who_agreed
from storage.queries.outbox import known_keys

__all__ = ["Seating", "came_too_late", "end_invitations", "give_seats", "kind_of", "remind", "rounds_to", "seating_of", "tell_too_late"]

_LATE = ("over_by_now", "called_off")
"""What whoever says yes too late is told."""


@dataclass(frozen=True, slots=True)
class Seating:
    """Customers whose yes holds: those `seated`, those for whom there is a seat that they have not been given yet, and those
    who wait for one. `left` are the seats of each kind that nobody has or is about to get."""

    seated: list[Any]
    coming: list[Any]
    waiting: list[Any]
    left: list[int]


def seating_of(conn: Connection, group: Definition) -> Seating:
    """They fill the first kind that they fit; who has a seat keeps it, whoever else comes."""
    row = group_named(conn, group.name)
    assert row is not None  # it is planned
    held = {seat.customer_id for seat in seats_of(conn, row.id)}
    seating = Seating([], [], [], [kind.count for kind in group.seats])
    for customer in sorted(who_agreed(conn, purpose_of(group.name)), key=lambda one: one.id not in held):
        facts = customer_facts(customer)
        kinds = (number for number, kind in enumerate(group.seats) if seating.left[number] and fits(kind.who, facts, {}))
        if (kind := next(kinds, None)) is not None:
            seating.left[kind] -= 1
        (seating.seated if customer.id in held else seating.waiting if kind is None else seating.coming).append(customer)
    return seating


def give_seats(at: Meeting) -> None:
    """Give the free seats to those who have said yes, and tell whoever found none. A seat that somebody has left before it began
    is free again; once all are taken, nobody else is invited."""
    here = {one.id for one in seating_of(at.conn, at.group).seated}
    if at.row.state == FocusState.PLANNED:
        free_seats(at.conn, [seat.id for seat in seats_of(at.conn, at.row.id) if seat.customer_id not in here])
    seating = seating_of(at.conn, at.group)
    coming = who_may_be_told(at, seating.coming)
    for customer in coming:
        seat_customer(at.conn, at.row.id, customer.id)
    tell(at, "seated", coming)
    tell(at, "full", who_may_be_told(at, seating.waiting))
    full = {number for number, left in enumerate(seating.left, start=1) if not left}
    end_invitations(at.conn, at.group.name, at.now, full if any(seating.left) else full | {0})


def came_too_late(at: Meeting) -> list[Any]:
    """Who said yes after the end, and has not been told so."""
    late = [one for one in who_agreed(at.conn, at.purpose) if one.agreed_at >= at.row.ended_at]
    keys = {one.id: {at.key(f"{what}.{short(one.id)}") for what in _LATE} for one in late}
    told = known_keys(at.conn, set().union(*keys.values()))
    return [one for one in late if not keys[one.id] & told]


def tell_too_late(at: Meeting) -> None:
    """The invitation has promised them an answer."""
    began = known_keys(at.conn, [at.key("welcome")])
    tell(at, "over_by_now" if began else "called_off", came_too_late(at))


def remind(at: Meeting) -> None:
    """Those who were not told only just before; each of them by day, as long as there is time."""
    begins: datetime = at.row.begins_at
    long_since = [one for one in seating_of(at.conn, at.group).seated if one.agreed_at < begins - at.group.remind]
    tell(at, "remind", [one for one in long_since if by_day(at, one) == at.now])
    change_group(at.conn, at.row.id, reminded=True)


def rounds_to(conn: Connection, group: str) -> list[Any]:
    """The campaigns that are inviting to a kind of seats and have not written to everybody yet."""
    return rounds_under_way(conn, survey_name(group), rf"{survey_name(group)}-\d+-\d+")


def kind_of(campaign: str, group: str) -> int:
    """The number of the kind of seats that a campaign invites to; 0 for one that somebody wrote themselves, for whichever is free."""
    found = re.match(rf"{survey_name(group)}-(\d+)-", campaign)
    return int(found[1]) if found else 0


def end_invitations(conn: Connection, group: str, now: datetime, kinds: Collection[int]) -> None:
    """Nobody else is invited to seats of these kinds."""
    for campaign in with_survey(conn, survey_name(group)):
        if campaign.state in (CampaignState.DONE, CampaignState.CANCELLED) or kind_of(campaign.name, group) not in kinds:
            continue
        if campaign.state == CampaignState.DRAFT:  # what somebody wrote stays to be read
            change_campaign(conn, campaign.id, state=CampaignState.CANCELLED.value)
        else:
            cancel(conn, campaign.name, now)
