"""Planning waves: chunk by chunk through the audience, each chunk and how far it came in one transaction.

Killed anywhere, it goes on after the last chunk. A chunk done twice changes nothing: a wave is one matter, and a customer
is asked once about a matter.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, false, true

from bot.campaigns.definition import Definition
from bot.campaigns.draws import draw_of
from bot.campaigns.moments import due_here, is_over, wave_moment
from bot.campaigns.rule import customer_facts, fits, names_touchpoint
from bot.campaigns.translation import translated
from bot.campaigns.triggered import facts_of, plan_triggered
from bot.campaigns.wordings import survey_of_arm
from storage.among import one_of
from storage.campaigns import CampaignState
from storage.customers import Customer
from storage.database import Database
from storage.ids import short
from storage.queries.campaigns import begin_wave, change_campaign, change_wave, in_states, waves_of
from storage.queries.consents import has_spoken
from storage.queries.invitations import newest_versions
from storage.queries.panels import is_member
from storage.queries.rounds import may_answer
from storage.queries.touchpoints import newest_touchpoints
from storage.queries.waves import Arm, Place, Stretch, count_in, customers_in, invite, places_in, stretch_after
from storage.queries.working_campaigns import held

__all__ = ["CHUNK", "Audience", "plan_campaigns", "plan_chunk", "told_by"]

log = logging.getLogger(__name__)

CHUNK = 5_000
"""Customers of one transaction."""
_ALIVE = (CampaignState.SCHEDULED, CampaignState.RUNNING)
_customer = Customer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked in one wave of a campaign, as conditions on a stretch of the customers."""

    definition: Definition
    number: int
    """Of the wave."""

    @property
    def surveys(self) -> list[str]:
        """Of its wordings."""
        return [survey_of_arm(self.definition, arm) for arm in self.definition.arms]

    def draw(self, what: str) -> Any:
        return draw_of(f"{self.definition.name} {self.number} {what}")

    def wanted(self, conn: Connection, stretch: Stretch, now: datetime) -> list[ColumnElement[bool]]:
        definition, conditions = self.definition, [self._by_rule(conn, stretch, now)]
        if definition.panel:
            conditions.append(is_member(definition.panel, _customer.c.id))
        if definition.new_to:
            conditions.append(~has_spoken(definition.new_to, _customer.c.id))
            conditions.append(~may_answer(self.surveys, _customer.c.id))
        if definition.sample < 1:
            conditions.append(self.draw("sample").below(_customer.c.id, definition.sample))
        if (parts := definition.when.rotate) > 1:
            # Not by the wave's name: everybody keeps their part, and so is asked once a round.
            conditions.append(draw_of(f"{definition.name} rotation").part(_customer.c.id, parts) == (self.number - 1) % parts)
        return conditions

    def control(self) -> ColumnElement[bool]:
        share = self.definition.control
        return self.draw("control").below(_customer.c.id, share) if share else false()

    def arm(self, place: int) -> ColumnElement[bool]:
        arms = self.definition.arms
        return true() if len(arms) == 1 else self.draw("wording").part(_customer.c.id, len(arms)) == place

    def _by_rule(self, conn: Connection, stretch: Stretch, now: datetime) -> ColumnElement[bool]:
        rule = self.definition.audience
        if (condition := translated(rule, _customer, conn.dialect.name)) is not None:
            return condition
        customers = customers_in(conn, stretch)
        latest = newest_touchpoints(conn, [one.id for one in customers]) if names_touchpoint(rule) else {}
        return one_of(_customer.c.id, [one.id for one in customers if fits(rule, customer_facts(one), told_by(latest.get(one.id), now))])


def told_by(touchpoint: Any, now: datetime) -> dict[str, Any]:
    """What a rule can say about a touchpoint; nothing where there is none."""
    return {} if touchpoint is None else facts_of(touchpoint, now)


