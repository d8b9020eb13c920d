"""The replay itself: orders become touchpoints at their time, customers answer at theirs, the desk makes good what went wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, select

from bot.app import App, open_app
from bot.complaints.detecting import LEARNING
from bot.desk.staffing import NameProblem
from bot.replay.clerk import USER as CLERK
from bot.replay.clerk import Clerk
from bot.replay.config import CUSTOMERS_BOT, STAFF_BOT, order_review, replay_config
from bot.replay.customers import Customers
from bot.replay.orders import Order
from bot.replay.report import report
from bot.replay.stage import Stage
from bot.replay.timeline import next_round, timeline
from bot.touchpoints.taking import Item, Taken, take_touchpoints
from channels.clock import SimulatedClock
from storage.cases import Case, CaseState
from storage.customers import Customer
from storage.dialogs import Dialog
from storage.staff import Door, Staff

__all__ = ["replay"]

log = logging.getLogger(__name__)

KEPT_AFTER, JUDGED_AFTER = timedelta(days=1), timedelta(hours=2)
"""How long after the apology the promise is kept, and after that until the customer says whether it was made good."""
ONE_ANSWER = timedelta(seconds=3)
"""What a person needs to read a message and answer it."""
HEARD_WITHIN = 30.0
"""Seconds that people wait for a bot to take what they did, which was perhaps before it was killed."""
AFTERWARDS = timedelta(days=45)
"""How long time runs on after the last order: until what is promised is kept and judged, and what waits has expired."""
_case, _customer = Case.__table__, Customer.__table__  # type: ignore[attr-defined]
_dialog, _door, _staff = Dialog.__table__, Door.__table__, Staff.__table__  # type: ignore[attr-defined]
_OPEN_CASES = (
    select(_case.c.id, _case.c.state, _case.c.department, _case.c.reopened, _case.c.updated_at)
    .where(_case.c.state != CaseState.CLOSED)
    .order_by(_case.c.id)
)
_ASKED = (
    select(_dialog.c.opened_at, _customer.c.external_id)
    .join(_customer, _customer.c.id == _dialog.c.customer_id)
    .where(_dialog.c.state == "open", _dialog.c.case_id.is_not(None))
    .order_by(_dialog.c.id)
)


async def replay(orders: Sequence[Order], telegram: str, folder: Path, progress: Callable[[str, int], None]) -> dict[str, Any]:
    """Play all orders; gives back the report. `folder` keeps the database.

    Killed at any point and started again with the same played Telegram and folder, it goes on where it stopped: what
    was told, asked and answered is in the database and in the chats, and in nobody's memory.
    """
    async with Stage.open(telegram) as stage:
        await stage.make_bot(CUSTOMERS_BOT, "replay_customers_bot")
        await stage.make_bot(STAFF_BOT, "replay_staff_bot")
        start = min(order.ordered_at for order in orders).astimezone(UTC)
        clock = SimulatedClock(max(start, await _time_on(stage, start)))
        await stage.set_clock(clock.now())
        async with open_app(replay_config(telegram, folder), clock, surveys=[order_review()]) as app, _running(app):
            show = _Show(app, clock, stage, orders)
            await show.play(progress)
            result = await app.database.write(lambda conn: report(conn, orders, "order-review"))
            return result | {"telegram": await stage.counters()}


async def _time_on(stage: Stage, start: datetime) -> datetime:
    """The played Telegram's time, where an earlier run has set it; a new one shows the machine's, long after the orders."""
    now = await stage.now()
    return start if now > datetime.now(UTC) - timedelta(days=2) else now


@asynccontextmanager
async def _running(app: App) -> AsyncIterator[None]:
    running = asyncio.create_task(app.run(schedule=False))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        if not running.cancelled() and (error := running.exception()):
            raise error


class _Show:
    def __init__(self, app: App, clock: SimulatedClock, stage: Stage, orders: Sequence[Order]) -> None:
        self._app, self._clock, self._stage = app, clock, stage
        self._orders = {order.customer: order for order in orders}
        self._customers = Customers(stage, CUSTOMERS_BOT, self._think)
        self._clerk = Clerk(stage, STAFF_BOT, self._think)
        self._tokens: dict[str, str] = {}
        self._happened: list[Item] = []
        self._swept = clock.now()

    async def play(self, progress: Callable[[str, int], None]) -> None:
        await self._all_heard()
        await self._let_the_clerk_in()
        events = timeline(list(self._orders.values()))
        for at, what, order in events:
            await self._rounds_until(at)
            if isinstance(what, Item):
                self._happened.append(what)
                continue
            await self._set_clock(at)
            await self._tell()
            if not await self._customers.answer_survey(order, self._tokens[order.id]):
                log.warning("customer_left_waiting order=%s", order.id)
            await self._work_at_the_desk()
            progress("answered", 1)
        await self._rounds_until(events[-1][0] + AFTERWARDS)
        await self._all_said()

    async def _tell(self) -> None:
        """Tell Makegood what has happened since it was last told."""
        items, self._happened = self._happened, []
        if not items:
            return

        def take(conn: Connection) -> list[Taken]:
            return take_touchpoints(conn, items, self._app.planner, self._clock.now())

        for item, taken in zip(items, await self._app.database.write(take), strict=True):
            self._tokens[str(item.told.attributes["order"])] = taken.token

    async def _rounds_until(self, moment: datetime) -> None:
        """Let time pass, round by round: the shop tells what has happened, what is due is done, and the desk is worked at."""
        while (round_at := next_round(self._swept)) <= moment:
            self._swept = round_at
            await self._set_clock(round_at)
            await self._tell()
            await self._app.sweep(but=LEARNING)  # every order is judged by the same weights
            await self._work_at_the_desk()

    async def _set_clock(self, moment: datetime) -> None:
        """Let time pass, on Telegram first, once everything that was to be said by then is said, so that measured times are true ones."""
        await self._all_said()
        while (rests_until := self._app.delivery.next_time) and rests_until < moment:
            await self._move_clock(rests_until)
            await self._all_said()
        await self._move_clock(moment)

    async def _move_clock(self, moment: datetime) -> None:
        if moment > self._clock.now():
            await self._stage.set_clock(moment)
            self._clock.move_to(moment)

    async def _all_said(self) -> None:
        patience = asyncio.get_running_loop().time() + 2
        while not self._app.delivery.idle and asyncio.get_running_loop().time() < patience:  # noqa: ASYNC110  (it has no event)
            await asyncio.sleep(0.001)

    async def _all_heard(self) -> None:
        """Wait until what people did is taken: a case reads otherwise afterwards, and who did it twice would be answered twice."""
        if not await self._stage.all_heard(within=HEARD_WITHIN):
            log.warning("people_left_waiting")

    async def _think(self) -> None:
        await self._set_clock(self._clock.now() + ONE_ANSWER)

    async def _let_the_clerk_in(self) -> None:
        if await self._read(select(_door.c.id).where(_door.c.native_id == str(CLERK))):
            return
        staff_id = await self._app.desk.staffing.add("Alex", role="lead")
        if isinstance(staff_id, NameProblem):  # an earlier run ended before the chat was linked
            ((staff_id,),) = await self._read(select(_staff.c.id).where(_staff.c.name == "Alex"))
        await self._clerk.come_in(await self._app.desk.staffing.new_code(staff_id))

    async def _work_at_the_desk(self) -> None:
        """The clerk goes through the cases; customers who were asked whether it was made good say so."""
        await self._all_heard()
        for case in await self._read(_OPEN_CASES):
            match case.state:
                case CaseState.OPEN | CaseState.TAKEN | CaseState.REOPENED if case.reopened == 0:
                    await self._clerk.answer(case.id, case.department, taken=case.state != CaseState.OPEN)
                case CaseState.RESPONDED if self._clock.now() >= case.updated_at + KEPT_AFTER:
                    await self._clerk.keep_promise(case.id)
        for asked in await self._read(_ASKED):
            if self._clock.now() >= asked.opened_at + JUDGED_AFTER:
                await self._customers.answer_made_good(self._orders[asked.external_id])

    async def _read(self, query: Select[Any]) -> Sequence[Any]:
        async with self._app.database.read() as conn:
            rows: Sequence[Any] = (await conn.execute(query)).all()
            return rows
