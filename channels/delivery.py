"""The sender: takes what is due out of the outbox, in order of urgency, at each platform's pace, and settles what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from channels.clock import Clock
from channels.contract import Channel, Retry, Say, SendError, Unknown, Unreachable
from channels.lanes import Lanes
from channels.stored import say_from_json
from storage.database import Database
from storage.outbox import MessageState
from storage.queries.outbox import Settled, claim, orphans, platform_ids, settle

__all__ = ["Delivery"]

log = logging.getLogger(__name__)

POLL = 0.2
"""Seconds after which a sender looks for due messages that nobody told it of (of other processes, or fallen due)."""
CLAIM = 30
"""Messages taken at once: about a second of Telegram's pace, so that bulk never stands before a reply for longer."""
ROOM = 200
"""Messages a sender keeps in hand before it leaves further replies in the outbox."""
GIVE_UP_AFTER = timedelta(days=1)
"""How long a message is tried again while its platform cannot take it: a day's outage loses nothing."""
LONGEST_PAUSE = 300
"""Seconds between two attempts at a message that may be sent any number of times: 0, 1, 3, 7 … and never more."""
AT_ONCE = 32
"""Calls to one platform under way at the same time."""
KEYS_KEPT = 4096
"""Keys of messages sent lately whose platform ids are at hand for an edit without asking the database."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in hand."""

    id: int
    address: str
    priority: int
    say: Say
    attempts: int
    repeated: bool
    invitation_id: int | None
    due_at: datetime
    created_at: datetime

    @property
    def paced(self) -> bool:
        return not self.say.edits


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(
        row["id"],
        row["address"],
        row["priority"],
        say_from_json(row["say"]),
        row["attempts"],
        row["repeated"],
        row["invitation_id"],
        row["due_at"],
        row["created_at"],
    )


class Delivery:
    """Sends for the accounts of these channels, for each once `run` says that this process owns it."""

    def __init__(self, database: Database, channels: Sequence[Channel], clock: Clock) -> None:
        self._lines = {channel.account: _Line(database, channel, clock) for channel in channels}

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


