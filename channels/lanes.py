"""Which message goes next: by priority, in order at each address, at the pace the platform allows. Pure: time is passed in."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from channels.contract import Pace

__all__ = ["LATENESS", "Lanes", "Sendable"]


class Sendable(Protocol):
    """A message on its way. Ids grow, so that they tell the order."""

    @property
    def id(self) -> int: ...
    @property
    def priority(self) -> int: ...
    @property
    def address(self) -> str: ...
    @property
    def paced(self) -> bool:
        """Whether the platform counts it: an edit it does not."""


@dataclass(slots=True)
class _Lane:
    waiting: list[tuple[int, int]] = field(default_factory=list)
    busy: bool = False
    free_at: datetime | None = None


_A_STEP_BACK = timedelta(seconds=1)
LATENESS = timedelta(milliseconds=12)
"""By how much timers are late on a busy machine, again and again: slots do not slide by it, or the pace would never be reached.
A second then sees what 1.012 seconds permit, and a pace two per cent below the platform's leaves room for the way there."""
M = TypeVar("M", bound=Sendable)


class Lanes(Generic[M]):
    """One lane an address; at most one message of a lane is under way.

    A limit held as the time from one slot to the next cannot be overstepped in any window, as a bucket's can: a message
    leaves in its slot or up to `LATENESS` (or half a slot) behind it, and never before.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lanes: dict[str, _Lane] = {}
        self._messages: dict[int, M] = {}
        self._waited_for: set[str] = set()
        self._ready: list[tuple[int, int, str]] = []
        self._resting: list[tuple[datetime, str]] = []
        self._next: datetime | None = None
        self._going = 0
        """How many have been picked that count, and have not left yet."""
        self._late = max(pace.account / 2, LATENESS)
        self._seen: datetime | None = None

    @property
    def addresses(self) -> int:
        """How many addresses have something waiting."""
        return len(self._waited_for)

    def crowded(self, limit: int) -> list[str]:
        """Addresses for which at least so many messages wait."""
        return [address for address, lane in self._lanes.items() if len(lane.waiting) >= limit]

    def clear(self) -> list[M]:
        """Take out everything that waits, the oldest first."""
        waiting = [self._messages[id] for id in sorted(self._messages)]
        self._messages.clear()
        self._waited_for.clear()
        for lane in self._lanes.values():
            lane.waiting.clear()
        return waiting

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, message: M) -> None:
        lane = self._lanes.setdefault(message.address, _Lane())
        heapq.heappush(lane.waiting, (message.priority, message.id))
        self._messages[message.id] = message
        self._waited_for.add(message.address)
        if not lane.busy and lane.free_at is None:
            self._offer(message.address, lane)

    def pick(self, now: datetime) -> M | None:
        """The next message to send, or None while nothing may go. `leaves` must follow, and then `done`."""
        self._notice_a_clock_set_back(now)
        if self._pace.account * self._going > self._late or (self._next is not None and now < self._next):
            return None
        self._wake(now)
        while self._ready:
            priority, id, address = heapq.heappop(self._ready)
            lane = self._lanes.get(address)
            if lane is None or lane.busy or lane.free_at is not None or not lane.waiting or lane.waiting[0] != (priority, id):
                continue  # a more urgent one has come to this lane since, or the lane was put to rest
            heapq.heappop(lane.waiting)
            lane.busy = True
            message = self._messages.pop(id)
            if not lane.waiting:
                self._waited_for.discard(address)
            if self._pace.account and message.paced:
                # Whoever was held up makes good for as much as lateness allows, and no more.
                self._next = (max(self._next, now - self._late) if self._next else now) + self._pace.account
                self._going += 1
            return message
        return None

    def leaves(self, message: M, now: datetime) -> None:
        """The message that `pick` gave is handed to the platform only `now`, with all that were picked beside it: what they lost on
        the way is not made good by those behind them, or a program that stood still for a moment would send more than it may."""
        if self._pace.account and message.paced:
            at_best = now - self._late + self._pace.account * self._going
            self._next = max(self._next or at_best, at_best)
            self._going -= 1

    def done(self, message: M, now: datetime) -> None:
        """The message that `pick` gave has left."""
        lane = self._lanes[message.address]
        lane.busy = False
        self._rest(message.address, lane, now + self._pace.address if message.paced and self._pace.address else None)

    def hold(self, address: str, until: datetime) -> list[M]:
        """Let the lane rest; gives back what waited in it."""
        lane = self._lanes.setdefault(address, _Lane())
        lane.busy = False
        waiting = [self._messages.pop(id) for _, id in lane.waiting]
        lane.waiting = []
        self._waited_for.discard(address)
        self._rest(address, lane, until)
        return waiting

    def hold_all(self, until: datetime) -> None:
        self._next = max(self._next or until, until)

    def next_time(self) -> datetime | None:
        """When `pick` may have something that it does not have now."""
        if self._ready:
            return self._next
        if not self._resting or not self._messages:
            return None
        return max(self._resting[0][0], self._next or self._resting[0][0])

    def _notice_a_clock_set_back(self, now: datetime) -> None:
        """Rests are told in the clock's time: where it was set back, they would last until it has caught up."""
        if self._seen is not None and self._seen - now > _A_STEP_BACK:
            self._next = None
            self._resting = []
            for address, lane in list(self._lanes.items()):
                if lane.free_at is not None:
                    self._rest(address, lane, None)
        self._seen = now

    def _offer(self, address: str, lane: _Lane) -> None:
        priority, id = lane.waiting[0]
        heapq.heappush(self._ready, (priority, id, address))

    def _rest(self, address: str, lane: _Lane, until: datetime | None) -> None:
        lane.free_at = until
        if until is not None:
            heapq.heappush(self._resting, (until, address))
        elif lane.waiting:
            self._offer(address, lane)
        else:
            del self._lanes[address]

    def _wake(self, now: datetime) -> None:
        while self._resting and self._resting[0][0] <= now:
            until, address = heapq.heappop(self._resting)
            lane = self._lanes.get(address)
            if lane is None or lane.free_at != until:
                continue
            self._rest(address, lane, None)
