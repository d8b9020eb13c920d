"""Sending what is due: each planned invitation becomes a dialog, a link handed out, a later date, or a no with its reason."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.opening import Opening, open_dialogs
from bot.dialogs.published import Published
from bot.dialogs.taking_back import PANEL
from bot.invitations.knowing import Customers
from bot.invitations.limits import Used, limits_of
from bot.invitations.policy import Known, Not, Policy, Reason, Yes, may_write
from bot.invitations.room import FILL, Room, Search, room_at
from storage.database import Database
from storage.invitations import AS_LINK, InvitationState
from storage.queries.invitations import change_invitations, due_invitations
from storage.queries.recalling import STALE_AFTER, has_stale, recall_stale
from storage.queries.working_campaigns import sending_waves

__all__ = ["Outreach", "send_due", "verdict"]

log = logging.getLogger(__name__)

CHUNK = 150
"""Invitations of one transaction."""
FEWEST = 100
"""Of one transaction, however little room there is: what cannot be sent at all is settled all the same."""
PAGES = 5
"""So many chunks are looked through at a time for somebody whose account has room, while another one's has none."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outreach:
    """All that writing to customers first depends on."""

    policy: Policy
    published: Published
    shop: str
    default_lang: str
    accounts: Sequence[str]
    """The channel accounts that we write from, in the order of preference; an address on any other counts for nothing."""
    paces: Mapping[str, timedelta] = field(default_factory=dict)
    """The time from one message to the next that an account's platform asks for, where it does."""

    def rooms(self, fill: timedelta = FILL) -> dict[str, int]:
        """How many messages of campaigns may wait in the outbox, by account, where it is filled so far ahead of its sender."""
        return {account: room_at(self.paces.get(account, timedelta(0)), fill) for account in self.accounts}


async def send_due(
    database: Database,
    outreach: Outreach,
    now: datetime,
    *,
    search: Search | None = None,
    hand_over: Callable[[Sequence[Row]], None] = lambda _: None,
    chunk: int = CHUNK,
) -> Counter[str]:
    """Send every invitation that is due, each chunk in a transaction of its own. May be stopped and started anywhere.

    `search` is kept from one call to the next. `hand_over` is called after each commit with the rows of the messages that went into
    the outbox. Gives back how many were `sent`, handed out as a `link`, `postponed`, `suppressed` or `unreachable`.
    """
    total: Counter[str] = Counter()
    if not await _anything_due(database, now):
        return total
    search = search or Search()
    room = await database.write(lambda conn: _room(conn, outreach, now))
    while True:
        sending = partial(_send_chunk, outreach=outreach, room=room, after=search.after, now=now, limit=chunk)
        tally, messages, room, search.after = await database.write(sending)
        if messages:
            hand_over(messages)
        total += tally
        if not tally or not room.total:  # the next tick comes soon, and finds more room in one go
            break
    if total:
        log.info("invitations_sent", extra=dict(total))
    return total


async def _anything_due(database: Database, now: datetime) -> bool:
    """Whether there is anything to send, or to take back: asked often, and mostly answered with no."""
    async with database.read() as conn:
        return await conn.run_sync(lambda conn: _due(conn, sending_waves(conn), now, 1, {}, lock=False) != [] or has_stale(conn, now))


