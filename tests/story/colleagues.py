"""Colleagues at their doors: each hears of a complaint, takes it, apologises with an offer, and says when it is done."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any, Protocol

from tests.channels.conftest import until
from tests.channels.slack.shop import answers_with, presses
from tests.console.house import Browser
from tests.patience import PATIENCE

__all__ = ["Colleague", "ConsoleColleague", "SlackColleague", "TelegramColleague"]


class Colleague(Protocol):
    async def hears(self, *words: str) -> str:
        """The next thing told at their door that holds these words."""

    async def sees(self, *words: str) -> None:
        """Wait until these words stand together in something at their door: what was told may have changed since."""

    async def takes(self) -> None: ...

    async def apologises(self, fix: str) -> None:
        """Answer with the prepared apology, and promise that fix."""

    async def says_it_is_done(self) -> None: ...


class _AtChat:
    def __init__(self, person: Any) -> None:
        self.person = person

    async def hears(self, *words: str) -> str:
        while True:
            said = await self.person.hears()
            if all(word in said["text"] for word in words):
                return str(said["text"])

    async def sees(self, *words: str) -> None:
        await until(lambda: any(all(word in line["text"] for word in words) for line in self.person.transcript()))


class TelegramColleague(_AtChat):
    async def takes(self) -> None:
        await self._presses("I take it", "It is yours.")

    async def apologises(self, fix: str) -> None:
        await self._presses("Apologise and fix", "What do you offer")
        await self._presses(fix, "By when?")
        due = next(button["label"] for row in self.person.transcript()[-1]["buttons"] for button in row)
        await self._presses(due, "To Anna")
        await self._presses("Send", "Sent to Anna.")

    async def says_it_is_done(self) -> None:
        await self._presses("It is done", "is asked whether it was made good")

    async def _presses(self, label: str, answered: str) -> None:
        """Press the newest button of that name."""
        for line in reversed(self.person.transcript()):
            if any(button["label"] == label for row in line["buttons"] for button in row):
                self.person.tap(line["message_id"], label=label)
                break
        await self.hears(answered)


class SlackColleague(_AtChat):
    async def takes(self) -> None:
        await presses(self.person, "I take it")

    async def apologises(self, fix: str) -> None:
        await answers_with(self.person, fix)
        await self.hears("Sent to Anna.")

    async def says_it_is_done(self) -> None:
        await presses(self.person, "It is done")


class ConsoleColleague:
    """In a browser, on the pages of the desk."""

    def __init__(self, browser: Browser) -> None:
        self._browser, self._place = browser, ""

    async def hears(self, *words: str) -> str:
        """On the list of the desk, which renews itself."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self._browser.get("/desk")
                if all(word in self._browser.words for word in words):
                    break
                await asyncio.sleep(0.05)
        found = re.search(r'href="(/desk/cases/\w+)"', self._browser.page)
        assert found
        self._place = found[1]
        return self._browser.words

    async def sees(self, *words: str) -> None:
        """On the case's page."""
        async with asyncio.timeout(PATIENCE):
            while not all(word in self._browser.words for word in words):
                await self._browser.get(self._place)
                await asyncio.sleep(0.05)

    async def takes(self) -> None:
        await self._sends("take")

    async def apologises(self, fix: str) -> None:
        await self._browser.get(self._place)
        offers = re.findall(r'href="([^"]+)"[^>]*>([^<]+)<', self._browser.page)
        await self._browser.get(next(unescape(link) for link, label in offers if label == fix))
        prepared = re.search(r"<textarea name=.text.*?>(.*?)</textarea>", self._browser.page, re.DOTALL)
        assert prepared
        await self._browser.send_form(f"{self._place}/respond", text=unescape(prepared[1]))

    async def says_it_is_done(self) -> None:
        await self._sends("kept")

    async def _sends(self, act: str) -> None:
        await self._browser.get(self._place)
        assert (await self._browser.send_form(f"{self._place}/{act}")).status_code == 200
