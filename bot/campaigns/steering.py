"""What an operator does with a campaign: draft → scheduled → running ⇄ paused → done or cancelled."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.moments import has_passed
from bot.campaigns.wordings import surveys_of
from bot.invitations.limits import Used
from bot.mistake import Mistake
from bot.surveys.definition import Survey
from bot.surveys.publishing import publish
from storage.campaigns import CampaignState
from storage.queries.campaigns import add_campaign, campaign_named, change_campaign, expire_later, remove_campaign, waves_of
from storage.queries.invitations import newest_versions
from storage.queries.panels import panel_named
from storage.queries.recalling import recall_waves

__all__ = ["EDITABLE", "cancel", "change_limits", "discard", "draft", "known_campaign", "pause", "resume", "schedule"]

log = logging.getLogger(__name__)

EDITABLE = ("expires", "quota", "per_day", "reminders")
"""What may change while a campaign runs: the limits of what is still to come. Who is asked what stays as it was begun."""

_ALIVE = (CampaignState.SCHEDULED, CampaignState.RUNNING)


def draft(conn: Connection, definition: Definition, now: datetime) -> CampaignState:
    """Keep the campaign as a draft, or change the one of that name as far as that harms nobody; gives back its state.

    Raises:
        Mistake: it runs already, and more than its limits would change; or it is over.
    """
    known = campaign_named(conn, definition.name)
    written = definition.model_dump(mode="json", exclude_defaults=True)
    if known is None:
        add_campaign(conn, definition.name, definition.survey, written, now)
        return CampaignState.DRAFT
    state = CampaignState(known.state)
    if state in (CampaignState.DONE, CampaignState.CANCELLED):
        raise Mistake(
            f'the campaign "{definition.name}" is {state}', "give the new one a name of its own", "campaign_over", name=definition.name
        )
    if state is not CampaignState.DRAFT:
        before = Definition.model_validate(known.definition)
        changed = [name for name in Definition.model_fields if getattr(before, name) != getattr(definition, name)]
        if harmful := [name for name in changed if name not in EDITABLE]:
            raise Mistake(
                f'the campaign "{definition.name}" is {state}: {", ".join(harmful)} can no longer change',
                f"change {', '.join(EDITABLE)} only, or cancel it and draft another under a new name",
                "campaign_begun",
                name=definition.name,
                harmful=", ".join(harmful),
                may=", ".join(EDITABLE),
            )
        if later := definition.expires - before.expires:
            expire_later(conn, [wave.id for wave in waves_of(conn, known.id)], later)
    change_campaign(conn, known.id, definition=written, survey=definition.survey)
    return state


def change_limits(conn: Connection, name: str, limits: Mapping[str, Any], now: datetime) -> None:
    """Change the `EDITABLE` limits of a campaign that is not over; None takes a limit away.

    Raises:
        Mistake: there is no such campaign, it is over, or a limit cannot be so.
    """
    campaign = _in_state(conn, name, CampaignState.DRAFT, CampaignState.PAUSED, *_ALIVE)
    changed = {key: value for key, value in {**campaign.definition, **limits}.items() if value is not None}
    try:
        definition = Definition.model_validate(changed)
    except ValueError:
        raise Mistake(
            "a limit cannot be so", 'write expires = "7d", from "1h" to "365d"; quota and per_day as whole numbers from 1', "limits"
        ) from None
    draft(conn, definition, now)


def schedule(conn: Connection, name: str, survey: Callable[[str], Survey | None], now: datetime) -> None:
    """Let the campaign begin when its time comes: its wordings are published as they stand.

    Raises:
        Mistake: it is no draft, its survey is gone, its moment has passed, or a wording of it would be taken for another survey.
    """
    campaign = _in_state(conn, name, CampaignState.DRAFT)
    definition = Definition.model_validate(campaign.definition)
    if has_passed(definition, now):
        raise Mistake(
            f'the moment of the campaign "{name}", {definition.when.at:%Y-%m-%d %H:%M}, has passed everywhere',
            "write a later one under [when], at = …, and keep it again: makegood campaign new",
            "campaign_passed",
            at=f"{definition.when.at:%Y-%m-%d %H:%M}",
        )
    asked = survey(definition.survey)
    if asked is None:
        raise Mistake(
            f'the campaign "{name}" asks "{definition.survey}", and there is no such survey',
            "publish it first: makegood survey publish",
            "campaign_no_survey",
            survey=definition.survey,
        )
    if definition.panel and panel_named(conn, definition.panel) is None:
        what = f'the campaign "{name}" asks the panel "{definition.panel}", and there is none'
        raise Mistake(what, "see: makegood panel list", "no_panel", name=definition.panel)
    worded = [one for arm, one in surveys_of(definition, asked).items() if arm != "own"]
    if taken := next(iter(newest_versions(conn, {one.name for one in worded})), None):
        raise Mistake(
            f'the wordings of the campaign "{name}" would be published as surveys, and there is a survey "{taken}" already',
            "give the wording or the campaign another name, and keep it again: makegood campaign new",
            "wording_taken",
            survey=taken,
        )
    for one in worded:
        publish(conn, one, now)
    change_campaign(conn, campaign.id, state=CampaignState.SCHEDULED.value, scheduled_at=now, reason="")
    log.info("campaign_scheduled", extra={"campaign": name})


def pause(conn: Connection, name: str, now: datetime, zone: ZoneInfo, *, reason: str = "") -> None:
    """Send nothing more of it: what waits in the outbox is taken back, and only what is in the sender's hands still leaves.

    By the shop's clock, `zone`, what is taken back no longer counts among what its day allows.
    """
    campaign = _in_state(conn, name, *_ALIVE)
    change_campaign(conn, campaign.id, state=CampaignState.PAUSED.value, reason=reason)
    recalled = recall_waves(conn, [wave.id for wave in waves_of(conn, campaign.id)], now)
    Used.give_back(conn, recalled.sent, zone)
    log.info("campaign_paused", extra={"campaign": name, "recalled": recalled.messages})


def resume(conn: Connection, name: str) -> None:
    campaign = _in_state(conn, name, CampaignState.PAUSED)
    began = bool(waves_of(conn, campaign.id))
    state = CampaignState.RUNNING if began else CampaignState.SCHEDULED
    change_campaign(conn, campaign.id, state=state.value, reason="")
    log.info("campaign_resumed", extra={"campaign": name})


def discard(conn: Connection, name: str) -> None:
    """A draft goes without a trace: nobody was asked, and its name is free again."""
    remove_campaign(conn, _in_state(conn, name, CampaignState.DRAFT).id)
    log.info("campaign_discarded", extra={"campaign": name})


def cancel(conn: Connection, name: str, now: datetime) -> None:
    """End for good what was scheduled. What was sent may still be answered."""
    campaign = _in_state(conn, name, CampaignState.PAUSED, *_ALIVE)
    change_campaign(conn, campaign.id, state=CampaignState.CANCELLED.value)
    recall_waves(conn, [wave.id for wave in waves_of(conn, campaign.id)], now)
    log.info("campaign_cancelled", extra={"campaign": name})


def known_campaign(conn: Connection, name: str, *, lock: bool = False) -> Any:
    """The campaign of that name. Raises Mistake: there is none."""
    campaign = campaign_named(conn, name, lock=lock)
    if campaign is None:
        raise Mistake(f'there is no campaign "{name}"', "see: makegood campaign list", "no_campaign", name=name)
    return campaign


def _in_state(conn: Connection, name: str, *states: CampaignState) -> Any:
    campaign = known_campaign(conn, name, lock=True)
    if campaign.state not in states:
        raise Mistake(f'the campaign "{name}" is {campaign.state}', f"this can be done while it is {' or '.join(states)}", "moved_on")
    return campaign
