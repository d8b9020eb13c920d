"""The scripted staff member of the replay: takes every case, apologises, offers a fix, and keeps the promise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.complaints.promises import Fix
from bot.replay.stage import Seen, Stage
from storage.ids import short

__all__ = ["Clerk"]

USER = 7
FIXES = {
    "delivery_speed": Fix.DISCOUNT,
    "delivery_condition": Fix.REPLACE,
    "product": Fix.REPLACE,
    "price_billing": Fix.REFUND,
}
"""What this clerk offers, by department; a call back where none is named."""
COMES_WITHIN = 2.0
"""Seconds that the clerk waits for a button that is to come."""


class Clerk:
    """Works with what the staff's bot shows and with nothing else. `think` lets the time pass that a person needs."""

    def __init__(self, stage: Stage, bot: str, think: Callable[[], Awaitable[None]]) -> None:
        self._stage = stage
        self._bot = bot
        self._think = think
        self._seen = 0
        self._offers: dict[str, int] = {}
        """Buttons seen so far: their data, and the message they are on."""

    async def come_in(self, code: str) -> None:
        """Open the chat with the one-time code that links it."""
        await self._stage.does("start", self._bot, USER, name="Alex", payload=code)

    async def answer(self, case_id: int, department: str, *, taken: bool) -> bool:
        """Take the case where it is not yet `taken`, apologise and promise a fix. False where the desk did not follow: nothing
        is then pressed further, and the case is begun anew when it is next worked at."""
        fix = FIXES.get(department, Fix.CALL_BACK)
        for step in (*(() if taken else ("take",)), "respond", f"fix.{fix.value}", "due.", "send"):
            if not await self._press(case_id, step):
                return False
        return True

    async def keep_promise(self, case_id: int) -> bool:
        return await self._press(case_id, "kept")

    async def _press(self, case_id: int, action: str) -> bool:
        """Press the newest button of that case whose action begins so."""
        wanted = f"c.{short(case_id)}.{action}"
        loop = asyncio.get_running_loop()
        until = loop.time() + COMES_WITHIN
        await self._look(within=0)
        while (found := self._newest(wanted)) is None:
            if not await self._look(within=max(0.0, until - loop.time())):
                return False
        await self._think()
        return bool(await self._stage.does("tap", self._bot, USER, message=self._offers[found], data=found))

    def _newest(self, wanted: str) -> str | None:
        offers = reversed(self._offers)
        return next((data for data in offers if data == wanted or (wanted.endswith(".") and data.startswith(wanted))), None)

    async def _look(self, *, within: float) -> bool:
        """Whether there was anything new to see."""
        news = await self._stage.news(self._bot, USER, self._seen, within=within)
        for one in news:
            self._seen = max(self._seen, one["number"])
            self._note(one)
        return bool(news)

    def _note(self, message: Seen) -> None:
        for row in message["buttons"]:
            for button in row:
                self._offers.pop(button["data"], None)  # the newest comes last
                self._offers[button["data"]] = message["message_id"]
