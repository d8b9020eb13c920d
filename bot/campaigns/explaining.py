"""Why a campaign has no invitation for a customer, in an operator's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, literal, select

from bot.campaigns.definition import Definition
from bot.campaigns.draws import draw_of
from bot.campaigns.moments import due_here, next_moment
from bot.campaigns.planning import Audience, told_by
from bot.campaigns.rule import customer_facts, fits, named_facts
from bot.campaigns.triggered import facts_of, is_drawn, is_kept_back
from bot.invitations.places import zone_of
from storage.campaigns import CampaignState
from storage.queries.campaigns import in_states, waves_of
from storage.queries.consents import has_spoken
from storage.queries.panels import is_member
from storage.queries.touchpoints import newest_touchpoint_of, newest_touchpoints

__all__ = ["left_out"]

_NOT_OVER = (CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED)


def left_out(conn: Connection, customer: Any, invited: set[str], zone: ZoneInfo, now: datetime) -> Iterator[tuple[str, str]]:
    """Of each campaign that is not over and has not `invited` them: its name, and why not. `zone` is the shop's."""
    for campaign in in_states(conn, _NOT_OVER):
        if campaign.name not in invited:
            definition = Definition.model_validate(campaign.definition)
            paused = "; and it is paused" if campaign.state == CampaignState.PAUSED else ""
            about = _after if definition.when.after is not None else _by_the_clock
            yield campaign.name, about(conn, campaign, definition, customer, zone, now) + paused


def _by_the_clock(conn: Connection, campaign: Any, definition: Definition, customer: Any, zone: ZoneInfo, now: datetime) -> str:
    waves = waves_of(conn, campaign.id)
    audience = Audience(definition, waves[-1].number if waves else 1)
    if definition.panel and not conn.execute(select(is_member(definition.panel, literal(customer.id)))).scalar():
        return f"they are not in the panel {definition.panel}"
    if definition.new_to and conn.execute(select(has_spoken(definition.new_to, literal(customer.id)))).scalar():
        return f"they have said yes or no to {definition.new_to} already"
    told = told_by(newest_touchpoints(conn, [customer.id]).get(customer.id), now)
    if not fits(definition.audience, customer_facts(customer), told):
        return _not_of_audience(definition, customer_facts(customer), told)
    if not audience.draw("sample").below(customer.id, definition.sample):
        return "they were not drawn into its sample"
    if (parts := definition.when.rotate) > 1:
        part = draw_of(f"{definition.name} rotation").part(customer.id, parts)
        if part != (audience.number - 1) % parts:
            return f"they are in part {part + 1} of {parts}, whose turn is not in wave {audience.number}"
    if audience.draw("control").below(customer.id, definition.control):
        return "they are kept back, for comparison"
    following = next_moment(definition, zone, now)
    if following is None:
        return "it is about to be planned" if not waves else "they came to us when it was planned already"
    theirs = due_here(following, zone, customer.timezone, customer.country)
    when = theirs.astimezone(zone_of(customer.timezone, customer.country, zone))
    return f"it asks them {'' if definition.when.at else 'at the earliest '}on {when:%a %d %b %Y, %H:%M}"


def _after(conn: Connection, campaign: Any, definition: Definition, customer: Any, zone: ZoneInfo, now: datetime) -> str:
    kind = definition.when.after or ""
    one = newest_touchpoint_of(conn, customer.id, kind, campaign.scheduled_at)
    if one is None:
        return f'no "{kind}" of theirs was told since it was scheduled, on {campaign.scheduled_at.astimezone(zone):%a %d %b %Y, %H:%M}'
    told = facts_of(one, now)
    if not fits(definition.audience, customer_facts(customer), told):
        return _not_of_audience(definition, customer_facts(customer), told)
    if not is_drawn(one, definition):
        return "they were not drawn into its sample"
    if is_kept_back(one, definition):
        return "they are kept back, for comparison"
    return "it is about to be planned, unless they are asked the same about that order already"


def _not_of_audience(definition: Definition, customer: Mapping[str, Any], touchpoint: Mapping[str, Any]) -> str:
    told: dict[str, Mapping[str, Any]] = {"customer": customer, "touchpoint": touchpoint}
    unknown = [fact for fact in named_facts(definition.audience) if fact.partition(".")[2] not in told[fact.partition(".")[0]]]
    why = f"; not known of them: {', '.join(unknown)}" if unknown else ""
    return f"they are not in its audience, {definition.audience}{why}"