class _Line:
    """The sender of one account."""

    def __init__(self, database: Database, channel: Channel, clock: Clock) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock
        self._lanes: Lanes[Outgoing] = Lanes(channel.capabilities.pace)
        self._woken = asyncio.Event()
        self._look = True
        self._under_way: set[asyncio.Task[None]] = set()
        self._sent_keys: OrderedDict[str, str] = OrderedDict()
        self._running = False

    def has_room(self) -> bool:
        return self._running and len(self._lanes) < ROOM

    @property
    def next_time(self) -> datetime | None:
        return self._lanes.next_time() if len(self._lanes) else None

    @property
    def idle(self) -> bool:
        next_time = self._lanes.next_time()
        waiting = not len(self._lanes) or (next_time is not None and next_time > self._clock.now())
        return waiting and not (self._look or self._under_way)

    def take(self, row: dict[str, Any]) -> None:
        if row["state"] == MessageState.SENDING.value:
            self._lanes.add(_outgoing(row))
        else:
            self._look = True
        self._woken.set()

    def wake(self) -> None:
        self._look = True
        self._woken.set()

    async def run(self) -> None:
        for row in await self._database.write(lambda conn: orphans(conn, self._channel.account)):
            left = _outgoing(row._mapping)
            await self._settle(self._unknown(left, "the process ended while this was being sent"))
        self._running = True
        try:
            while True:
                if self._look and len(self._lanes) < CLAIM:
                    await self._claim()
                if len(self._under_way) < AT_ONCE and (one := self._lanes.pick(self._clock.now())):
                    task = asyncio.create_task(self._send(one))
                    self._under_way.add(task)
                    task.add_done_callback(self._finished)
                else:
                    await self._rest()
        finally:
            self._running = False
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=10)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            # The row stays as being sent; its next owner settles it as unknown.
            log.error("message_not_settled account=%s", self._channel.account, exc_info=error)

    async def _rest(self) -> None:
        until = self._lanes.next_time()
        waits: set[asyncio.Task[Any]] = {asyncio.create_task(self._woken.wait())}
        if until is not None:
            waits.add(asyncio.create_task(self._clock.sleep_until(until)))
        _, left = await asyncio.wait(waits, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        for wait in left:
            wait.cancel()
        self._look = self._look or not self._woken.is_set()  # time has passed: something may have fallen due
        self._woken.clear()

    async def _claim(self) -> None:
        self._look = False
        now, account = self._clock.now(), self._channel.account

        def take(conn: Connection) -> Sequence[Any]:
            return claim(conn, account, now, limit=CLAIM)

        rows = await self._database.write(take)
        for row in rows:
            self._lanes.add(_outgoing(row._mapping))
        self._look = self._look or len(rows) == CLAIM

    async def _send(self, one: Outgoing) -> None:
        edits = ""
        try:
            edits = await self._platform_id(one.say.edits) if one.say.edits else ""
            if one.say.edits and not (edits and self._channel.capabilities.edits):
                platform_id = ""  # nothing to replace: an edit carries no news of its own
            else:
                say = replace(one.say, text=f"{one.say.again}\n\n{one.say.text}") if one.repeated and one.say.again else one.say
                platform_id = await self._channel.send(one.address, say, message_id=one.id, edits=edits)
        except SendError as error:
            await self._failed(one, error)
        except Exception as error:
            log.exception("channel_failed account=%s message=%s", self._channel.account, one.id)
            await self._failed(one, Unknown(f"{type(error).__name__}: {error}"))
        else:
            self._remember(one.say.key, platform_id)
            self._lanes.done(one, self._clock.now())
            self._woken.set()
            await self._settle(self._settled(one, MessageState.SENT, platform_id=platform_id))

    async def _failed(self, one: Outgoing, error: SendError) -> None:
        now = self._clock.now()
        match error:
            case Retry() if now - one.created_at < GIVE_UP_AFTER:
                until = now + max(error.after, timedelta(milliseconds=50))
                if error.account_wide:
                    self._lanes.hold_all(until)
                back = [one, *self._lanes.hold(one.address, until)]
                await self._settle_all([self._settled(each, MessageState.DUE, due_at=until, reason=str(error)) for each in back])
            case Unreachable():
                left = self._lanes.hold(one.address, now)
                await self._settle_all([self._settled(each, MessageState.UNREACHABLE, reason=error.reason) for each in (one, *left)])
            case Unknown():
                self._lanes.done(one, now)
                await self._settle(self._unknown(one, error.why))
            case _:
                self._lanes.done(one, now)
                await self._settle(self._settled(one, MessageState.REJECTED, reason=str(error)))
        log.warning("message_not_sent account=%s message=%s why=%s", self._channel.account, one.id, type(error).__name__)
        self.wake()

    def _unknown(self, one: Outgoing, why: str) -> Settled:
        """Perhaps delivered. Sent again where that is harmless, as an edit is, and once where it can say so; otherwise left."""
        now = self._clock.now()
        if (self._channel.capabilities.idempotent or one.say.edits) and now - one.created_at < GIVE_UP_AFTER:
            again_at = now + timedelta(seconds=min(2**one.attempts - 1, LONGEST_PAUSE))
            return self._settled(one, MessageState.DUE, due_at=again_at, reason=why)
        if one.say.again and not one.repeated:
            return replace(self._settled(one, MessageState.DUE, reason=why), repeated=True)
        return self._settled(one, MessageState.UNKNOWN, reason=why)

    def _settled(
        self, one: Outgoing, state: MessageState, *, platform_id: str | None = None, due_at: datetime | None = None, reason: str = ""
    ) -> Settled:
        return Settled(
            one.id,
            self._channel.account,
            one.address,
            state,
            self._clock.now(),
            due_at or one.due_at,
            one.attempts + 1,
            platform_id or None,
            reason,
            one.repeated,
            one.invitation_id,
        )

    async def _settle(self, settled: Settled) -> None:
        await self._database.writer.submit(settle, settled)

    async def _settle_all(self, settled: Sequence[Settled]) -> None:
        await asyncio.gather(*(self._settle(one) for one in settled))

    def _remember(self, key: str, platform_id: str) -> None:
        if key and platform_id:
            self._sent_keys[key] = platform_id
            if len(self._sent_keys) > KEYS_KEPT:
                self._sent_keys.popitem(last=False)

    async def _platform_id(self, key: str) -> str:
        if platform_id := self._sent_keys.get(key):
            return platform_id
        async with self._database.read() as conn:
            return (await conn.run_sync(platform_ids, [key])).get(key, "")
