"""The senders of all accounts together: what is due leaves the outbox, the most urgent first, at each platform's pace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from channels.clock import Clock
from channels.contract import Channel, Vitals
from channels.enclosing import Encloses
from channels.line import Line
from storage.database import Database
from storage.queries.outbox import settle

__all__ = ["Delivery"]


class Delivery:
    """Sends for the accounts of these channels, for each once `run` says that this process owns it.

    `fallback` are the accounts where a message goes on that cannot reach its customer's address, in the order of preference.
    """

    def __init__(
        self,
        database: Database,
        channels: Sequence[Channel],
        clock: Clock,
        encloses: Encloses | None = None,
        *,
        fallback: Sequence[str] = (),
    ) -> None:
        settling = partial(settle, fallback=tuple(fallback))  # one for all lines, so that they share transactions
        self._lines = {channel.account: Line(database, channel, clock, settling, encloses) for channel in channels}

    def vitals(self, account: str) -> Vitals:
        """How the account is doing, as this process sees it."""
        return self._lines[account].vitals

    @property
    def all_vitals(self) -> Sequence[Vitals]:
        return [line.vitals for line in self._lines.values()]

    def adopts(self, account: str) -> bool:
        line = self._lines.get(account)
        return line is not None and line.has_room()

    def take(self, rows: Sequence[dict[str, Any]]) -> None:
        """Rows just committed: those marked as being sent are sent at once, for the others their sender looks."""
        for row in rows:
            if line := self._lines.get(row["account"]):
                line.take(row)

    def wake(self) -> None:
        """Something may have been put into the outbox."""
        for line in self._lines.values():
            line.wake()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing in hand may go now."""
        return all(line.idle for line in self._lines.values())

    @property
    def next_time(self) -> datetime | None:
        """When something in hand that rests now may go."""
        return min((moment for line in self._lines.values() if (moment := line.next_time)), default=None)

    async def run(self, account: str) -> None:
        """Send for one account until cancelled; what is under way then is let finish. The caller owns the account."""
        await self._lines[account].run()
