"""Telling open pages how a campaign goes on, whichever process sends it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import Connection
from sse_starlette import ServerSentEvent

from bot.campaigns.progress import Progress, Pulse, progress_of
from bot.console.watching import changes, mark_of
from channels.clock import Clock
from storage.database import Database
from storage.queries.campaigns import campaign_named

__all__ = ["CampaignWatch"]


class CampaignWatch:
    """Looks once a second at the campaigns that somebody has open."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._pulses: dict[str, Pulse] = {}

    def pulse(self, name: str) -> Pulse | None:
        """How fast the campaign goes, where somebody has it open."""
        return self._pulses.get(name)

    @staticmethod
    def mark(found: Progress) -> str:
        """Of what a page shows of the campaign."""
        return mark_of(_told(found))

    def events(self, name: str, seen: str) -> AsyncIterator[ServerSentEvent]:
        """An event `changed` whenever the campaign is further than was `seen`, or in another state."""
        return changes(lambda: self._look(name), seen)

    async def _look(self, name: str) -> object:
        def looking(conn: Connection) -> Progress | None:
            campaign = campaign_named(conn, name, lock=False)
            return progress_of(conn, campaign) if campaign else None

        async with self._database.read() as conn:
            found = await conn.run_sync(looking)
        if found is None:
            return None
        self._pulses.setdefault(name, Pulse()).look(self._clock.now(), found.settled)
        return _told(found)


def _told(found: Progress) -> object:
    return (found.state, found.counts, found.waves, found.held, found.scores)
