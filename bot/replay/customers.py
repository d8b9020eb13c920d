"""The customers of the replay: each says what the real customer said, and knows only what stands in their chat.

They keep no memory of their own, so that the replay can be killed and started again at any point, as a real bot can
be while its customers go on reading.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from bot.dialogs.refs import Aside, read_ref
from bot.replay.config import SHOP, order_review
from bot.replay.orders import Order
from bot.replay.stage import Seen, Stage
from bot.surveys.bank import bank
from bot.surveys.definition import Survey, text_in
from bot.surveys.filling import filled
from bot.surveys.wording import phrase

__all__ = ["Customers", "user_of"]

SURVEY, MADE_GOOD = order_review(), bank()["made-good"]
MORE_WITHIN, ANSWER_WITHIN = 3.0, 10.0
"""Seconds that a customer waits for more behind a message that asks nothing, and for an answer to what they said."""
TURNS = 12
"""Times that a customer looks at their chat before they give up."""


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
        return await self._answer(user, SURVEY, order.lang, lambda place, question: self._survey_answer(order, place, question))

    async def answer_made_good(self, order: Order) -> bool:
        """Say whether it was put right: yes, but for every fifth customer, who says partly, and what is missing."""
        satisfied = zlib.crc32(order.id.encode()) % 5 != 0
        # The first question's options are yes, partly, no; only who is not content is asked what is still missing.
        replies: dict[int, int | str] = {0: 0, 2: 5} if satisfied else {0: 1, 1: "Ainda falta uma parte.", 2: 3}

        def reply(place: int, question: Seen) -> dict[str, Any]:
            given = replies[place]
            return {"what": "text", "text": given} if isinstance(given, str) else _tap(question, given)

        return await self._answer(user_of(order), MADE_GOOD, order.lang, reply)

    async def _answer(self, user: int, survey: Survey, lang: str, reply: Callable[[int, Seen], dict[str, Any]]) -> bool:
        """Answer this survey's questions until the bot thanks for them. False where it owes an answer and fell silent."""
        for _ in range(TURNS):
            seen = await self._stage.chat(self._bot, user)
            question, place = _waiting(seen, survey, lang)
            if question is None and _is_over(seen, survey, lang):
                return True
            await self._think()
            if question is None:
                # More may be on its way; what the bot said last may be lost with a process.
                within = MORE_WITHIN if seen[-1]["from"] == "bot" else ANSWER_WITHIN
                if not await self._stage.more(self._bot, user, len(seen), within=within):
                    return False
                continue
            what = reply(place, question)
            if not await self._stage.does(what.pop("what"), self._bot, user, wait=ANSWER_WITHIN, **what):
                return False
        return False

    def _survey_answer(self, order: Order, place: int, question: Seen) -> dict[str, Any]:
        if place == 0:
            assert order.score is not None
            # Some people tap, others write.
            return _tap(question, order.score) if user_of(order) % 3 else {"what": "text", "text": str(order.score)}
        return {"what": "text", "text": order.comment} if order.comment else _tap(question, Aside.SKIP)


def _waiting(seen: list[Seen], survey: Survey, lang: str) -> tuple[Seen | None, int]:
    """The survey's question that waits for an answer, and its place in the survey.

    None does where the bot has thanked since, where the person has spoken since, and where it is a second copy, marked as such, of
    what was answered in words before it came: that is ignored, as it asks for.
    """
    for number in reversed(range(len(seen))):
        message, place = seen[number], _place_of(seen[number]["text"], survey, lang)
        if message["from"] == "bot" and message["buttons"] and place is not None:
            since = seen[number + 1 :]
            over = _is_over(since, survey, lang) or any(later["from"] == "person" for later in since)
            return (None, 0) if over or _was_answered(seen[: number + 1], lang) else (message, place)
    return None, 0


def _place_of(text: str, survey: Survey, lang: str) -> int | None:
    """Which of the survey's questions a message puts."""
    return next((place for place, question in enumerate(survey.questions) if text_in(question.text, lang) in text), None)


def _is_over(seen: list[Seen], survey: Survey, lang: str) -> bool:
    """Whether the bot has thanked, or, where its thanks were lost with a process, shown the last question as answered."""
    words = [filled(text_in(thanks, lang), {"shop": SHOP}) for thanks in (survey.thanks, survey.thanks_low)]
    said = [message for message in seen if message["from"] == "bot" and not message["buttons"]]
    shown = [message["text"] for message in said if "edit_date" in message]
    thanked = any(thanks in message["text"] for message in said for thanks in words)
    return thanked or any(_place_of(text, survey, lang) == len(survey.questions) - 1 for text in shown)


def _was_answered(seen: list[Seen], lang: str) -> bool:
    """Whether the newest message is the second copy of a question that was answered in words before it came."""
    *before, copy = seen
    for place, message in enumerate(before):
        first = message.get("earlier", [message["text"]])[0]
        if message["from"] == "bot" and copy["text"] == f"{phrase('repeated', lang)}\n\n{first}":
            return any(later["from"] == "person" for later in before[place:])
    return False


def _tap(question: Seen, choice: int | Aside) -> dict[str, Any]:
    for row in question["buttons"]:
        for button in row:
            ref = read_ref(button["data"])
            if ref is not None and ref.choice == choice:
                return {"what": "tap", "message": question["message_id"], "data": button["data"]}
    raise LookupError(f"the question has no button for {choice!r}: {question['text']}")
