"""What is known about the customers of one chunk of invitations, as the contact policy sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.invitations.limits import NO_LIMITS, Limits, Used
from bot.invitations.policy import SURVEYS, Known
from bot.invitations.resting import Rests
from bot.surveys.definition import Survey
from storage.queries.addresses import Way, ways_to
from storage.queries.conversations import customers_with_open_case
from storage.queries.held_customers import hold_customers
from storage.queries.invitations import consents_of, last_asked, with_open_dialog

__all__ = ["Customers", "is_blocked"]


@dataclass(slots=True)
class Customers:
    """An invitation sent is known to the next one of the same customer, or of the same campaign."""

    ways: dict[int, list[Way]]
    """Their addresses, in the order in which they are written to."""
    consents: dict[str, dict[int, bool]]
    """By purpose."""
    asked: dict[int, datetime]
    in_dialog: set[int]
    in_case: set[int]
    limits: dict[int, Limits]
    """Of campaigns, by wave."""
    used: Used = field(default_factory=Used)
    rests: Rests = field(default_factory=Rests)

    @classmethod
    def read(
        cls, conn: Connection, ids: set[int], accounts: Sequence[str], limits: dict[int, Limits], zone: ZoneInfo, now: datetime
    ) -> Self:
        purposes = {SURVEYS, *(one.purpose for one in limits.values()), *(one.new_to for one in limits.values() if one.new_to)}
        return cls(
            ways_to(conn, ids, accounts),
            {purpose: consents_of(conn, ids, purpose) for purpose in purposes},
            last_asked(conn, ids),
            with_open_dialog(conn, ids),
            customers_with_open_case(conn, ids),
            limits,
            Used.read(conn, limits.values(), zone, now),
            Rests.read(conn, (one.panel for one in limits.values()), ids, now),
        )

    @classmethod
    def held(
        cls, conn: Connection, ids: set[int], accounts: Sequence[str], limits: dict[int, Limits], zone: ZoneInfo, now: datetime
    ) -> Self:
        """As `read`, and none of them says no before the transaction ends, which may put something for them into the outbox."""
        hold_customers(conn, ids)
        return cls.read(conn, ids, accounts, limits, zone, now)

    def known(self, invitation: Any, survey: Survey | None) -> Known:
        customer = invitation.customer_id
        ways = self.ways.get(customer, ())
        limits = self.limits.get(invitation.wave_id, NO_LIMITS)
        return Known(
            expires_at=invitation.expires_at,
            occurred_at=invitation.occurred_at,
            delay=limits.delay,
            consent=self.consents[SURVEYS].get(customer),
            purpose=limits.purpose,
            agreed=self.consents[limits.purpose].get(customer),
            answered=bool(limits.new_to) and customer in self.consents[limits.new_to],
            reachable=not ways or any(way.address.reachable for way in ways),
            blocked=is_blocked(ways),
            timezone=invitation.timezone,
            country=invitation.country,
            last_asked_at=self.asked.get(customer),
            panel_rest_until=self.rests.until(limits.panel, customer),
            open_dialog=customer in self.in_dialog,
            open_case=customer in self.in_case,
            speaks=survey is None or not limits.own_language_only or self.lang(invitation) in survey.langs,
            quota_full=self.used.quota_full(limits),
            day_full_until=self.used.day_full_until(limits),
        )

    def panel(self, invitation: Any) -> str:
        """The panel that it is put to; empty where there is none."""
        return self.limits.get(invitation.wave_id, NO_LIMITS).panel

    def address(self, customer: int) -> Any:
        """Where they are written to: the first address that can be reached; None where there is none."""
        return next((way.address for way in self.ways.get(customer, ()) if way.address.reachable), None)

    def lang(self, invitation: Any) -> str:
        """Their language; empty where it is not known."""
        address = self.address(invitation.customer_id)
        return ((address.lang if address is not None else "") or invitation.lang or "").lower().partition("-")[0]

    def sent(self, invitation: Any, now: datetime, *, dialog: bool) -> None:
        self.asked[invitation.customer_id] = now
        if dialog:
            self.in_dialog.add(invitation.customer_id)
        limits = self.limits.get(invitation.wave_id, NO_LIMITS)
        self.used.sent(limits)
        self.rests.sent(limits.panel, invitation.customer_id, now)


def is_blocked(ways: Sequence[Way]) -> bool:
    """Who closes one chat to us has not asked to be written to in the next; that is, until they speak to us there."""
    return any((at := way.address.blocked_at) and all(other.used_at <= at for other in ways) for way in ways)
