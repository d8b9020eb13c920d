"""Everything that was heard in a year, held against the text of `docs/contact-policy.md` and `docs/campaigns.md`: it was written from them,
not from the code, and knows nothing of an invitation but whose it is, what it is about and how it ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.campaigns.definition import Definition
from bot.invitations.policy import Policy
from storage.customers import Customer
from storage.invitations import Invitation
from storage.queries.campaigns import waves_by_id
from storage.touchpoints import Touchpoint
from tests.campaigns.year import DAY, Heard, Year
from tests.invitations.witness import disturbances

MINUTES = timedelta(minutes=5)
"""How long what is decided may wait until it leaves."""
WEEK = 7 * DAY
Place = tuple[str, str]


@dataclass
class Seen:
    """What there is to look at."""

    year: Year
    policy: Policy
    places: dict[int, Place]
    """By whose clock and whose holidays each customer lives."""
    invitations: dict[int, Any]
    touchpoints: dict[int, Any]
    waves: dict[int, Any]
    of_invitation: dict[int, list[Heard]]
    firsts: dict[int, list[Heard]]
    """By customer: the first message of each invitation."""
    rest: tuple[int, timedelta]
    """How often in how long members of a panel may be asked."""

    @classmethod
    async def of(cls, year: Year, places: Mapping[Place, Place], rest: tuple[int, timedelta]) -> Seen:
        """`places` says where they live of whom something else was told."""
        shop = year.shop
        of_invitation, firsts = defaultdict(list), defaultdict(list)
        for heard in year.heard:
            of_invitation[heard.invitation].append(heard)
        for messages in of_invitation.values():
            firsts[messages[0].customer].append(messages[0])
        return cls(
            year,
            shop.outreach.policy,
            {one.id: places.get((one.timezone, one.country), (one.timezone, one.country)) for one in await shop.rows(Customer)},
            {one.id: one for one in await shop.rows(Invitation)},
            {one.id: one for one in await shop.rows(Touchpoint)},
            await shop.database.write(waves_by_id),
            of_invitation,
            firsts,
            rest,
        )

    def campaign(self, heard: Heard) -> str:
        wave = self.waves.get(self.invitations[heard.invitation].wave_id)
        return wave.name if wave else ""

    def definition(self, heard: Heard) -> Definition | None:
        wave = self.waves.get(self.invitations[heard.invitation].wave_id)
        return Definition.model_validate(wave.definition) if wave else None

    def asked_by(self, campaign: str) -> list[Heard]:
        return [messages[0] for messages in self.of_invitation.values() if self.campaign(messages[0]) == campaign]


def at_night(seen: Seen) -> Iterator[str]:
    for heard in seen.year.heard:
        timezone, country = seen.places[heard.customer]
        yield from disturbances(seen.policy, heard.at, ZoneInfo(timezone), country)


def unwanted(seen: Seen) -> Iterator[str]:
    year = seen.year
    for heard in year.heard:
        if heard.at > year.stopped.get(heard.customer, heard.at):
            yield "after stop"
        if heard.at > year.blocked.get(heard.customer, heard.at):
            yield "after a block"
        if any(begin < heard.at < end for begin, end in year.cases[heard.customer]):
            yield "during a case"


def too_late(seen: Seen) -> Iterator[str]:
    for heard in seen.year.heard:
        invitation = seen.invitations[heard.invitation]
        touchpoint, campaign = seen.touchpoints.get(invitation.touchpoint_id), seen.definition(heard)
        if heard.at >= invitation.expires_at:
            yield "after it expired"
        if heard.at > seen.year.answered.get(heard.dialog, heard.at):
            yield "after they had answered"
        if touchpoint is not None and heard is seen.of_invitation[heard.invitation][0]:
            age, delay = heard.at - touchpoint.occurred_at, campaign.when.delay if campaign else timedelta(0)
            if not max(delay, timedelta(minutes=10)) <= age < delay + timedelta(days=30):
                yield "too fresh or stale"


def too_often_reminded(seen: Seen) -> Iterator[str]:
    for messages in seen.of_invitation.values():
        campaign = seen.definition(messages[0])
        if len(messages) > 1 + (campaign.reminders if campaign else seen.policy.reminders):
            yield "one reminder too many"
        for earlier, later in pairwise(messages):
            if later.at - earlier.at < 3 * DAY - MINUTES:
                yield "reminded too soon"
            if later.at - earlier.at > WEEK + MINUTES:
                yield "reminded when it was over"


def too_often_asked(seen: Seen) -> Iterator[str]:
    for firsts in seen.firsts.values():
        for earlier, later in pairwise(firsts):
            if later.at - earlier.at < WEEK - MINUTES:
                yield "twice in a week"
            last = max(one.at for one in seen.of_invitation[earlier.invitation] if one.at <= later.at)
            silent = last + WEEK - MINUTES
            if later.at < min(seen.year.answered.get(earlier.dialog, silent), silent):
                yield "while they were answering something else"
        most, period = seen.rest
        panel = [one.at for one in firsts if (campaign := seen.definition(one)) and campaign.panel]
        if any(later - earlier < period - MINUTES for earlier, later in zip(panel, panel[most:], strict=False)):
            yield "more often than the panel was told"


def beyond_limits(seen: Seen) -> Iterator[str]:
    for name in {seen.campaign(heard) for heard in seen.year.heard} - {""}:
        asked = seen.asked_by(name)
        definition = seen.definition(asked[0])
        assert definition is not None
        days = Counter(heard.at.astimezone(seen.policy.timezone).date() for heard in asked)
        if definition.per_day and max(days.values()) > definition.per_day:
            yield "more than its day allows"
        ours = {heard.invitation for heard in asked}
        ats = [heard.at for heard in seen.year.heard if heard.invitation in ours]
        done = sorted(at for at, invitation in seen.year.completed if invitation in ours)
        if definition.quota and len(done) >= definition.quota:
            yield from ("after the quota" for at in ats if at > done[definition.quota - 1])
        for campaign, begin, end in seen.year.paused:
            yield from ("while it was paused" for at in ats if campaign == name and begin < at < end)
        theirs = defaultdict(list)
        for heard in asked:
            theirs[heard.customer].append(heard.at)
        if definition.when.rotate > 1 and any(later - earlier < 300 * DAY for ats in theirs.values() for earlier, later in pairwise(ats)):
            yield "twice in a round"
        waves = Counter((heard.customer, seen.invitations[heard.invitation].wave_id) for heard in asked)
        if definition.when.after is None and max(waves.values()) > 1:
            yield "twice in a wave"


def otherwise_than_told(seen: Seen) -> Iterator[str]:
    """What the database says became of an invitation, against what was heard."""
    for invitation in seen.invitations.values():
        heard = seen.of_invitation.get(invitation.id, [])
        if heard and invitation.state == "suppressed":
            yield f"heard, though {invitation.reason}"
        if not heard and invitation.state not in ("suppressed", "unreachable"):
            yield f"not heard, though {invitation.state}"
    matters = Counter((one.customer_id, one.survey, one.matter) for one in seen.invitations.values() if one.id in seen.of_invitation)
    yield from ("twice about one matter" for n in matters.values() if n > 1)


BREACHES: tuple[Callable[[Seen], Iterator[str]], ...] = (
    at_night,
    unwanted,
    too_late,
    too_often_reminded,
    too_often_asked,
    beyond_limits,
    otherwise_than_told,
)
