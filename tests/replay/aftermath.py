"""What a replay has left behind, in its database and in the chats: nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.replay.config import CUSTOMERS_BOT
from bot.replay.customers import user_of
from bot.replay.orders import Order
from bot.surveys.wording import phrase
from storage.cases import Case, CaseEntry
from storage.database import Database, open_database
from storage.dialogs import Answer, Dialog, SetAside
from storage.outbox import Message, MessageState
from tests.simulators.telegram.world import Chat, World

__all__ = ["Aftermath", "aftermath", "check_chats", "messages_of"]

ANSWER, CASE, DIALOG, ENTRY, MESSAGE, SET_ASIDE = (model.__table__ for model in (Answer, Case, Dialog, CaseEntry, Message, SetAside))  # type: ignore[attr-defined]

ONCE_A_CASE = ("taken", "response", "promise", "kept", "asked", "made_good")
"""What the history of every case has one entry of."""


class Aftermath:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def counted(self, *columns: Any, where: Any = True) -> Counter[Any]:
        """How many rows there are for each combination of values."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(*columns, func.count()).where(where).group_by(*columns))
            return Counter({tuple(key) if len(key) > 1 else key[0]: n for *key, n in rows})

    async def scores(self) -> Counter[int]:
        return await self.counted(ANSWER.c.number, where=(ANSWER.c.survey == "order-review") & (ANSWER.c.question == "csat"))

    async def check(self, orders: Sequence[Order], *, cases: int | None = None) -> None:
        """What must hold however often the replay was killed."""
        answered = [order for order in orders if order.answered_at]
        assert await self.counted(SET_ASIDE.c.reason) == {}
        assert await self.scores() == Counter(order.score for order in answered)
        assert await self.counted(DIALOG.c.state, where=DIALOG.c.survey == "order-review") == {"completed": len(answered)}
        given = await self.counted(ANSWER.c.dialog_id, ANSWER.c.question)
        assert set(given.values()) == {1}
        words = await self.counted(ANSWER.c.words, where=(ANSWER.c.survey == "order-review") & (ANSWER.c.words.is_not(None)))
        said = Counter(_said_once(told) for told in words.elements())
        assert said == Counter(order.comment for order in answered if order.comment)
        states = await self.counted(MESSAGE.c.state)
        assert set(states) <= {MessageState.SENT.value, MessageState.UNKNOWN.value}
        matters = await self.counted(CASE.c.customer_id, CASE.c.matter)
        assert set(matters.values()) <= {1}
        if cases is not None:
            assert len(matters) == cases
        assert await self.counted(DIALOG.c.state, where=DIALOG.c.survey == "made-good") == {"completed": len(matters)}
        kinds = await self.counted(ENTRY.c.kind)
        assert {kind: kinds[kind] for kind in ONCE_A_CASE} == dict.fromkeys(ONCE_A_CASE, len(matters))
        alerted = await self.counted(MESSAGE.c.case_id, where=MESSAGE.c.key.like("alert.%") & (MESSAGE.c.state == MessageState.SENT.value))
        assert len(alerted) == len(matters)


@asynccontextmanager
async def aftermath(folder: Path) -> AsyncIterator[Aftermath]:
    database = await open_database(f"sqlite:///{folder / 'replay.db'}")
    try:
        yield Aftermath(database)
    finally:
        await database.close()


def check_chats(world: World, orders: Sequence[Order]) -> int:
    """No question stands twice in a chat, unless the second one says so in the customer's language; gives back how many do."""
    chats = world.bots[CUSTOMERS_BOT].chats
    marked = 0
    for order in orders:
        if (chat := chats.get(user_of(order))) is None:
            assert order.answered_at is None
            continue
        sign, seen = phrase("repeated", order.lang) + "\n\n", set()
        for text in _questions(chat):
            question = text.removeprefix(sign)
            assert question not in seen or text.startswith(sign), f"asked twice, unmarked: {question}"
            marked += text.startswith(sign)
            seen.add(question)
    return marked


def messages_of(world: World) -> list[tuple[int, str]]:
    """Every message of every chat, as it reads now."""
    return [
        (chat.id, entry.message["text"]) for bot in world.bots.values() for chat in bot.chats.values() for entry in chat.entries.values()
    ]


def _said_once(words: str) -> str:
    """Who is asked back because nobody can read "..." says it again, and both are kept."""
    once = words[: len(words) // 2]
    return once if words == f"{once}\n{once}" else words


def _questions(chat: Chat) -> Iterator[str]:
    """The bot's messages that came with buttons, as they first were."""
    for entry in chat.entries.values():
        first = entry.earlier[0] if entry.earlier else entry.message
        if entry.from_bot and first.get("reply_markup", {}).get("inline_keyboard"):
            yield first["text"]
