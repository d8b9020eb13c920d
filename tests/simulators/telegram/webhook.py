"""A test tool. Pushes updates to a bot's webhook until each is answered 2xx, in order within a chat."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.simulators.telegram.world import Bot, Json, World

__all__ = ["WebhookPusher"]

_ANSWER_WITHIN = ClientTimeout(total=60)
_FIRST_RETRY, _LAST_RETRY = 0.2, 10.0
"""Seconds. The real platform's are not published; these are short so that a test is."""


class WebhookPusher:
    """One for each bot with a webhook. Stopped, it leaves what was not acknowledged in the bot's queue."""

    def __init__(self, world: World, bot: Bot, session: ClientSession) -> None:
        self._world, self._bot, self._session = world, bot, session
        self._lanes: dict[int, list[Json]] = {}
        self._taken: set[int] = set()
        """Which updates of the queue lie in a lane, by identity: a duplicate is an equal update to be pushed once more."""
        self._running: set[asyncio.Task[Any]] = set()
        assert bot.webhook is not None
        self._webhook = bot.webhook
        self._places = asyncio.Semaphore(self._webhook.max_connections)
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        for task in (self._task, *self._running):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            for update in [update for update in self._bot.updates if id(update) not in self._taken]:
                self._taken.add(id(update))
                chat = _chat_of(update)
                lane = self._lanes.setdefault(chat, [])
                lane.append(update)
                if len(lane) == 1:
                    task = asyncio.create_task(self._push_lane(chat, lane))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)
            await self._bot.bell.wait(3600)

    async def _push_lane(self, chat: int, lane: list[Json]) -> None:
        while lane:
            pause = _FIRST_RETRY
            while not await self._push(lane[0]):
                self._world.events["webhook_retries"] += 1
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LAST_RETRY)
            done = lane.pop(0)
            self._bot.updates = [update for update in self._bot.updates if update is not done]
            self._taken.discard(id(done))
        del self._lanes[chat]

    async def _push(self, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._webhook.secret} if self._webhook.secret else {}
        self._world.events["webhook_pushes"] += 1
        try:
            async with (
                self._places,
                self._session.post(self._webhook.url, json=update, headers=headers, timeout=_ANSWER_WITHIN) as answer,
            ):
                if 200 <= answer.status < 300:
                    return True
                error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except TimeoutError:
            error = "Read timeout expired"
        except ClientError:
            error = "Connection refused or lost"
        self._webhook.last_error, self._webhook.last_error_at = error, self._world.seconds()
        return False


def _chat_of(update: Json) -> int:
    content = next(value for key, value in update.items() if key != "update_id")
    chat = content.get("chat") or content.get("message", {}).get("chat") or content.get("user") or {"id": 0}
    return int(chat["id"])