def _due(
    conn: Connection, sending: Sequence[Any], now: datetime, limit: int, after: Mapping[int | None, Any], *, lock: bool = True
) -> list[Any]:
    """What is due: after touchpoints first, then an equal part of each running campaign's wave."""
    waves: list[int | None] = [None, *(wave.id for wave in sending)]
    due: list[Any] = []
    for place, wave in enumerate(waves):
        share = -(-(limit - len(due)) // (len(waves) - place)) if wave is not None else limit
        if share > 0:
            due += due_invitations(conn, now, share, wave_id=wave, after=after.get(wave), lock=lock)
    return due


def _room(conn: Connection, outreach: Outreach, now: datetime) -> Room:
    """What may go into the outbox in one go, once what has waited there too long is taken back."""
    Used.give_back(conn, recall_stale(conn, now).sent, outreach.policy.timezone)
    room = Room.read(conn, outreach.rooms(), now)
    room.tell(conn, now)
    return room


def _send_chunk(
    conn: Connection, outreach: Outreach, room: Room, after: Mapping[int | None, Any], now: datetime, limit: int
) -> tuple[Counter[str], Sequence[Row], Room, Mapping[int | None, Any]]:
    """As many as there is room for, the room that is left, and how far was looked: what finds no room stays due, and others behind it
    are looked at."""
    room = room.copy()  # this may be done again, after it was rolled back
    sending = sending_waves(conn, lock=True)
    limits = {wave.id: limits_of(wave.campaign_id, wave.definition) for wave in sending}
    limit = min(limit, max(FEWEST, room.total))
    for _ in range(PAGES):
        due = _due(conn, sending, now, limit, after)
        if not due:
            if not after:
                break
            after = {}  # all was looked at: from the beginning again
            continue
        customers = Customers.held(conn, {one.customer_id for one in due}, outreach.accounts, limits, outreach.policy.timezone, now)
        tally, messages = _send(conn, outreach, customers, room, due, now)
        if tally:
            return tally, messages, room, after
        if not room.total:
            break
        after = {**after, **{one.wave_id: (one.due_at, one.id) for one in due}}
    return Counter(), (), room, after


def _send(
    conn: Connection, outreach: Outreach, customers: Customers, room: Room, due: Sequence[Any], now: datetime
) -> tuple[Counter[str], Sequence[Row]]:
    tally: Counter[str] = Counter()
    openings: list[Opening] = []
    changes: list[Row] = []
    for invitation in due:
        known = customers.known(invitation, outreach.published.version(conn, invitation.survey_version_id))
        address = customers.address(invitation.customer_id)
        match verdict(outreach.policy, known, now, outbox=address is not None):
            case Not(reason, None):
                state = InvitationState.UNREACHABLE if reason is Reason.UNREACHABLE else InvitationState.SUPPRESSED
                changes.append({"id": invitation.id, "state": state.value, "reason": reason.value})
                tally[state.value] += 1
            case Not(reason, until):
                changes.append({"id": invitation.id, "due_at": until, "reason": reason.value})
                tally["postponed"] += 1
            case _ if address is not None and not room.take(address.account):
                continue
            case _:
                if address is not None:
                    openings.append(_opening(conn, outreach, invitation, address, customers.panel(invitation)))
                reason_sent = "" if address is not None else AS_LINK
                changes.append({"id": invitation.id, "state": InvitationState.SENT.value, "sent_at": now, "reason": reason_sent})
                customers.sent(invitation, now, dialog=address is not None)
                tally[reason_sent or "sent"] += 1
    change_invitations(conn, changes)
    customers.used.note(conn)
    return tally, open_dialogs(conn, openings, shop=outreach.shop, now=now)


def verdict(policy: Policy, known: Known, now: datetime, *, outbox: bool) -> Yes | Not:
    """What goes through the outbox must be right also at the end of the time that it may wait there."""
    found = may_write(policy, known, now)
    return may_write(policy, known, now + STALE_AFTER) if outbox and isinstance(found, Yes) else found


def _opening(conn: Connection, outreach: Outreach, invitation: Any, address: Any, panel: str) -> Opening:
    return Opening(
        survey=outreach.published.version(conn, invitation.survey_version_id),
        survey_version_id=invitation.survey_version_id,
        customer_id=invitation.customer_id,
        address_id=address.id,
        channel=address.channel,
        account=address.account,
        address=address.native_id,
        lang=address.lang or invitation.lang or outreach.default_lang,
        name=invitation.name,
        invitation_id=invitation.id,
        attributes={**(invitation.attributes or {}), **({PANEL: panel} if panel else {})},
    )
