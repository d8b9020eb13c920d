"""The scripted staff member of the replay: takes every case, apologises, offers a fix, and keeps the promise."""

from __future__ import annotations

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

    async def answer(self, case_id: int, department: str) -> bool:
        """Take the case, apologise and promise a fix. False where the desk did not follow."""
        await self._press(case_id, "take")
        fix = FIXES.get(department, Fix.CALL_BACK)
        return all([await self._press(case_id, step) for step in ("respond", f"fix.{fix.value}", "due.", "send")])

    async def keep_promise(self, case_id: int) -> bool:
        return await self._press(case_id, "kept")

    async def _press(self, case_id: int, action: str) -> bool:
        """Press the newest button of that case whose action begins so."""
        await self._look(within=2 if action == "take" else 0)
        wanted = f"c.{short(case_id)}.{action}"
        found = next(
            (data for data in reversed(self._offers) if data == wanted or (wanted.endswith(".") and data.startswith(wanted))), None
        )
        if found is None:
            return False
        await self._think()
        return bool(await self._stage.does("tap", self._bot, USER, message=self._offers[found], data=found))

    async def _look(self, *, within: float) -> None:
        for news in await self._stage.news(self._bot, USER, self._seen, within=within):
            self._seen = max(self._seen, news["number"])
            self._note(news)

    def _note(self, message: Seen) -> None:
        for row in message["buttons"]:
            for button in row:
                self._offers.pop(button["data"], None)  # the newest comes last
                self._offers[button["data"]] = message["message_id"]
