"""How far a campaign has come, how fast it goes, and when it will be through."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from storage.invitations import ASKED, InvitationState
from storage.queries.campaigns import counts_of, last_due, waves_of
from storage.queries.figures import wave_scores
from storage.queries.incidents import incidents_like

__all__ = ["Progress", "Pulse", "progress_of"]


@dataclass(frozen=True, slots=True)
class Progress:
    name: str
    state: str
    reason: str
    counts: Mapping[str, int]
    """Invitations by their state."""
    control: int
    waves: tuple[Any, ...]
    last_due: datetime | None
    """When the last of those that wait is due, on the clock of whoever it is for, and with so many a day as are allowed."""
    held: tuple[tuple[str, str], ...]
    """The incidents by which bulk holds back just now: their keys, and why, in words."""
    scores: tuple[Any, ...]
    """How many answers gave each `score` to each `measure`, by `survey`."""

    @property
    def planned(self) -> int:
        """Invitations that wait."""
        return self.counts.get(InvitationState.PLANNED, 0)

    @property
    def sent(self) -> int:
        return sum(self.counts.get(state, 0) for state in ASKED)

    @property
    def answered(self) -> int:
        return self.counts.get(InvitationState.COMPLETED, 0)

    @property
    def settled(self) -> int:
        """Invitations that are not waiting any more, sent or not."""
        return sum(self.counts.values()) - self.planned - self.control

    @property
    def chosen(self) -> int:
        return self.planned + self.settled

    @property
    def share(self) -> float:
        """Of the invitations, how many are settled."""
        return self.settled / self.chosen if self.chosen else 0.0


def progress_of(conn: Connection, campaign: Any) -> Progress:
    """Of a campaign's row. Counted over an index and the roll-ups alone: it may be asked every second."""
    waves = waves_of(conn, campaign.id)
    wave_ids = [wave.id for wave in waves]
    return Progress(
        name=campaign.name,
        state=campaign.state,
        reason=campaign.reason,
        counts=counts_of(conn, wave_ids),
        control=sum(wave.control for wave in waves),
        waves=tuple(waves),
        last_due=last_due(conn, [wave.id for wave in waves if wave.ended_at is None]),
        held=tuple(incidents_like(conn, "bulk.")),
        scores=tuple(wave_scores(conn, wave_ids)),
    )


_WINDOW = timedelta(minutes=1)


@dataclass(slots=True)
class Pulse:
    """Speed and expected end, from looks a while apart."""

    looks: deque[tuple[datetime, int]] = field(default_factory=deque)

    def look(self, now: datetime, settled: int) -> None:
        self.looks.append((now, settled))
        while now - self.looks[0][0] > _WINDOW:
            self.looks.popleft()

    @property
    def speed(self) -> float:
        """Invitations settled in a second, over the last minute."""
        (first, before), (last, after) = self.looks[0], self.looks[-1]
        seconds = (last - first).total_seconds()
        return (after - before) / seconds if seconds > 0 else 0.0

    def end(self, now: datetime, progress: Progress) -> datetime | None:
        """When it will be through at this speed, and not before the last is due; None while it stands still for no such reason."""
        ends = [due for due in (progress.last_due,) if due and due > now]
        if progress.planned and self.speed > 0:
            ends.append(now + timedelta(seconds=progress.planned / self.speed))
        return max(ends, default=None)
