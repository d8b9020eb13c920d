"""The sender of one account: takes its due messages, in order of urgency, at the platform's pace, and settles what became of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from traceback import format_tb
from typing import Any

from channels.bell import Bell
from channels.clock import Clock
from channels.contract import (
    Channel,
    HasVitals,
    HomeChannel,
    Retry,
    Say,
    SendError,
    TopicChannel,
    Unknown,
    Unreachable,
    Vitals,
)
from channels.enclosing import Encloses, enclosed, shown_or_told
from channels.lanes import LATENESS, Lanes
from channels.outgoing import Outgoing, claimed
from channels.sent_ids import SentIds
from channels.settling import DATABASE_PAUSE, Settling
from storage.database import Database
from storage.outbox import MessageState, Priority
from storage.queries.outbox import Settled, orphans
from storage.writer import DatabaseUnavailable, Work

__all__ = ["Line"]

log = logging.getLogger(__name__)

POLL = 0.2
"""Seconds after which a sender looks for due messages that nobody told it of (of other processes, or fallen due)."""
CLAIM = 30
"""Messages that a sender without a pace takes in hand."""
AHEAD, FEWEST = timedelta(seconds=0.5), 5
"""How far ahead of its pace a sender takes messages into its hands, and how many it takes in any case: what it has is no
longer taken back, when a campaign is paused, say."""
URGENT = 5
"""Taken beyond that when there may be a reply among them: the most urgent come first."""
CROWD = 5
"""Messages for one address in hand beyond which no more of its own are taken: the others' turn comes."""
ROOM = 200
"""Messages that a sender keeps in hand beyond what it takes ahead, before it leaves further replies in the outbox."""
NAP = LATENESS / 3
"""No timer is set for less: at a pace of a millisecond, what has its slot meanwhile leaves together, and is settled together."""
AT_ONCE, TAKES = 32, timedelta(seconds=0.3)
"""Messages of one platform under way at the same time: so many, or more where its pace asks for it, since a call with its
settling takes up to so long."""


