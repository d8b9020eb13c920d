"""The dialog as one writes it with aiogram: its states in Redis, a commit to SQLite for each answer."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosqlite
from aiogram import Bot, Dispatcher, Router
from aiogram.filters import CommandStart, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.bots.aiohttp_client import answer_aiogram
from benchmarks.bots.chats import TOKEN, Chats
from benchmarks.bots.questions import ASIDES, BACK, HELLO, QUESTIONS, SCORES, THANKS, chosen

__all__ = ["hold", "kept"]

router = Router()


class Asked(StatesGroup):
    q0 = State()
    q1 = State()
    q2 = State()


STATES = (Asked.q0, Asked.q1, Asked.q2)


class Tap(CallbackData, prefix="q"):
    place: int
    score: int


class Aside(CallbackData, prefix="aside"):
    wish: str


def keyboard(place: int) -> InlineKeyboardMarkup:
    scores = [[InlineKeyboardButton(text=label, callback_data=Tap(place=place, score=score).pack())] for label, score in SCORES]
    wishes = (ASIDES[0], BACK, ASIDES[1]) if place else ASIDES
    asides = [InlineKeyboardButton(text=wish, callback_data=Aside(wish=wish).pack()) for wish in wishes]
    return InlineKeyboardMarkup(inline_keyboard=[*scores, asides])


@router.message(CommandStart(deep_link=True))
async def started(message: Message, state: FSMContext) -> None:
    await state.set_state(STATES[0])
    await message.answer(f"{HELLO}\n\n{QUESTIONS[0]}", reply_markup=keyboard(0))


@router.callback_query(StateFilter(Asked), Tap.filter())
async def answered(query: CallbackQuery, callback_data: Tap, state: FSMContext, raw_state: str, database: aiosqlite.Connection) -> None:
    place, score = callback_data.place, callback_data.score
    await query.answer()
    if raw_state != STATES[place].state or not isinstance(query.message, Message):
        return
    await database.execute("INSERT INTO answer (chat, place, score) VALUES (?, ?, ?)", (query.from_user.id, place, score))
    await database.commit()
    await query.message.edit_text(f"{query.message.text}\n\n{chosen(score)}")
    if place + 1 < len(QUESTIONS):
        await state.update_data({f"q{place}": score})
        await state.set_state(STATES[place + 1])
        await query.message.answer(QUESTIONS[place + 1], reply_markup=keyboard(place + 1))
    else:
        await state.clear()
        await query.message.answer(THANKS)


async def hold(chats: Chats, folder: Path, redis: str) -> None:
    """Serve `chats` until they are over. `redis` is the address of its server."""
    answer_aiogram(chats)
    async with aiosqlite.connect(folder / "answers.db") as database:
        await database.execute("PRAGMA journal_mode = WAL")
        await database.execute("PRAGMA synchronous = FULL")
        await database.execute("CREATE TABLE answer (chat INTEGER, place INTEGER, score INTEGER, PRIMARY KEY (chat, place))")
        storage = RedisStorage.from_url(redis)
        dispatcher = Dispatcher(storage=storage)
        dispatcher.include_router(router)
        polling = asyncio.create_task(dispatcher.start_polling(Bot(TOKEN), database=database, handle_signals=False))
        await chats.over.wait()
        await dispatcher.stop_polling()
        await polling
        await storage.close()


def kept(folder: Path) -> dict[tuple[int, int], int]:
    """The scores in the database, by chat and question's place."""
    with closing(sqlite3.connect(folder / "answers.db")) as database:
        return {(chat, place): score for chat, place, score in database.execute("SELECT chat, place, score FROM answer")}
