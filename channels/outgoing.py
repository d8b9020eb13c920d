"""A message in the sender's hands, and what can become of it: nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection

from channels.contract import Capabilities, Say
from channels.stored import say_from_json
from storage.outbox import MessageState
from storage.queries.outbox import Settled, claim

__all__ = ["Outgoing", "claimed"]

GIVE_UP_AFTER, LEAST_TRIES = timedelta(days=1), 10
"""How old a message is, and how often it was tried, before it is given up: a day's outage loses nothing."""
LONGEST_PAUSE = 300
"""Seconds between two attempts at a message that may be sent any number of times: 0, 1, 3, 7 … and never more."""
RESEND_AFTER = timedelta(seconds=2)
"""How long something of unknown fate rests before it is sent again: who received it may have answered already, and that answer is
heard first."""
ORPHANED_TIMES = 3
"""How often something is sent again that a process had in hand when it ended: most of it was not begun, so most copies are the first."""
_ENDED = "the process ended while this was being sent"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox in hand."""

    id: int
    account: str
    address: str
    priority: int
    say: Say
    attempts: int
    repeated: bool
    invitation_id: int | None
    due_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Self:
        return cls(
            row["id"],
            row["account"],
            row["address"],
            row["priority"],
            say_from_json(row["say"]),
            row["attempts"],
            row["repeated"],
            row["invitation_id"],
            row["due_at"],
            row["created_at"],
        )

    @property
    def paced(self) -> bool:
        return not self.say.edits

    @property
    def topic(self) -> str:
        """Names what this new message is about, at its address; empty for edits, and for what is about nothing in particular."""
        return f"{self.address} {self.say.topic}" if self.say.topic and not self.say.edits else ""

    def wording(self, capabilities: Capabilities) -> Say:
        """What to send: a second copy says that it is one, where the platform would show both."""
        say, tells = self.say, self.repeated and not capabilities.idempotent
        return replace(say, text=f"{say.again}\n\n{say.text}") if tells and say.again else say

    def may_be_tried_again(self, now: datetime) -> bool:
        return self.attempts < LEAST_TRIES or now - self.created_at < GIVE_UP_AFTER

    def settled(
        self,
        state: MessageState,
        now: datetime,
        *,
        platform_id: str | None = None,
        due_at: datetime | None = None,
        reason: str = "",
        tried: bool = True,
        blocked: bool = False,
    ) -> Settled:
        """Tried once more, where it was `tried`, and this came of it."""
        return Settled(
            self.id,
            self.account,
            self.address,
            state,
            now,
            due_at or self.due_at,
            self.attempts + tried,
            platform_id or None,
            reason,
            self.repeated,
            self.invitation_id,
            blocked,
        )

    def put_back(self, now: datetime) -> Settled:
        """Not begun, so certainly not sent: as if it had never been taken."""
        return self.settled(MessageState.DUE, now, tried=False)

    def unknown(self, capabilities: Capabilities, now: datetime, why: str, *, times: int = 1) -> Settled:
        """Perhaps delivered. Sent again where that is harmless, as an edit is, and so many `times` where it can say so; otherwise left."""
        if (capabilities.idempotent or self.say.edits) and now - self.created_at < GIVE_UP_AFTER:
            again_at = now + timedelta(seconds=min(2**self.attempts - 1, LONGEST_PAUSE))
            return replace(
                self.settled(MessageState.DUE, now, due_at=again_at, reason=why), repeated=bool(self.say.again and not self.say.edits)
            )
        if self.say.again and (not self.repeated or self.attempts < times):
            return replace(self.settled(MessageState.DUE, now, due_at=now + RESEND_AFTER, reason=why), repeated=True)
        return self.settled(MessageState.UNKNOWN, now, reason=why)

    def orphaned(self, capabilities: Capabilities, now: datetime, *, first: bool) -> Settled:
        """Found in the hands of a process that ended; only the `first` of an address can have been under way."""
        if first:
            return self.unknown(capabilities, now, _ENDED, times=ORPHANED_TIMES)
        back = self.settled(MessageState.DUE, now, due_at=now + RESEND_AFTER, reason=_ENDED, tried=False)
        return replace(back, repeated=self.repeated or bool(self.say.again))


def claimed(conn: Connection, account: str, now: datetime, *, limit: int, but_not: Sequence[str]) -> list[Outgoing]:
    """As `claim`. Read where they are claimed: on SQLite that is the writer's thread, and no slot passes meanwhile."""
    return [Outgoing.of(row._mapping) for row in claim(conn, account, now, limit=limit, but_not=but_not)]
