"""Writing to those who said yes, each in their own chat and by day: a seat, a reminder, that it is called off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.campaigns.focus.meeting import Meeting
from bot.campaigns.focus.wording import clock_time, said
from bot.invitations.daytime import next_daytime
from bot.invitations.knowing import is_blocked
from channels.contract import Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.ids import short
from storage.outbox import Message, Priority
from storage.queries.addresses import ways_to
from storage.queries.outbox import known_keys

__all__ = ["by_day", "tell", "who_may_be_told"]

_message = Message.__table__  # type: ignore[attr-defined]
_AWAKE = timedelta(minutes=10)
"""After their own yes somebody is answered at any hour."""


def by_day(at: Meeting, customer: Any) -> datetime:
    """When they can be told: now, or, where it is night or a holiday for them, once that is over. Where that would be after the
    beginning it is now: who has agreed to talk at night is told at night."""
    zone, country = at.host.policy.place(customer.timezone, customer.country)
    day = next_daytime(at.now, zone, country, at.host.policy.quiet_hours)
    return day if day and day < at.row.begins_at else at.now


def who_may_be_told(at: Meeting, customers: Iterable[Any]) -> list[Any]:
    """Those for whom it is day, and those who have only just said yes."""
    return [one for one in customers if at.now - one.agreed_at < _AWAKE or by_day(at, one) == at.now]


def tell(at: Meeting, what: str, customers: Iterable[Any]) -> None:
    """Tell each of them once, by day, and in the group's own account where they can be reached there."""
    waiting = {at.key(f"{what}.{short(customer.id)}"): customer for customer in customers}
    new = {key: waiting[key] for key in waiting.keys() - known_keys(at.conn, waiting)}
    here_first = sorted(at.host.platforms, key=lambda account: account != at.row.account)
    ways = ways_to(at.conn, {customer.id for customer in new.values()}, here_first)
    rows = []
    for key, customer in new.items():
        theirs = ways.get(customer.id, ())
        reachable = [way.address for way in theirs if way.address.reachable]
        if not reachable or is_blocked(theirs):
            continue
        to = next((one for one in reachable if one.account == at.row.account), reachable[0])
        zone, _ = at.host.policy.place(customer.timezone, customer.country)
        when = clock_time(at.row.begins_at.astimezone(zone), at.group.lang)
        say = Say(said(at.group, what, at.host.shop, when=when), key=key, lang=at.group.lang)
        due = at.now if customer in who_may_be_told(at, [customer]) else by_day(at, customer)
        where = {"channel": to.channel, "account": to.account, "address": to.native_id}
        rows.append(message_row(say, priority=Priority.REPLY, now=at.now, due_at=due, customer_id=customer.id, **where))
    insert_many(at.conn, _message, rows, ignore=True)