class Line:
    """`run` sends until it is cancelled; the caller owns the account meanwhile."""

    def __init__(
        self, database: Database, channel: Channel, clock: Clock, settle: Work[Settled, None], encloses: Encloses | None = None
    ) -> None:
        self._database, self._encloses = database, encloses
        self._settling = Settling(database, settle, self._tell)
        self._channel, self._clock = channel, clock
        self.vitals = channel.vitals if isinstance(channel, HasVitals) else Vitals(channel.account, listens=False)
        self._lanes: Lanes[Outgoing] = Lanes(channel.capabilities.pace)
        # Asked once: Python looks for every name of a protocol that it is asked about.
        self._home = channel if isinstance(channel, HomeChannel) else None
        self._topics = channel if isinstance(channel, TopicChannel) else None
        self._bell = Bell(clock)
        self._look = True
        self._looked = 0.0
        """When, on the event loop's clock, the outbox was looked at last."""
        self._urgent = False
        """Whether there may be something in the outbox that does not wait until hands are free."""
        pace = channel.capabilities.pace.account
        self._ahead = max(FEWEST, round(AHEAD / pace)) if pace else CLAIM
        self._at_once = max(AT_ONCE, round(TAKES / pace)) if pace else AT_ONCE
        self._behind = False
        """Whether replies or alerts are left in the outbox: further ones then queue up behind them."""
        self._claiming: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._warm = False
        self._sent = SentIds(database)
        self._running = False

    def has_room(self) -> bool:
        return self._running and not self._behind and len(self._lanes) < self._ahead + ROOM

    @property
    def next_time(self) -> datetime | None:
        """When something in hand that rests now may go."""
        return self._lanes.next_time() if len(self._lanes) else None

    @property
    def _hands(self) -> int:
        """How many messages may be under way. The first goes alone: its channel makes itself ready meanwhile, and others would
        wait for that beside it and then arrive all at once."""
        return self._at_once if self._warm else 1

    @property
    def idle(self) -> bool:
        next_time = self._lanes.next_time()
        waiting = not len(self._lanes) or (next_time is not None and next_time > self._clock.now())
        return waiting and not (self._look or self._claiming or self._under_way)

    def take(self, row: dict[str, Any]) -> None:
        """A row just committed: one marked as being sent is sent at once, for another the outbox is looked at."""
        if row["state"] != MessageState.SENDING.value:
            self._look = True
            if row["priority"] < Priority.CAMPAIGN:
                self._urgent = self._behind = True
        elif self._running:
            self._lanes.add(Outgoing.of(row))
        else:
            self._start(self._put_back([Outgoing.of(row)]))
        self._bell.ring()

    def wake(self) -> None:
        self._look = self._urgent = True
        self._bell.ring()

    async def run(self) -> None:
        self._lanes = Lanes(self._channel.capabilities.pace)
        await self._take_over()
        self._look = self._running = True
        try:
            while True:
                while len(self._under_way) < self._hands and (one := self._lanes.pick(self._clock.now())):
                    self._start(self._send(one))
                # What is in hand goes on leaving while a look waits for its turn at the database: no slot is lost by it.
                if self._claiming and self._claiming.done():
                    self._claiming.result()
                    self._claiming = None
                if not self._claiming and (room := self._room()):
                    self._claiming = asyncio.create_task(self._claim(room))
                    self._claiming.add_done_callback(lambda _: self._bell.ring())
                await self._rest()
        finally:
            self._running = False
            await self._wind_down()

    async def _take_over(self) -> None:
        """Settle what an earlier owner had in hand: of an address's messages only the first can have been under way."""
        rows = await self._database.write(partial(orphans, account=self._channel.account))
        first: dict[str, Outgoing] = {}
        for one in sorted((Outgoing.of(row._mapping) for row in rows), key=lambda one: (one.priority, one.id)):
            is_first = first.setdefault(one.address, one) is one
            await self._settling.note(one.orphaned(self._channel.capabilities, self._clock.now(), first=is_first))

    async def _wind_down(self) -> None:
        """Let what is under way finish, and put back what was not begun: it was certainly not sent."""
        if under_way := self._under_way | ({self._claiming} if self._claiming else set()):  # what a look brings is put back too
            await asyncio.wait(under_way, timeout=10)
        await self._put_back(self._lanes.clear())

    async def _put_back(self, left: Iterable[Outgoing]) -> None:
        await self._settling.note_all([one.put_back(self._clock.now()) for one in left])

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._warm = True
        self._look = self._look or self._behind
        self._bell.ring()
        if not task.cancelled() and (error := task.exception()):
            # The row stays as being sent; the account's next owner settles it as unknown.
            self._tell("message_not_settled", error)

    async def _rest(self) -> None:
        # With all calls under way there is nothing to wait for but the end of one of them.
        until = self._lanes.next_time() if len(self._under_way) < self._hands else None
        await self._bell.wait(until and max(until, self._clock.now() + NAP), POLL)
        if asyncio.get_running_loop().time() - self._looked >= POLL:
            # Something may have fallen due, also for another process's customer.
            self._look = self._urgent = True

    def _room(self) -> int:
        """How many messages to take in hand now."""
        if not self._look:
            return 0
        in_hand = self._lanes.addresses
        # Half of it at least, or what there is room for besides looking for a reply: a claim costs a transaction.
        looks = in_hand <= self._ahead // 2 or (self._urgent and in_hand < self._ahead + CLAIM)
        return max(self._ahead - in_hand, URGENT) if looks else 0

    async def _claim(self, room: int) -> None:
        self._look = self._urgent = False
        self._looked = asyncio.get_running_loop().time()
        crowded = self._lanes.crowded(CROWD)
        due = partial(claimed, account=self._channel.account, now=self._clock.now(), limit=room, but_not=crowded)
        try:
            taken = await self._database.write(due)
        except DatabaseUnavailable as error:
            self._tell("outbox_not_read", error)
            self._look = True
            await asyncio.sleep(DATABASE_PAUSE)
            return
        for one in taken:
            self._lanes.add(one)
        full = len(taken) == room
        # The most urgent come first: with a campaign's message among them, no more of the others is left.
        self._behind = self._look or bool(crowded) or (full and max(one.priority for one in taken) < Priority.CAMPAIGN)
        self._look = self._look or full

    async def _send(self, one: Outgoing) -> None:
        self._lanes.leaves(one, self._clock.now())
        try:
            platform_id, unshown = await self._hand_over(one)
        except SendError as error:
            await self._failed(one, error)
        except Exception as error:
            self._tell("channel_failed", error)
            await self._failed(one, Unknown(type(error).__name__))
        else:
            now = self._clock.now()
            self._lanes.done(one, now)
            self._bell.ring()
            if platform_id is None:
                why = "it was answered meanwhile, so it had arrived"
                await self._settling.note(one.settled(MessageState.UNKNOWN, now, reason=why))
                return
            self._sent.remember(one.say.key, platform_id)
            if platform_id:
                self.vitals.sent(now)
            if unshown:
                log.warning("picture_refused account=%s message=%s why=%s", self._channel.account, one.id, unshown)
            sent = one.settled(MessageState.SENT, now, platform_id=platform_id, reason=unshown)
            await self._settling.note(sent, patient=one.priority >= Priority.CAMPAIGN)
            if self._home:
                self._home.home_moved(one.address)

    async def _hand_over(self, one: Outgoing) -> tuple[str | None, str]:
        """The platform's id of what was sent now; empty where there was nothing to send, None where it had arrived before. And why
        its picture or file is not with it, where the platform refused that."""
        if one.repeated and await self._sent.is_answered(one):
            return None, ""
        edits = await self._sent.of(one.say.edits) if one.say.edits else ""
        if one.say.edits and not (edits and self._channel.capabilities.edits):
            return "", ""  # nothing to replace: an edit carries no news of its own
        root = await self._sent.root_of(one) if one.topic and self._topics else ""
        capabilities = self._channel.capabilities
        say = await enclosed(one.wording(capabilities), capabilities.files, self._encloses, self._tell)
        send: Callable[[Say], Awaitable[str]] = partial(self._channel.send, one.address, message_id=one.id, edits=edits)
        if root and self._topics:
            send = partial(self._topics.send_beneath, root, one.address, message_id=one.id)
        platform_id, unshown = await shown_or_told(say, send)
        if self._topics:
            self._sent.remember(one.topic, root or platform_id)
        return platform_id, unshown

    async def _failed(self, one: Outgoing, error: SendError) -> None:
        now = self._clock.now()
        self.vitals.not_sent(error, now)
        match error:
            case Retry() if error.blameless or one.may_be_tried_again(now):
                until = now + max(error.after, timedelta(milliseconds=50))
                if error.account_wide:
                    self._lanes.hold_all(until)
                back = [one, *self._lanes.hold(one.address, until)]
                tried = not error.blameless
                await self._settling.note_all(
                    [each.settled(MessageState.DUE, now, due_at=until, reason=str(error), tried=tried) for each in back]
                )
            case Unreachable():
                left = self._lanes.hold(one.address, now)
                gone = partial(Outgoing.settled, state=MessageState.UNREACHABLE, now=now, reason=error.reason, blocked=error.blocked)
                await self._settling.note_all([gone(each) for each in (one, *left)])
            case Unknown():
                self._lanes.done(one, now)
                await self._settling.note(one.unknown(self._channel.capabilities, now, error.why))
            case _:
                self._lanes.done(one, now)
                await self._settling.note(one.settled(MessageState.REJECTED, now, reason=str(error)))
        log.warning("message_not_sent account=%s message=%s why=%s", self._channel.account, one.id, type(error).__name__)
        self.wake()

    def _tell(self, event: str, error: BaseException) -> None:
        """Kind and place only: what an error says may quote a customer."""
        place = "".join(format_tb(error.__traceback__)[-3:])
        log.error("%s account=%s why=%s\n%s", event, self._channel.account, type(error).__name__, place)
