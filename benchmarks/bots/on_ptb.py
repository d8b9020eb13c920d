"""The dialog as one writes it with python-telegram-bot: a ConversationHandler, kept in SQLite after every update."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import (
    Application,
    BaseHandler,
    BasePersistence,
    BaseUpdateProcessor,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PersistenceInput,
)
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from benchmarks.bots.chats import TOKEN, Chats
from benchmarks.bots.questions import ASIDES, BACK, HELLO, QUESTIONS, SCORES, THANKS, chosen

__all__ = ["hold", "kept"]


class Client(BaseRequest):
    """The HTTP client, replaced: what it is handed goes to the played chats."""

    read_timeout = 5.0

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any) -> tuple[int, bytes]:
        fields = request_data.json_parameters if request_data else {}
        if url.endswith("/getUpdates"):
            return 200, (await self._chats.updates(int(fields.get("offset", 0)))).encode()
        return 200, self._chats.take(url.rpartition("/")[2], fields).encode()


class Kept(BasePersistence[Any, Any, Any]):
    """Conversations and what was answered in them, as JSON in SQLite. `commit` makes durable what was updated."""

    def __init__(self, file: Path) -> None:
        super().__init__(PersistenceInput(bot_data=False, chat_data=False, callback_data=False))
        self._database = sqlite3.connect(file)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("CREATE TABLE user_data (user INTEGER PRIMARY KEY, data TEXT)")
        self._database.execute("CREATE TABLE conversation (name TEXT, key TEXT, state INTEGER, PRIMARY KEY (name, key))")

    def commit(self) -> None:
        self._database.commit()

    async def get_user_data(self) -> dict[int, Any]:
        return {user: json.loads(data) for user, data in self._database.execute("SELECT user, data FROM user_data")}

    async def update_user_data(self, user_id: int, data: Any) -> None:
        self._database.execute("INSERT OR REPLACE INTO user_data VALUES (?, ?)", (user_id, json.dumps(data)))

    async def drop_user_data(self, user_id: int) -> None:
        self._database.execute("DELETE FROM user_data WHERE user = ?", (user_id,))

    async def get_conversations(self, name: str) -> dict[Any, Any]:
        rows = self._database.execute("SELECT key, state FROM conversation WHERE name = ?", (name,))
        return {tuple(json.loads(key)): state for key, state in rows}

    async def update_conversation(self, name: str, key: Any, new_state: object | None) -> None:
        if new_state is None:
            self._database.execute("DELETE FROM conversation WHERE name = ? AND key = ?", (name, json.dumps(key)))
        else:
            self._database.execute("INSERT OR REPLACE INTO conversation VALUES (?, ?, ?)", (name, json.dumps(key), new_state))

    async def flush(self) -> None:
        self._database.commit()
        self._database.close()

    async def refresh_user_data(self, user_id: int, user_data: Any) -> None: ...

    async def refresh_chat_data(self, chat_id: int, chat_data: Any) -> None: ...

    async def refresh_bot_data(self, bot_data: Any) -> None: ...

    async def get_chat_data(self) -> dict[int, Any]:
        return {}

    async def update_chat_data(self, chat_id: int, data: Any) -> None: ...

    async def drop_chat_data(self, chat_id: int) -> None: ...

    async def get_bot_data(self) -> Any:
        return {}

    async def update_bot_data(self, data: Any) -> None: ...

    async def get_callback_data(self) -> None: ...

    async def update_callback_data(self, data: Any) -> None: ...


Handler = BaseHandler[Update, Any, Any]


class KeepsEach(BaseUpdateProcessor):
    """Writes down what changed as soon as an update was handled, and not once a minute, as the library does by itself."""

    application: Application[Any, Any, Any, Any, Any, Any]

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        await coroutine
        await self.application.update_persistence()
        self.application.persistence.commit()  # type: ignore[union-attr]

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...


def keyboard(place: int) -> InlineKeyboardMarkup:
    scores = [[InlineKeyboardButton(label, callback_data=f"q:{place}:{score}")] for label, score in SCORES]
    wishes = (ASIDES[0], BACK, ASIDES[1]) if place else ASIDES
    return InlineKeyboardMarkup([*scores, [InlineKeyboardButton(wish, callback_data=f"aside:{wish}") for wish in wishes]])


async def started(update: Update, _: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message is not None
    await update.message.reply_text(f"{HELLO}\n\n{QUESTIONS[0]}", reply_markup=keyboard(0))
    return 0


async def answered(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query is not None and query.data is not None and isinstance(query.message, Message) and context.user_data is not None
    _, place, score = query.data.split(":")
    context.user_data[place] = int(score)
    await query.answer()
    await query.edit_message_text(f"{query.message.text}\n\n{chosen(int(score))}")
    following = int(place) + 1
    if following < len(QUESTIONS):
        await query.message.chat.send_message(QUESTIONS[following], reply_markup=keyboard(following))
        return following
    await query.message.chat.send_message(THANKS)
    return ConversationHandler.END


async def hold(chats: Chats, folder: Path, _: str) -> None:
    """Serve `chats` until they are over."""
    processor = KeepsEach(1)
    builder = Application.builder().token(TOKEN).request(Client(chats)).get_updates_request(Client(chats))
    application = builder.persistence(Kept(folder / "answers.db")).concurrent_updates(processor).build()
    processor.application = application
    states: dict[object, list[Handler]] = {
        place: [CallbackQueryHandler(answered, pattern=rf"^q:{place}:\d+$")] for place in range(len(QUESTIONS))
    }
    start: Handler = CommandHandler("start", started)
    # Meant so: a conversation is about a person and not about one message.
    warnings.filterwarnings("ignore", message="If 'per_message=False'", category=PTBUserWarning)
    application.add_handler(ConversationHandler([start], states, [start], name="questions", persistent=True, per_message=False))
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling()
        await chats.over.wait()
        await application.updater.stop()
        await application.stop()


def kept(folder: Path) -> dict[tuple[int, int], int]:
    """The scores in the database, by chat and question's place."""
    with closing(sqlite3.connect(folder / "answers.db")) as database:
        rows = database.execute("SELECT user, data FROM user_data")
        return {(user, int(place)): score for user, data in rows for place, score in json.loads(data).items()}
