"""How an account is doing, as its own process sees it: kept in memory, so that nothing is written for a message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from channels.contract.send_error import Cause, Rejected, Retry, SendError, Unreachable

__all__ = ["Ailment", "Allowance", "HasVitals", "Vitals"]


@dataclass(frozen=True, slots=True)
class Ailment:
    """What is wrong with hearing or with sending, and since when; `until` is when a platform lets us go on, where it said so."""

    since: datetime
    cause: Cause
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a platform still allows, of how much, and when that is renewed."""

    left: float
    of: float
    renewed_at: datetime | None = None


@dataclass(slots=True)
class Vitals:
    """One account in one process. Channels tell of hearing, the sender of sending."""

    account: str
    listens: bool = True
    """Whether there is a line to the platform that can be lost."""
    served_at: datetime | None = None
    """Since when this process serves the account; None while another does, or none."""
    connected_at: datetime | None = None
    heard_at: datetime | None = None
    sent_at: datetime | None = None
    hearing: dict[object, Ailment] = field(default_factory=dict)
    """By who hears: an account may listen in several ways."""
    sending: Ailment | None = None
    faults: Counter[str] = field(default_factory=Counter)
    """What went wrong since somebody last took these counts away."""
    allowances: dict[str, Allowance] = field(default_factory=dict)

    @property
    def ailments(self) -> tuple[Ailment, ...]:
        """What is wrong, the longest first."""
        both = (*self.hearing.values(), *([self.sending] if self.sending else ()))
        return tuple(sorted(both, key=lambda one: one.since))

    @property
    def known(self) -> bool:
        """Whether it has turned out by now how the account is doing."""
        return bool(self.served_at and (self.connected_at or not self.listens or self.ailments))

    def serve(self, now: datetime | None) -> None:
        """From `now` on this process serves the account; with None it no longer does."""
        self.served_at, self.connected_at, self.sending = now, None, None
        self.hearing.clear()

    def sent(self, now: datetime) -> None:
        self.sent_at, self.sending = now, None

    def not_sent(self, error: SendError, now: datetime) -> None:
        """A message was not, or perhaps not, sent; the whole account is ailing only where the error says so."""
        match error:
            case Retry():
                self.faults[error.cause.value] += 1
                if error.account_wide:
                    same = self.sending is not None and self.sending.cause is error.cause
                    since = self.sending.since if self.sending and same else now
                    self.sending = Ailment(since, error.cause, error.why, now + error.after)
            case Unreachable() | Rejected():
                self.faults[type(error).__name__.lower()] += 1
                self.sending = None  # the platform has answered
            case _:
                self.faults[type(error).__name__.lower()] += 1


@runtime_checkable
class HasVitals(Protocol):
    """A channel that tells how its hearing is doing."""

    @property
    def vitals(self) -> Vitals: ...
