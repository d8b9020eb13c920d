"""What the page of one campaign shows: how far it has come, whom it would reach, and how it begins on each platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.comparing import Compared, Scored, compared, scored
from bot.campaigns.definition import Definition
from bot.campaigns.effect import Effect, effect_of
from bot.campaigns.previewing import Shown
from bot.campaigns.progress import Progress, progress_of
from bot.campaigns.reaching import Reach, reach
from storage.invitations import InvitationState
from storage.queries.campaigns import campaign_named, states_of

__all__ = ["CampaignSheet", "campaign_sheet", "together"]

_COURSE = list(InvitationState)


@dataclass(frozen=True, slots=True)
class CampaignSheet:
    campaign: Any
    definition: Definition
    progress: Progress
    counts: list[Any]
    reached: Reach | None
    """Whom it would ask now, where that was wished for."""
    effect: Effect | None
    """What asking did, where that was wished for."""

    @property
    def states(self) -> list[tuple[tuple[str, str], int]]:
        """How many invitations are in each state for each reason, in the course that an invitation takes."""
        sums: Counter[tuple[str, str]] = Counter()
        for _, _, state, reason, n in self.counts:
            sums[state, reason] += n
        return sorted(sums.items(), key=lambda one: (_COURSE.index(InvitationState(one[0][0])), one[0][1]))

    @property
    def wordings(self) -> list[Compared]:
        return compared(self.definition, self.counts) if len(self.definition.arms) > 1 else []

    @property
    def scores(self) -> list[Scored]:
        return scored(self.definition, self.progress.scores)


def campaign_sheet(conn: Connection, name: str, now: datetime, *, counting: bool, comparing: bool) -> CampaignSheet | None:
    campaign = campaign_named(conn, name, lock=False)
    if campaign is None:
        return None
    progress = progress_of(conn, campaign)  # what an open page is told changes of is read first: nothing else on it is older
    definition = Definition.model_validate(campaign.definition)
    reached = reach(conn, definition, now) if counting else None
    effect = effect_of(conn, campaign, now) if comparing else None
    return CampaignSheet(campaign, definition, progress, list(states_of(conn, campaign.id)), reached, effect)


def together(messages: Iterable[Shown]) -> list[tuple[list[str], Shown]]:
    """Each message once, with all the platforms where it looks the same."""

    def looks(message: Shown) -> Shown:
        return replace(message, platform="")

    return [([one.platform for one in same], look) for look, same in groupby(messages, looks)]
