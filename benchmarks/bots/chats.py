"""Customers who answer three questions each on a Telegram without a network, the same for every bot.

It stands where a library's HTTP client stands: it takes what the library hands over to be sent and gives back the
answers that Telegram would. Each question shown is answered at once with one of its buttons.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

__all__ = ["BOT_ID", "TOKEN", "Chats", "Shown"]

BOT_ID = 42
TOKEN = f"{BOT_ID}:benchmark"
FIRST_CHAT = 7_000_000_001
_BOT = f'{{"id":{BOT_ID},"is_bot":true,"first_name":"Shop","username":"shop_bot"}}'
_AT_ONCE = 100
"""Updates that one getUpdates gives at most, as Telegram does."""
_BUTTON = re.compile(r'"callback_data": ?"([^"]*)"')
_LABEL = re.compile(r'"text": ?("(?:[^"\\]|\\.)*")')

Shown = tuple[str, str, tuple[str, ...]]
"""A call that showed something: its method, the text, the buttons."""

_quoted = lru_cache(maxsize=64)(json.dumps)


@dataclass
class Chats:
    """`dialogs` customers, `in_flight` of whom are in the middle of their dialog at any time.

    What comes before `warm` of them are done warms the bot up and is not measured.
    """

    dialogs: int
    warm: int
    in_flight: int = 64
    given: dict[tuple[int, int], int] = field(default_factory=dict)
    """The scores tapped, by chat and question's place."""
    seen: list[Shown] = field(default_factory=list)
    """What the first customer saw."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    answered: int = 0
    """Answers whose reply was handed over, since the measuring began."""
    cpu: float = 0.0
    """Seconds of CPU that the process had used when the measuring began, all its threads together."""
    _begun: int = 0
    _ended: int = 0
    _asked: Counter[int] = field(default_factory=Counter)
    _number: int = 0
    _waiting: deque[tuple[int, str]] = field(default_factory=deque)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        for _ in range(self.in_flight):
            self._begin()

    def links(self) -> list[str]:
        """What the customers' links carry, one each."""
        return [f"link{FIRST_CHAT + number}" for number in range(self.dialogs)]

    async def updates(self, offset: int) -> str:
        """getUpdates. Waits for some."""
        while self._waiting and self._waiting[0][0] < offset:
            self._waiting.popleft()
        while not self._waiting and not self.over.is_set():
            self._woken.clear()
            await self._woken.wait()
        if self.over.is_set():
            await asyncio.sleep(0.01)  # a poll that has nothing to give takes its time
        ready = [text for (_, text), _ in zip(self._waiting, range(_AT_ONCE), strict=False)]
        return f'{{"ok":true,"result":[{",".join(ready)}]}}'

    def take(self, method: str, fields: dict[str, Any]) -> str:
        """Any other method. What customers then do waits for the next getUpdates."""
        match method:
            case "getMe":
                return f'{{"ok":true,"result":{_BOT}}}'
            case "sendMessage" | "editMessageText":
                return self._shown(method, int(fields["chat_id"]), fields["text"], fields.get("reply_markup") or "", fields)
        return '{"ok":true,"result":true}'

    def _shown(self, method: str, chat: int, text: str, markup: str, fields: dict[str, Any]) -> str:
        if chat == FIRST_CHAT:
            self.seen.append((method, text, tuple(json.loads(label) for label in _LABEL.findall(markup))))
        self._number += 1
        number = fields["message_id"] if method == "editMessageText" else self._number
        keyboard = f',"reply_markup":{markup}' if markup else ""
        message = f'{{"message_id":{number},"from":{_BOT},"chat":{_chat(chat)},"date":1772442000,"text":{_quoted(text)}{keyboard}}}'
        if method == "sendMessage":
            self.answered += self._asked[chat] > 0
            if markup:
                self._tap(chat, message, _BUTTON.findall(markup))
            else:
                self._end()
        return f'{{"ok":true,"result":{message}}}'

    def _tap(self, chat: int, message: str, buttons: list[str]) -> None:
        place = self._asked[chat]
        self._asked[chat] += 1
        score = (chat * 7 + place * 3) % 5 + 1
        self.given[chat, place] = score
        self._update(
            f'"callback_query":{{"id":"{chat}{place}","from":{_person(chat)},"message":{message},'
            f'"chat_instance":"{chat}","data":"{buttons[score - 1]}"}}'
        )

    def _begin(self) -> None:
        if self._begun == self.dialogs:
            return
        chat = FIRST_CHAT + self._begun
        self._begun += 1
        self._update(
            f'"message":{{"message_id":1,"from":{_person(chat)},"chat":{_chat(chat)},"date":1772442000,"text":"/start link{chat}",'
            '"entities":[{"type":"bot_command","offset":0,"length":6}]}'
        )

    def _end(self) -> None:
        self._ended += 1
        if self._ended == self.warm:
            self.answered, self.cpu = 0, time.process_time()
        if self._ended == self.dialogs:
            self.over.set()
            self._woken.set()
        self._begin()

    def _update(self, content: str) -> None:
        self._number += 1
        self._waiting.append((self._number, f'{{"update_id":{self._number},{content}}}'))
        self._woken.set()


def _chat(chat: int) -> str:
    return f'{{"id":{chat},"first_name":"Anna","type":"private"}}'


def _person(chat: int) -> str:
    return f'{{"id":{chat},"is_bot":false,"first_name":"Anna","language_code":"en"}}'
