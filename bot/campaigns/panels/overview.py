"""How a panel stands: how many are in it, how well they answer, what it is asked, and when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.campaigns.definition import Definition as Campaign
from bot.campaigns.moments import next_moment
from bot.campaigns.panels.definition import survey_name
from bot.campaigns.progress import Progress, progress_of
from bot.insight.measures import Measured
from bot.insight.outcomes import Outcomes
from bot.invitations.resting import Rests
from storage.campaigns import CampaignState
from storage.ids import short
from storage.queries.figures import wave_outcomes
from storage.queries.panel_members import (
    MemberCounts,
    asked_of,
    campaigns_of_panel,
    count_members,
    newest_members,
    waves_of_panel,
)
from storage.queries.panels import all_panels, panel_named
from storage.queries.rounds import count_unanswered

__all__ = ["Asked", "Member", "Overview", "asks_of", "members_shown", "overview_of", "overviews"]

_ASKS_SHOWN, MEMBERS_SHOWN = 20, 50
_ALIVE = (CampaignState.SCHEDULED, CampaignState.RUNNING)


@dataclass(frozen=True, slots=True)
class Overview:
    """`rate` is the response rate (RR1) of all that the members were asked; None where they were asked nothing."""

    panel: Any
    counts: MemberCounts
    unanswered: int
    """Those who were invited, and may still answer."""
    rate: Measured | None

    @property
    def every(self) -> timedelta:
        return timedelta(seconds=self.panel.seconds)


@dataclass(frozen=True, slots=True)
class Asked:
    """A campaign that asks the panel or, with `invites`, invites to it; `next` is when it writes next, on the shop's clock."""

    campaign: Any
    definition: Campaign
    progress: Progress
    invites: bool
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """Without a name: `mark` tells members apart, and `ref` is what acts call them by."""

    ref: str
    lang: str
    country: str
    joined: datetime
    asked: int
    answered: int
    rests_until: datetime | None

    @property
    def mark(self) -> str:
        return self.ref[-5:]


def overview_of(conn: Connection, name: str, now: datetime) -> Overview | None:
    panel = panel_named(conn, name)
    return None if panel is None else _overview(conn, panel, now)


def overviews(conn: Connection, now: datetime) -> list[Overview]:
    return [_overview(conn, panel, now) for panel, _ in all_panels(conn)]


def _overview(conn: Connection, panel: Any, now: datetime) -> Overview:
    counts = count_members(conn, panel.name, survey_name(panel.name), panel.most, now - timedelta(seconds=panel.seconds))
    unanswered = count_unanswered(conn, survey_name(panel.name))
    return Overview(panel, counts, unanswered, Outcomes(**wave_outcomes(conn, waves_of_panel(panel.name))).rr1)


def asks_of(conn: Connection, panel: str, zone: ZoneInfo, now: datetime) -> list[Asked]:
    """The newest first."""
    found = []
    for campaign in campaigns_of_panel(conn, panel, survey_name(panel), _ASKS_SHOWN):
        definition, progress = Campaign.model_validate(campaign.definition), progress_of(conn, campaign)
        following = next_moment(definition, zone, now) if campaign.state in _ALIVE else None
        found.append(Asked(campaign, definition, progress, definition.panel != panel, following))
    return found


def members_shown(conn: Connection, panel: str, now: datetime) -> list[Member]:
    """Those who joined last, the newest first."""
    rows = newest_members(conn, panel, MEMBERS_SHOWN)
    ids = {row.id for row in rows}
    asked, rests = asked_of(conn, panel, ids), Rests.read(conn, [panel], ids, now)
    return [
        Member(short(row.id), row.lang, row.country, row.joined, *asked.get(row.id, (0, 0)), rests.until(panel, row.id)) for row in rows
    ]
