"""The customers of the replay: each says what the real customer said, and knows only what stands in their chat.

They keep no memory of their own, so that the replay can be killed and started again at any point, as a real bot can
be while its customers go on reading.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from bot.dialogs.refs import Aside, read_ref
from bot.replay.orders import Order
from bot.replay.stage import Seen, Stage

__all__ = ["Customers", "user_of"]

QUESTIONS = 2
"""Of the survey that the replay puts: the score, and the customer's own words."""
THANKS_WITHIN, ANSWER_WITHIN = 3.0, 10.0
"""Seconds that a customer waits for the bot's last word, which may be lost with a process, and for what they need to go on."""


def user_of(order: Order) -> int:
    """The Telegram user who made this order."""
    return 1_000_000 + zlib.crc32(order.customer.encode())


class Customers:
    """`think` lets the time pass that a person needs for one answer."""

    def __init__(self, stage: Stage, bot: str, think: Callable[[], Awaitable[None]]) -> None:
        self._stage = stage
        self._bot = bot
        self._think = think

    async def answer_survey(self, order: Order, token: str) -> bool:
        """Open the link and say what the real customer said. False where the bot fell silent."""
        user = user_of(order)
        if not await self._stage.chat(self._bot, user):
            await self._stage.does("start", self._bot, user, name="Cliente", lang=order.lang, payload=token)
        return await self._answer(user, QUESTIONS, lambda place, question: self._survey_answer(order, place, question))

    async def answer_made_good(self, order: Order) -> bool:
        """Say whether it was put right: yes, but for every fifth customer, who says partly, and what is missing."""
        satisfied = zlib.crc32(order.id.encode()) % 5 != 0
        # The first question's options are yes, partly, no; only who is not content is asked what is still missing.
        replies: dict[int, int | str] = {0: 0, 2: 5} if satisfied else {0: 1, 1: "Ainda falta uma parte.", 2: 3}

        def reply(place: int, question: Seen) -> dict[str, Any]:
            given = replies[place]
            return {"what": "text", "text": given} if isinstance(given, str) else _tap(question, given)

        return await self._answer(user_of(order), QUESTIONS + len(replies), reply)

    async def _answer(self, user: int, questions: int, reply: Callable[[int, Seen], dict[str, Any]]) -> bool:
        """Answer until the chat shows so many answered questions. What waits beside them was put twice, or is of an earlier asking."""
        for _ in range(4 * questions):
            seen = await self._stage.chat(self._bot, user)
            question, done = _waiting(seen), sum(map(_answered, seen)) >= questions
            if done and seen[-1]["from"] == "bot":
                return True
            await self._think()
            if done or question is None or seen[-1]["from"] == "person":
                if not await self._stage.more(self._bot, user, len(seen), within=THANKS_WITHIN if done else ANSWER_WITHIN):
                    return done
                continue
            ref = read_ref(question["buttons"][-1][-1]["data"])
            assert ref is not None
            what = reply(ref.question, question)
            await self._stage.does(what.pop("what"), self._bot, user, wait=ANSWER_WITHIN, **what)
        return False

    def _survey_answer(self, order: Order, place: int, question: Seen) -> dict[str, Any]:
        if place == 0:
            assert order.score is not None
            # Some people tap, others write.
            return _tap(question, order.score) if user_of(order) % 3 else {"what": "text", "text": str(order.score)}
        return {"what": "text", "text": order.comment} if order.comment else _tap(question, Aside.SKIP)


def _answered(message: Seen) -> bool:
    """Whether it is a question that was answered: its message has been edited, and its buttons are gone."""
    return "edit_date" in message and not message["buttons"]


def _waiting(seen: list[Seen]) -> Seen | None:
    """The newest question whose buttons are still there."""
    return next((message for message in reversed(seen) if message["from"] == "bot" and message["buttons"]), None)


def _tap(question: Seen, choice: int | Aside) -> dict[str, Any]:
    for row in question["buttons"]:
        for button in row:
            ref = read_ref(button["data"])
            if ref is not None and ref.choice == choice:
                return {"what": "tap", "message": question["message_id"], "data": button["data"]}
    raise LookupError(f"the question has no button for {choice!r}: {question['text']}")
