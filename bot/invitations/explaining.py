"""Why a customer is written to now, or is not: what the contact policy says of them, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from bot.invitations.knowing import Customers
from bot.invitations.limits import limits_of
from bot.invitations.places import zone_of
from bot.invitations.policy import Not, Reason, Yes
from bot.invitations.sending import Outreach, verdict
from storage.queries.campaigns import waves_by_id
from storage.queries.explaining import invitations_of

__all__ = ["REASONS", "Explained", "Why", "explain"]

REASONS = {
    Reason.OPTED_OUT: "they said stop",
    Reason.NO_CONSENT: "they have not agreed to it, and it needs their consent",
    Reason.ANSWERED: "it asks for their consent to something, and they have said yes or no to that already",
    Reason.UNREACHABLE: "all their addresses are closed to us",
    Reason.BLOCKED: "they have closed a chat to us, and have not spoken to us elsewhere since",
    Reason.NO_LANGUAGE: "it is put in people's own language or not at all, and theirs is not known or none of the survey's",
    Reason.QUOTA: "as many as were wanted have answered",
    Reason.EXPIRED: "the invitation's own time is over",
    Reason.STALE: "it happened too long ago to ask about",
    Reason.TOO_FRESH: "it has only just happened",
    Reason.OPEN_CASE: "a complaint of theirs is being handled",
    Reason.OPEN_DIALOG: "they are answering something else",
    Reason.FREQUENCY: "they were asked something lately",
    Reason.PANEL_REST: "they are in a panel, and were asked as often of late as its members are told",
    Reason.PER_DAY: "the campaign has written to as many today as it may in a day",
    Reason.HOLIDAY: "it is a public holiday where they live",
    Reason.QUIET_HOURS: "it is night where they live",
    "link": "no bot can write to them yet, so the shop hands out a link",
    "control": "they are kept back, for comparison",
    "cancelled": "the campaign was cancelled",
    "merged": "they were invited to the same already, under another record of theirs",
    "erased": "they were erased at their wish",
    "paused": "the campaign is paused",
    "not_due": "it is not due yet",
}
"""In an operator's words, by the reason that an invitation carries."""
_A_WHILE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Explained:
    """One invitation: what it is, and what would become of it now. `until` is when to look again, on the customer's clock."""

    survey: str
    campaign: str
    state: str
    yes: bool
    reason: str
    """One of `REASONS`, or what a platform said; empty where nothing speaks against it."""
    until: datetime | None
    at: datetime
    """When it is due, or was sent; on the customer's clock."""


@dataclass(frozen=True, slots=True)
class Why:
    name: str
    clock: datetime
    """What their own clock shows."""
    addresses: Sequence[Any]
    anything: Explained
    """What would be done with a new invitation that falls due this moment."""
    invitations: Sequence[Explained]
    """The newest first."""


def explain(conn: Connection, outreach: Outreach, customer: Any, now: datetime) -> Why:
    """All about the customer of this row."""
    waves = waves_by_id(conn)
    limits = {wave.id: limits_of(wave.campaign_id, wave.definition) for wave in waves.values()}
    customers = Customers.read(conn, {customer.id}, outreach.accounts, limits, outreach.policy.timezone, now)
    zone = zone_of(customer.timezone, customer.country, outreach.policy.timezone)

    def judged(one: Any) -> Explained:
        wave = waves.get(one.wave_id)
        campaign = wave.name if wave is not None else ""
        at = (one.sent_at or one.due_at).astimezone(zone)
        if one.state != "planned":
            return Explained(one.survey, campaign, one.state, False, one.reason, None, at)
        if wave is not None and wave.state == "paused":
            return Explained(one.survey, campaign, one.state, False, "paused", None, at)
        survey = outreach.published.version(conn, one.survey_version_id) if one.survey_version_id else None
        writable = customers.address(customer.id) is not None
        match verdict(outreach.policy, customers.known(one, survey), now, outbox=writable):
            case Yes() if one.due_at > now:
                return Explained(one.survey, campaign, one.state, False, "not_due", at, at)
            case Yes():
                return Explained(one.survey, campaign, one.state, True, "", None, at)
            case Not(_, until) if until and until < one.due_at:  # what holds now is over by then
                return Explained(one.survey, campaign, one.state, False, "not_due", at, at)
            case Not(reason, until):
                return Explained(one.survey, campaign, one.state, False, reason.value, until and until.astimezone(zone), at)
        raise AssertionError("a verdict is a yes or a no")

    place = {"timezone": customer.timezone, "country": customer.country, "lang": customer.lang}
    times = {"due_at": now, "sent_at": None, "expires_at": now + _A_WHILE, "occurred_at": None}
    anything = {"survey": "", "wave_id": None, "state": "planned", "survey_version_id": 0, "reason": "", "customer_id": customer.id}
    return Why(
        customer.name or customer.external_id or "This customer",
        now.astimezone(zone),
        [way.address for way in customers.ways.get(customer.id, ())],
        judged(SimpleNamespace(**place, **times, **anything)),
        [judged(one) for one in invitations_of(conn, customer.id)],
    )
