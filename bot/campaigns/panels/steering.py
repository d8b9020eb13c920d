"""What an operator does with a panel: found it, invite to it, take somebody out of it."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.campaigns.definition import Definition as Campaign
from bot.campaigns.panels.definition import Definition, invitation_to, survey_name
from bot.campaigns.rounds import inviting_already, rounds_under_way
from bot.campaigns.rule import check_rule
from bot.campaigns.steering import draft, schedule
from bot.mistake import Mistake
from bot.surveys.publishing import load_versions, publish
from storage.focus import purpose_of as focus_purpose
from storage.ids import short
from storage.panels import purpose_of
from storage.queries.campaigns import campaign_named
from storage.queries.consents import add_consent, agreed_to
from storage.queries.explaining import customers_named
from storage.queries.focus import unended
from storage.queries.panels import add_panel, panel_named, panels_of, write_consent

__all__ = ["audience_of", "check_inviting", "found_panel", "invitation_of", "invite_to_panel", "known_panel", "rounds_to", "take_out"]

log = logging.getLogger(__name__)


def found_panel(conn: Connection, panel: Definition, now: datetime) -> None:
    """Raises Mistake where there is one of that name: its members have agreed to what it was."""
    if panel_named(conn, panel.name) is not None:
        raise Mistake(f'there is a panel "{panel.name}" already', "give the new one a name of its own", "panel_taken", name=panel.name)
    add_panel(conn, panel.name, panel.most, int(panel.every.total_seconds()), panel.about, now)
    publish(conn, invitation_to(panel), now)
    log.info("panel_founded", extra={"panel": panel.name})


def known_panel(conn: Connection, name: str, *, lock: bool = False) -> Any:
    """With `lock`, locked on PostgreSQL. Raises Mistake where there is no such panel."""
    panel = panel_named(conn, name, lock=lock)
    if panel is None:
        raise Mistake(f'there is no panel "{name}"', "see: makegood panel list", "no_panel", name=name)
    return panel


def audience_of(rule: str) -> str:
    """Whom to invite, as a rule of campaigns. Raises Mistake where it is none."""
    try:
        return check_rule(rule.strip())
    except ValueError as wrong:
        what, _, remedy = str(wrong).partition("; ")
        if stranger := re.match(r"uses (\w+)", what):
            raise Mistake(f"the audience {what}", remedy, "audience_uses", name=stranger[1]) from None
        place = re.search(r"character (\d+)", what)
        raise Mistake(f"the audience {what}", remedy, "audience", at=place[1] if place else None) from None


def invitation_of(conn: Connection, panel: str, audience: str, zone: ZoneInfo, now: datetime) -> Campaign:
    """The campaign that would ask the audience whether they would join."""
    survey = survey_name(panel)
    name = next(f"{survey}-{n}" for n in range(1, 10_000) if campaign_named(conn, f"{survey}-{n}", lock=False) is None)
    moment = now.astimezone(zone).replace(tzinfo=None, microsecond=0)
    asked = {"name": name, "survey": survey, "audience": audience, "new_to": purpose_of(panel)}
    return Campaign.model_validate({**asked, "when": {"at": moment}, "reminders": 0})


def rounds_to(conn: Connection, panel: str, audience: str) -> list[Any]:
    """The campaigns that are asking this audience already whether they would join."""
    survey = survey_name(panel)
    return [one for one in rounds_under_way(conn, survey, rf"{survey}-\d+") if Campaign.model_validate(one.definition).audience == audience]


def check_inviting(conn: Connection, panel: str, audience: str, *, lock: bool = False) -> None:
    """With `lock`, nobody else begins meanwhile. Raises Mistake as `invite_to_panel`."""
    known_panel(conn, panel, lock=lock)
    if rounds := rounds_to(conn, panel, audience):
        raise inviting_already(conn, survey_name(panel), rounds)


def invite_to_panel(conn: Connection, panel: str, audience: str, zone: ZoneInfo, now: datetime) -> str:
    """Begin a campaign that asks the audience whether they would join; gives back its name.

    Raises:
        Mistake: there is no such panel, or they are being asked already.
    """
    check_inviting(conn, panel, audience, lock=True)
    campaign = invitation_of(conn, panel, audience, zone, now)
    newest = {found.name: found for found in load_versions(conn).values()}
    draft(conn, campaign, now)
    schedule(conn, campaign.name, newest.get, now)
    return campaign.name


def take_out(conn: Connection, panel: str, who: str, now: datetime) -> None:
    """Note that somebody has left, who said so elsewhere; they sit in none of its focus groups either.

    Raises:
        Mistake: there is no such panel, or no member bears that name, or several do.
    """
    known_panel(conn, panel)
    named = customers_named(conn, who)
    if not named:
        raise Mistake(f'nobody is known as "{who}"', "write your own id for them, or a platform's name for their chat", "nobody", who=who)
    members = [one for one in named if purpose_of(panel) in panels_of(conn, one.id)]
    if not members:
        raise Mistake(f'"{who}" is not in the panel "{panel}"', f"see: makegood panel members {panel}", "not_in_panel", who=who, name=panel)
    if len(members) > 1:
        numbers = ", ".join(short(one.id) for one in members)
        what = f'several members are called "{who}"'
        raise Mistake(what, f"write our number for the one you mean: {numbers}", "several", who=who, named=numbers)
    (customer,) = members
    write_consent(conn, customer.id, panel, False, "operator", now)
    for group in unended(conn):
        if group.definition["panel"] == panel and agreed_to(conn, customer.id, focus_purpose(group.name)):
            add_consent(conn, customer.id, focus_purpose(group.name), granted=False, source="operator", now=now)
    log.info("panel_left", extra={"panel": panel, "customer": customer.id})
