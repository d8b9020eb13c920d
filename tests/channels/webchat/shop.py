"""A small bot behind a web chat, kept in memory: it asks three questions, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from starlette.applications import Starlette

from channels.clock import SystemClock
from channels.contract import Choice, Heard, HeardKind, Layout, Link, Media, MediaKind, Say
from channels.customers.webchat import Line, WebChat

QUESTIONS = (
    ("hello", "Hello! How satisfied are you with your purchase overall?", [str(n) for n in range(1, 6)], Layout.SCALE),
    (
        "nps",
        "Would you recommend us?\n\n0 = not at all likely, 10 = very likely",
        [str(n) for n in range(11)],
        Layout.SCALE,
    ),
    ("again", "Would you buy from us again?", ["No", "Yes"], Layout.ROW),
)


class ChatShop:
    """Hears each event once, remembers what was said, and answers through the channel."""

    def __init__(self, *framed_by: str) -> None:
        self.clock = SystemClock()
        self.heard: list[Heard] = []
        self.lines: dict[str, list[Line]] = {}
        self.photos: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.failing = False
        self.silent = False
        self._sent = 0
        secret = "a secret of the tests"
        self.chat = WebChat(
            "web",
            shop="Björk & Bērzs",
            secret=secret,
            transcript=self.transcript,
            photos=self,
            clock=self.clock,
            way_over=self.way_over,
            carries_over=lambda token: token.startswith("go-"),
            framed_by=framed_by,
        )

    @property
    def address(self) -> str:
        return self.heard[0].address

    async def transcript(self, address: str, since: datetime | None) -> Sequence[Line]:
        return [line for line in self.lines.get(address, []) if since is None or line.at >= since]

    async def way_over(self, address: str) -> str:
        return f"https://feedback.shop.example/chat/go-{address}"

    async def keep(self, address: str, data: bytes, mime: str) -> Media:
        ref = f"photos/{len(self.photos)}.{mime.partition('/')[2]}"
        self.photos[address, ref] = (data, mime)
        return Media(MediaKind.PHOTO, ref, mime, len(data))

    async def fetch(self, address: str, ref: str) -> tuple[bytes, str] | None:
        return self.photos.get((address, ref))

    async def hear(self, heard: Heard) -> None:
        if self.failing:
            raise RuntimeError("the database is away")
        if heard.update_id in {earlier.update_id for earlier in self.heard}:
            return
        self.heard.append(heard)
        lines = self.lines.setdefault(heard.address, [])
        if heard.kind in (HeardKind.TEXT, HeardKind.MEDIA):
            photo = heard.media.ref if heard.media else ""
            lines.append(Line(heard.update_id, heard.at, Say(heard.text), mine=True, photo=photo))
        if not self.silent:
            await self._answer(heard)

    async def say(self, address: str, say: Say) -> None:
        self._sent += 1
        self.lines.setdefault(address, []).append(Line(str(self._sent), self.clock.now(), say))
        await self.chat.send(address, say, message_id=self._sent)

    async def _answer(self, heard: Heard) -> None:
        asked = [line.say for line in self.lines[heard.address] if line.say.choices]
        number = len(asked)
        if heard.kind is HeardKind.CHOICE:
            label = next(choice.label for choice in asked[-1].choices if choice.ref == heard.choice)
            await self.say(heard.address, Say(f"{asked[-1].text}\n\n✓ {label}", edits=asked[-1].key))
        elif heard.kind is not HeardKind.START:
            await self.say(heard.address, Say(f"I heard: {heard.text or 'a photo'}"))
            return
        if number == len(QUESTIONS):
            await self.say(heard.address, Say("Thank you!", link=Link("Our service policy", "https://shop.example/policy")))
            return
        key, text, labels, layout = QUESTIONS[number]
        choices = [Choice(f"q.{key}.{label}", label) for label in labels]
        asides = [Choice(f"q.{key}.skip", "Skip", aside=True), Choice(f"q.{key}.human", "Talk to a person", aside=True)]
        await self.say(heard.address, Say(text, tuple(choices + asides), layout, key=f"q.{key}"))

    def app(self) -> Starlette:
        return Starlette(routes=list(self.chat.routes(self.hear)))