def plan_chunk(conn: Connection, campaign: Any, zone: ZoneInfo, now: datetime, *, chunk: int = CHUNK) -> int:
    """Plan the next chunk of the first wave that is not ready yet of this campaign, which is held (`storage.queries.working_campaigns`);
    gives back how many customers were looked at."""
    definition = Definition.model_validate(campaign.definition)
    wave = next((wave for wave in waves_of(conn, campaign.id, ended=False) if wave.state == "planned"), None)
    if wave is None:
        return 0
    # One begun goes on: those left are told of as expired, and those invited already are settled, or sent on a later day of it.
    if not wave.cursor and is_over(definition, wave.due_at, now):
        change_wave(conn, wave.id, state="missed", ended_at=now)
        log.warning("wave_missed", extra={"campaign": campaign.name, "wave": wave.number})
        return 0
    if definition.when.after is not None:
        return plan_triggered(conn, campaign, definition, wave, zone, now, chunk)
    stretch = stretch_after(conn, wave.cursor, chunk, lock=True)
    if stretch is None:
        change_wave(conn, wave.id, state="ready", planned_at=now)
        log.info("wave_planned", extra={"campaign": campaign.name, "wave": wave.number, "chosen": wave.chosen})
        return 0
    audience = Audience(definition, wave.number)
    wanted, control = audience.wanted(conn, stretch, now), audience.control()
    versions = newest_versions(conn, set(audience.surveys))
    per_day = definition.per_day or 0
    days = range(wave.chosen // per_day, (wave.chosen + stretch.count) // per_day + 1) if per_day else range(1)
    chosen = invite(
        conn,
        stretch,
        wave_id=wave.id,
        matter=f"wave:{short(wave.id)}",
        wanted=wanted,
        control=control,
        arms=[Arm(survey, versions[survey].id, audience.arm(place)) for place, survey in enumerate(audience.surveys)],
        places=_places(conn, stretch, definition, wave.due_at, zone, days),
        elsewhere=_place(definition, wave.due_at, zone, "", "", 0),
        offset=wave.chosen,
        per_day=per_day,
        # Those kept back come last: they take nothing of a day, and are given days as the others have.
        order=[control, audience.draw("order").lot(_customer.c.id)] if per_day else [],
        now=now,
    )
    kept_back = count_in(conn, stretch, [*wanted, control]) if definition.control else 0
    counts = {"seen": wave.seen + stretch.count, "chosen": wave.chosen + chosen - kept_back, "control": wave.control + kept_back}
    change_wave(conn, wave.id, cursor=stretch.last, **counts)
    return stretch.count


def _places(conn: Connection, stretch: Stretch, definition: Definition, moment: datetime, zone: ZoneInfo, days: range) -> list[Place]:
    there = places_in(conn, stretch)
    return [_place(definition, moment, zone, row.timezone, row.country, day) for row in there for day in days]


def _place(definition: Definition, moment: datetime, zone: ZoneInfo, timezone: str, country: str, day: int) -> Place:
    due_at = due_here(moment, zone, timezone, country, days=day)
    return Place(timezone, country, day, due_at, due_at + definition.expires)


async def plan_campaigns(database: Database, zone: ZoneInfo, now: datetime, *, chunk: int = CHUNK) -> int:
    """Begin the waves whose time has come, and plan every running campaign to the end; gives back how many were looked at.

    May be stopped and started anywhere, and run by two at a time. A campaign that is paused meanwhile is left within a chunk.
    """

    def begin(conn: Connection, campaign_id: int) -> None:
        campaign = held(conn, campaign_id)
        definition = Definition.model_validate(campaign.definition)
        moment = wave_moment(definition, zone, now, campaign.scheduled_at)
        if campaign.state in _ALIVE and moment is not None:
            # Where the shop's clock is another one since, the moment is: that is no reason to ask everybody again.
            begin_wave(conn, campaign.id, moment, only=definition.when.cron is None)
            change_campaign(conn, campaign.id, state=CampaignState.RUNNING.value)

    def go_on(conn: Connection, campaign_id: int) -> int:
        campaign = held(conn, campaign_id)
        return plan_chunk(conn, campaign, zone, now, chunk=chunk) if campaign.state == CampaignState.RUNNING else 0

    total, broken = 0, list[Exception]()
    async with database.read() as conn:
        ids = [campaign.id for campaign in await conn.run_sync(in_states, _ALIVE)]
    for campaign_id in ids:
        try:
            await database.write(partial(begin, campaign_id=campaign_id))
            while seen := await database.write(partial(go_on, campaign_id=campaign_id)):
                total += seen
        except Exception as error:  # a bug, or no database: the other campaigns do not wait for it
            broken.append(error)
    if broken:
        raise broken[0]
    return total
