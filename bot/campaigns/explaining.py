"""Why a customer is written to, or is not: what the policy says, and why a campaign has no invitation for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, literal, select

from bot.campaigns.definition import Definition
from bot.campaigns.draws import draw_of
from bot.campaigns.moments import due_here, next_moment
from bot.campaigns.planning import Audience, told_by
from bot.campaigns.rule import customer_facts, fits, named_facts
from bot.campaigns.triggered import facts_of, is_drawn, is_kept_back
from bot.invitations.explaining import Why, explain
from bot.invitations.places import zone_of
from bot.invitations.sending import Outreach
from storage.campaigns import CampaignState
from storage.queries.campaigns import in_states, waves_of
from storage.queries.consents import has_spoken
from storage.queries.panels import is_member
from storage.queries.rounds import may_answer
from storage.queries.touchpoints import newest_touchpoint_of, newest_touchpoints

__all__ = ["LeftOut", "left_out", "why_of"]

_NOT_OVER = (CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A campaign that has no invitation for somebody. `reason` is the key of a sentence of the console's `left_out`, which `facts`
    fill; moments among them are on the clock that they are to be told on."""

    campaign: str
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    paused: bool = False


def why_of(conn: Connection, outreach: Outreach, customer: Any, now: datetime) -> tuple[Why, list[LeftOut]]:
    """What becomes of a new invitation and of each of theirs, and the campaigns that have none for them."""
    why = explain(conn, outreach, customer, now)
    invited = {one.campaign for one in why.invitations}
    return why, list(left_out(conn, customer, invited, outreach.policy.timezone, now))


def left_out(conn: Connection, customer: Any, invited: set[str], zone: ZoneInfo, now: datetime) -> Iterator[LeftOut]:
    """Each campaign that is not over and has not `invited` them. `zone` is the shop's."""
    for campaign in in_states(conn, _NOT_OVER):
        if campaign.name not in invited:
            definition = Definition.model_validate(campaign.definition)
            about = _after if definition.when.after is not None else _by_the_clock
            yield replace(about(conn, campaign, definition, customer, zone, now), paused=campaign.state == CampaignState.PAUSED)


def _by_the_clock(conn: Connection, campaign: Any, definition: Definition, customer: Any, zone: ZoneInfo, now: datetime) -> LeftOut:
    why = partial(LeftOut, definition.name)
    last = next(reversed(waves_of(conn, campaign.id)), None)
    passed = last is not None and (last.state != "planned" or customer.id <= last.cursor)
    again = passed and definition.when.cron is not None
    audience = Audience(definition, 1 if last is None else last.number + again)
    if definition.panel and not conn.execute(select(is_member(definition.panel, literal(customer.id)))).scalar():
        return why("panel", {"panel": definition.panel})
    if definition.new_to and conn.execute(select(has_spoken(definition.new_to, literal(customer.id)))).scalar():
        return why("answered", {"purpose": definition.new_to})
    if definition.new_to and conn.execute(select(may_answer(audience.surveys, literal(customer.id)))).scalar():
        return why("may_answer")
    told = told_by(newest_touchpoints(conn, [customer.id]).get(customer.id), now)
    if not fits(definition.audience, customer_facts(customer), told):
        return _not_of_audience(definition, customer_facts(customer), told)
    if not audience.draw("sample").below(customer.id, definition.sample):
        return why("sample")
    if (parts := definition.when.rotate) > 1:
        part = draw_of(f"{definition.name} rotation").part(customer.id, parts)
        if part != (audience.number - 1) % parts:
            return why("rotation", {"part": part + 1, "parts": parts, "wave": audience.number})
    if audience.draw("control").below(customer.id, definition.control):
        return why("control")
    since = max(now, last.due_at + timedelta(seconds=1)) if last is not None and again else now
    following = next_moment(definition, zone, since) if again or not passed else None
    if following is None:
        return why("came_later" if passed else "soon")
    theirs = due_here(following, zone, customer.timezone, customer.country)
    at = theirs.astimezone(zone_of(customer.timezone, customer.country, zone))
    return why("asks_at" if definition.when.at else "asks_from", {"at": at})


def _after(conn: Connection, campaign: Any, definition: Definition, customer: Any, zone: ZoneInfo, now: datetime) -> LeftOut:
    why, kind = partial(LeftOut, definition.name), definition.when.after or ""
    one = newest_touchpoint_of(conn, customer.id, kind, campaign.scheduled_at)
    if one is None:
        return why("no_touchpoint", {"kind": kind, "at": campaign.scheduled_at.astimezone(zone)})
    told = facts_of(one, now)
    if not fits(definition.audience, customer_facts(customer), told):
        return _not_of_audience(definition, customer_facts(customer), told)
    if not is_drawn(one, definition):
        return why("sample")
    if is_kept_back(one, definition):
        return why("control")
    return why("soon_or_asked")


def _not_of_audience(definition: Definition, customer: Mapping[str, Any], touchpoint: Mapping[str, Any]) -> LeftOut:
    told: dict[str, Mapping[str, Any]] = {"customer": customer, "touchpoint": touchpoint}
    unknown = [fact for fact in named_facts(definition.audience) if fact.partition(".")[2] not in told[fact.partition(".")[0]]]
    return LeftOut(definition.name, "audience", {"rule": definition.audience} | ({"unknown": ", ".join(unknown)} if unknown else {}))
