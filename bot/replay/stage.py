"""The played Telegram, as the replay drives it: what people do there, and what they see."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.mistake import Mistake

__all__ = ["Seen", "Stage", "played_telegram"]

Seen = dict[str, Any]
"""A message as a person sees it: `from` (bot or person), `text`, `buttons` (rows of {text, data})."""

SIMULATOR = "tests.simulators.telegram"


@asynccontextmanager
async def played_telegram(url: str | None) -> AsyncIterator[str]:
    """The address of a played Telegram: the given one, or one started beside this process and ended with it.

    Raises:
        Mistake: the test tool is not here, as in an installation without the project's tests.
    """
    if url is not None:
        yield url
        return
    here = Path(__file__).parents[2]
    if not (here / Path(*SIMULATOR.split("."))).is_dir():
        raise Mistake("The replay needs the project's tests, where Telegram is played.", "Run it in a checkout of the project.")
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", SIMULATOR, cwd=here, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


class Stage:
    """Telegram as people see it; `bot` is a token."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self._url = f"{url}/sim"
        self._session = session

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Stage]:
        async with ClientSession(timeout=ClientTimeout(total=60)) as session:
            yield cls(url, session)

    async def make_bot(self, token: str, username: str) -> None:
        await self._post("bot", token=token, username=username)

    async def set_clock(self, now: datetime) -> None:
        await self._post("clock", now=now.isoformat())

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self._get("clock"))["now"])

    async def does(self, what: str, bot: str, user: int, *, wait: float = 10, **more: Any) -> list[Seen]:
        """A person does something; gives back what the bot says within `wait` seconds, as soon as it says something."""
        told = await self._post(what, bot=bot, user=user, wait=wait, **more)
        news: list[Seen] = told.get("news", [])
        return news

    async def chat(self, bot: str, user: int) -> list[Seen]:
        """Everything in this person's chat, oldest first; nothing where it was never opened."""
        seen: list[Seen] = await self._get("chat", bot=bot, user=user)
        return seen

    async def more(self, bot: str, user: int, than: int, *, within: float) -> bool:
        """Whether there come to be more than so many messages in the chat, within so many seconds."""

        async def are_more() -> bool:
            return len(await self.chat(bot, user)) > than

        return await _comes_true(are_more, within)

    async def all_heard(self, *, within: float) -> bool:
        """Whether the bots come to have taken everything that people did, within so many seconds."""

        async def none_waits() -> bool:
            return not any((await self.counters())["pending"].values())

        return await _comes_true(none_waits, within)

    async def news(self, bot: str, user: int, after: int, *, within: float) -> list[Seen]:
        """What the bot did in this chat since its `number` `after`, edits included."""
        news: list[Seen] = await self._get("news", bot=bot, user=user, after=after, within=within, edits=1)
        return news

    async def counters(self) -> dict[str, Any]:
        counters: dict[str, Any] = await self._get("counters")
        return counters

    async def _post(self, path: str, **arguments: Any) -> dict[str, Any]:
        async with self._session.post(f"{self._url}/{path}", json=arguments) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer

    async def _get(self, path: str, **query: Any) -> Any:
        async with self._session.get(f"{self._url}/{path}", params=query) as response:
            response.raise_for_status()
            return await response.json()


async def _comes_true(holds: Callable[[], Awaitable[bool]], within: float) -> bool:
    async with asyncio.timeout(within + 5):
        for _ in range(max(1, int(within / 0.02))):
            if await holds():
                return True
            await asyncio.sleep(0.02)
    return False
