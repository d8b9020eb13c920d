"""Sending what is due: each planned invitation becomes a dialog, a link handed out, a later date, or a no with its reason."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.opening import Opening, open_dialogs
from bot.dialogs.published import Published
from bot.invitations.policy import Known, Not, Policy, Reason, may_write
from storage.database import Database
from storage.invitations import InvitationState
from storage.queries.conversations import customers_with_open_case
from storage.queries.invitations import addresses_of, change_invitations, consents_of, due_invitations, last_asked, with_open_dialog

__all__ = ["AS_LINK", "Outreach", "send_due"]

log = logging.getLogger(__name__)

CHUNK = 300
"""Invitations of one transaction."""
AS_LINK = "link"
"""Reason of a sent invitation that we did not write ourselves: the shop hands out its link."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outreach:
    """All that writing to customers first depends on."""

    policy: Policy
    published: Published
    shop: str
    default_lang: str
    accounts: frozenset[str]
    """The channel accounts that we write from; an address on any other counts for nothing."""


@dataclass(slots=True)
class _Customers:
    """What is known about the customers of one chunk; an invitation sent is known to the next one of the same customer."""

    addresses: dict[int, list[Any]]
    consents: dict[int, bool]
    asked: dict[int, datetime]
    in_dialog: set[int]
    in_case: set[int]

    @classmethod
    def read(cls, conn: Connection, ids: set[int], accounts: frozenset[str]) -> _Customers:
        addresses: dict[int, list[Any]] = defaultdict(list)
        for address in addresses_of(conn, ids):
            if address.account in accounts:
                addresses[address.customer_id].append(address)
        return cls(
            addresses,
            consents_of(conn, ids, "surveys"),
            last_asked(conn, ids),
            with_open_dialog(conn, ids),
            customers_with_open_case(conn, ids),
        )

    def known(self, invitation: Any) -> Known:
        customer = invitation.customer_id
        addresses = self.addresses[customer]
        return Known(
            expires_at=invitation.expires_at,
            occurred_at=invitation.occurred_at,
            consent=self.consents.get(customer),
            reachable=not addresses or any(address.reachable for address in addresses),
            timezone=invitation.timezone,
            country=invitation.country,
            last_asked_at=self.asked.get(customer),
            open_dialog=customer in self.in_dialog,
            open_case=customer in self.in_case,
        )


async def send_due(
    database: Database,
    outreach: Outreach,
    now: datetime,
    *,
    hand_over: Callable[[Sequence[Row]], None] = lambda _: None,
    chunk: int = CHUNK,
) -> Counter[str]:
    """Send every invitation that is due, each chunk in a transaction of its own. May be stopped and started anywhere.

    `hand_over` is called after each commit with the rows of the messages that went into the outbox.
    Gives back how many were `sent`, handed out as a `link`, `postponed`, `suppressed` or `unreachable`.
    """
    total: Counter[str] = Counter()
    while True:
        tally, messages = await database.write(lambda conn: _send_chunk(conn, outreach, now, chunk))
        if messages:
            hand_over(messages)
        if not tally:
            break
        total += tally
    if total:
        log.info("invitations_sent", extra=dict(total))
    return total


def _send_chunk(conn: Connection, outreach: Outreach, now: datetime, limit: int) -> tuple[Counter[str], Sequence[Row]]:
    due = due_invitations(conn, now, limit)
    if not due:
        return Counter(), ()
    customers = _Customers.read(conn, {invitation.customer_id for invitation in due}, outreach.accounts)
    tally: Counter[str] = Counter()
    openings: list[Opening] = []
    changes: list[Row] = []
    for invitation in due:
        match may_write(outreach.policy, customers.known(invitation), now):
            case Not(reason, None):
                state = InvitationState.UNREACHABLE if reason is Reason.UNREACHABLE else InvitationState.SUPPRESSED
                changes.append({"id": invitation.id, "state": state.value, "reason": reason.value})
                tally[state.value] += 1
            case Not(reason, until):
                changes.append({"id": invitation.id, "due_at": until, "reason": reason.value})
                tally["postponed"] += 1
            case _:
                address = next((address for address in customers.addresses[invitation.customer_id] if address.reachable), None)
                if address is not None:
                    openings.append(_opening(conn, outreach, invitation, address))
                    customers.in_dialog.add(invitation.customer_id)
                reason_sent = "" if address is not None else AS_LINK
                changes.append({"id": invitation.id, "state": InvitationState.SENT.value, "sent_at": now, "reason": reason_sent})
                customers.asked[invitation.customer_id] = now
                tally[reason_sent or "sent"] += 1
    change_invitations(conn, changes)
    return tally, open_dialogs(conn, openings, shop=outreach.shop, now=now)


def _opening(conn: Connection, outreach: Outreach, invitation: Any, address: Any) -> Opening:
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
        attributes=invitation.attributes or {},
    )
