"""The terminal as a channel: one person at a keyboard, for trying a survey without any platform."""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from collections.abc import Callable, Sequence
from threading import Thread

from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Capabilities, Choice, Hear, Heard, HeardKind, Layout, Say

__all__ = ["Terminal"]

_LEADING = re.compile(r"\d+")


class Terminal:
    """Says on `console` and hears the lines that `read` gives (an empty string is the end, as for a file).

    Choices stand under their numbers; a line that is such a number, or a choice's own words, is that choice, and any
    other line is text.
    """

    name = "terminal"
    capabilities = Capabilities(edits=True, buttons=True, starts=True, text_limit=10_000)

    def __init__(
        self, account: str, *, console: Console, clock: Clock, lang: str = "", token: str = "", read: Callable[[], str] = sys.stdin.readline
    ) -> None:
        self.account = account
        self.address = secrets.token_urlsafe(6)
        self._console = console
        self._clock = clock
        self._lang = lang
        self._token = token
        self._read = read
        self._heard = 0
        self._offered: dict[str, Choice] = {}

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        """Start the conversation and hear every line until the input ends."""
        lines: asyncio.Queue[str] = asyncio.Queue()
        # A thread of its own, which nobody waits for: a read from a keyboard cannot be cancelled.
        Thread(target=self._pump, args=(asyncio.get_running_loop(), lines), daemon=True).start()
        await hear(self._event(HeardKind.START, token=self._token))
        while True:
            self._console.print("[bold green]›[/] ", end="")
            line = await lines.get()
            if not line:
                return
            if words := line.strip():
                picked = self._offered.get(words.casefold())
                await hear(self._event(HeardKind.CHOICE, choice=picked.ref) if picked else self._event(HeardKind.TEXT, text=words))

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        if edits and not say.choices:
            return str(message_id)  # What was just typed still stands on the screen.
        if not edits:
            self._console.print(Padding(Text(say.text), (1, 2, 0, 2)))
        if say.picture:
            self._console.print(Text(f"  [{say.picture}]", style="dim"))
        if say.link:
            self._console.print(Text(f"  {say.link.label}: {say.link.url}", style="underline"))
        self._offer(say)
        return str(message_id)

    async def close(self) -> None:
        return None

    def _pump(self, loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
        line = "\n"
        while line and not loop.is_closed():
            line = self._read()
            try:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            except RuntimeError:
                return  # The loop was closed while we read: nobody listens any more.

    def _offer(self, say: Say) -> None:
        answers = [choice for choice in say.choices if not choice.aside]
        numbers = _numbers(answers)
        asides = [choice for choice in say.choices if choice.aside]
        self._offered = {choice.label.casefold(): choice for choice in say.choices}
        self._offered |= dict(zip(numbers, answers, strict=True))
        if say.layout is Layout.SCALE:
            self._console.print(Text("  " + "  ".join(choice.label for choice in answers), style="bold"))
        else:
            for number, choice in zip(numbers, answers, strict=True):
                label = choice.label if choice.label.startswith(number) else f"{number}  {choice.label}"
                self._console.print(Text(f"  {label}{' ✓' if choice.picked else ''}", style="bold"))
        if asides:
            self._console.print(Text("  " + " · ".join(choice.label for choice in asides), style="dim"))

    def _event(self, kind: HeardKind, *, text: str = "", choice: str = "", token: str = "") -> Heard:
        self._heard += 1
        return Heard(
            channel=self.name,
            account=self.account,
            address=self.address,
            update_id=f"{self.address}.{self._heard}",
            kind=kind,
            at=self._clock.now(),
            text=text,
            choice=choice,
            token=token,
            lang=self._lang,
        )


def _numbers(answers: Sequence[Choice]) -> list[str]:
    """What to type for each answer: the number its label begins with where all of them do, else its place."""
    leading = [found[0] for choice in answers if (found := _LEADING.match(choice.label))]
    return leading if len(set(leading)) == len(answers) else [str(place) for place in range(1, len(answers) + 1)]
