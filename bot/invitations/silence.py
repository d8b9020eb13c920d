"""What silence in a dialog leads to: a reminder, more waiting, or the dialog's end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.dialog import DialogState
from bot.dialogs.reminding import remind
from bot.dialogs.stored import dialog_from_json, dialog_to_json
from bot.invitations.knowing import Customers
from bot.invitations.limits import limits_of
from bot.invitations.policy import Known, Not, Policy, may_remind
from bot.invitations.room import Room
from bot.invitations.sending import Outreach
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.campaigns import CampaignState
from storage.database import Database
from storage.invitations import InvitationState
from storage.outbox import Message, Priority
from storage.queries.invitations import change_invitations
from storage.queries.recalling import STALE_AFTER
from storage.queries.silence import change_dialogs, silent_dialogs
from storage.queries.working_campaigns import hold_running

__all__ = ["REMIND_EVERY", "Over", "Remind", "Wait", "remind_silent", "what_now"]

log = logging.getLogger(__name__)

CHUNK = 300
"""Dialogs of one transaction."""
REMIND_EVERY = timedelta(seconds=30)
FILL = REMIND_EVERY / 2
"""How far ahead of the sender the outbox is filled with reminders, at each look: the other half of the time is for invitations."""

Row = dict[str, Any]
_message = Message.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Remind:
    """Put the question once more."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Leave them in peace, and look again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """They will not answer any more."""


def what_now(policy: Policy, known: Known | None, reminders: int, last_said_at: datetime, now: datetime) -> Remind | Wait | Over:
    """What to do about a dialog in which nobody has said anything since `last_said_at`, after so many `reminders`.

    `known` is the customer as the contact policy sees them; None where we did not write first, and nobody is reminded of a
    conversation that they began. After less than none they have had only what stands before the question: what was begun is finished.
    """
    over_at = last_said_at + policy.grace
    if now >= over_at:
        return Over()
    if known is None or reminders >= policy.reminders:
        return Wait(over_at)
    remind_at = last_said_at + policy.remind_after
    if reminders < 0:
        known = replace(known, quota_full=False, expires_at=max(known.expires_at, over_at))
    elif now < remind_at:
        return Wait(min(remind_at, over_at))
    # It goes through the outbox: it must be right also at the end of the time that it may wait there.
    for moment in (now, now + STALE_AFTER):
        if isinstance(verdict := may_remind(policy, known, moment), Not):
            return Wait(min(verdict.until or over_at, over_at))
    return Remind()


async def remind_silent(
    database: Database,
    outreach: Outreach,
    now: datetime,
    *,
    hand_over: Callable[[Sequence[Row]], None] = lambda _: None,
    chunk: int = CHUNK,
) -> Counter[str]:
    """Look at every dialog whose silence is due to be looked at. May be stopped and started anywhere.

    Where an account's outbox has no room for more reminders, those there are looked at again the next time.
    `hand_over` is called after each commit with the rows of the reminders that went into the outbox.
    Gives back how many customers were `reminded`, how many dialogs are `over`, and how many wait (`waiting`).
    """
    total: Counter[str] = Counter()
    room = await database.write(lambda conn: Room.read(conn, outreach.rooms(FILL), now))
    while True:
        looking = partial(_look_at_chunk, outreach=outreach, room=room, now=now, limit=chunk)
        tally, messages, room = await database.write(looking)
        if messages:
            hand_over(messages)
        if not tally:
            break
        total += tally
    if total:
        log.info("silence_looked_at", extra=dict(total))
    return total


def _look_at_chunk(conn: Connection, outreach: Outreach, room: Room, now: datetime, limit: int) -> tuple[Counter[str], Sequence[Row], Room]:
    room = room.copy()  # this may be done again, after it was rolled back
    hold_running(conn)
    silent = silent_dialogs(conn, now, limit, but_not=[account for account, left in room.left.items() if not left])
    if not silent:
        return Counter(), (), room
    customers = _customers(conn, outreach, silent, now)
    tally: Counter[str] = Counter()
    dialogs: list[Row] = []
    invitations: dict[int, Row] = {}
    messages: list[Row] = []
    for dialog in silent:
        same = {"id": dialog.id, "version": dialog.version}
        known = _known(conn, outreach, customers, dialog)
        policy = _policy(outreach.policy, dialog)
        match _unless_paused(dialog, what_now(policy, known, dialog.reminders or 0, dialog.updated_at, now), now + policy.look_again):
            case Over():
                dialogs.append(same | {"state": DialogState.EXPIRED.value, "nudge_at": None})
                if dialog.invitation_state in (InvitationState.SENT, InvitationState.STARTED):
                    invitations[dialog.invitation_id] = {"id": dialog.invitation_id, "state": InvitationState.EXPIRED.value}
                tally["over"] += 1
            case Wait(until):
                dialogs.append(same | {"nudge_at": until})
                tally["waiting"] += 1
            case Remind() if not room.take(dialog.account):
                continue
            case Remind():
                data, says = _reminder(conn, outreach, dialog, now, of=policy.reminders)
                nudge_at = now + min(outreach.policy.remind_after, outreach.policy.grace)
                dialogs.append(same | {"data": data, "updated_at": now, "nudge_at": nudge_at})
                invitations[dialog.invitation_id] = {"id": dialog.invitation_id, "reminders": dialog.reminders + 1}
                messages += says
                tally["reminded"] += 1
    change_dialogs(conn, dialogs)
    change_invitations(conn, list(invitations.values()))
    insert_many(conn, _message, messages, ignore=True)
    return tally, messages, room


def _customers(conn: Connection, outreach: Outreach, silent: Sequence[Any], now: datetime) -> Customers:
    limits = {dialog.wave_id: limits_of(dialog.campaign_id, dialog.campaign) for dialog in silent if dialog.wave_id is not None}
    return Customers.held(conn, {dialog.customer_id for dialog in silent}, outreach.accounts, limits, outreach.policy.timezone, now)


def _known(conn: Connection, outreach: Outreach, customers: Customers, dialog: Any) -> Known | None:
    """As for the invitation that the dialog began with; but a reminder comes where the dialog is, or not at all."""
    if dialog.invitation_id is None:
        return None
    known = customers.known(dialog, outreach.published.version(conn, dialog.survey_version_id))
    return replace(known, reachable=dialog.reachable and dialog.account in outreach.accounts)


def _unless_paused(dialog: Any, what: Remind | Wait | Over, later: datetime) -> Remind | Wait | Over:
    waits = isinstance(what, Remind) and dialog.campaign_state == CampaignState.PAUSED and dialog.reminders >= 0
    return Wait(later) if waits else what


def _policy(policy: Policy, dialog: Any) -> Policy:
    """A campaign says itself how often it reminds, and a cancelled one does no more."""
    reminders = (dialog.campaign or {}).get("reminders", 1 if dialog.campaign else policy.reminders)
    if dialog.campaign_state == CampaignState.CANCELLED:
        reminders = 0
    return policy if reminders == policy.reminders else replace(policy, reminders=reminders)


def _reminder(conn: Connection, outreach: Outreach, row: Any, now: datetime, *, of: int) -> tuple[Row, list[Row]]:
    dialog = dialog_from_json(row.data, id=row.id, survey=row.survey, state=DialogState.OPEN)
    survey = outreach.published.version(conn, row.survey_version_id)
    step = remind(survey, dialog, now, number=row.reminders + 1, of=of)
    messages = [
        message_row(
            say,
            channel=row.channel,
            account=row.account,
            address=row.native_id,
            priority=Priority.CAMPAIGN,
            now=now,
            customer_id=row.customer_id,
            dialog_id=row.id,
            invitation_id=row.invitation_id,
        )
        for say in step.says
    ]
    return dialog_to_json(step.dialog), messages
