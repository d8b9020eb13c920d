"""How much work a Telegram bot does in a second of CPU: an update in, the reply handed to the HTTP client, all durable.

Run with `python -m benchmarks.telegram`. It exits with an error when a limit is missed.

Three bots hold the same dialog with the same customers, 64 of them at a time: a greeting, three questions with
buttons, thanks; each tap is confirmed, the answered question shows the answer and loses its buttons. Each bot is fed
by its own polling loop and sends through its own library; only the HTTP client is replaced, by one that gives back
what Telegram would. Each runs in a fresh process, by turns, and medians are told. In the end every answer tapped must
be in the bot's database, and all three must have shown the same words and buttons.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import uvloop

from benchmarks.bots.chats import Chats, Shown
from benchmarks.bots.redis_server import RedisServer, is_installed
from benchmarks.report import Figure, report

DIALOGS, WARM = 1_500, 128
"""Of one repetition, and how many of them only warm the bot up."""
TURNS = 5
ENOUGH = 45.0
"""Seconds after which no further turn is begun: a busy machine gets fewer of them."""

MAKEGOOD, AIOGRAM, PTB = "on_makegood", "on_aiogram", "on_ptb"
NAMES = {
    MAKEGOOD: "Makegood",
    AIOGRAM: "aiogram + Redis + SQLite",
    PTB: "python-telegram-bot + SQLite",
}
LIMITS = {AIOGRAM: 2.0, PTB: 1.0}
"""Makegood's answers in a second of CPU, as multiples of the other's."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one bot did in one process."""

    answers: int
    cpu: float
    """Seconds, of all threads of the process."""
    lost: int
    """Answers tapped that are not in the database as they were tapped."""
    seen: list[Shown]
    """What one customer saw."""

    @property
    def rate(self) -> float:
        """Answers a second of CPU."""
        return self.answers / self.cpu


def run(module: str, redis: str) -> Run:
    """Hold the dialogs with one bot; in a process of its own."""
    bot = import_module(f"benchmarks.bots.{module}")

    async def held(folder: Path) -> Chats:
        chats = Chats(DIALOGS, WARM)
        await asyncio.wait_for(bot.hold(chats, folder, redis), 60)
        return chats

    with tempfile.TemporaryDirectory(prefix="makegood-benchmark-") as name:
        chats = uvloop.run(held(Path(name)))
        cpu = time.process_time() - chats.cpu
        lost = chats.given.items() - bot.kept(Path(name)).items()
    return Run(chats.answered, cpu, len(lost), chats.seen)


def by_turns(modules: Sequence[str], redis: RedisServer | None) -> tuple[dict[str, list[Run]], float]:
    """The runs of each bot, and the seconds of CPU that Redis spent on them itself."""
    runs: dict[str, list[Run]] = defaultdict(list)
    began, until = redis.cpu() if redis else 0.0, time.monotonic() + ENOUGH
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes:
        for _ in range(TURNS):
            if time.monotonic() > until:
                break
            for module in modules:
                runs[module].append(processes.submit(run, module, redis.url if redis else "").result())
    return runs, redis.cpu() - began if redis else 0.0


def figures(runs: dict[str, list[Run]], redis_cpu: float) -> list[Figure]:
    rates = {module: statistics.median(one.rate for one in done) for module, done in runs.items()}
    told = []
    for module, done in runs.items():
        lowest, highest = min(one.rate for one in done), max(one.rate for one in done)
        told.append(Figure(NAMES[module], f"{rates[module]:,.0f} / s  ({lowest:,.0f}…{highest:,.0f})"))
        if module == AIOGRAM:
            share = redis_cpu / sum(one.cpu for one in done)
            told.append(Figure("  (Redis itself, not counted)", f"{share:.0%} of its bot's"))
    for module, limit in LIMITS.items():
        if module in rates:
            ratio = rates[MAKEGOOD] / rates[module]
            told.append(Figure(f"Makegood ÷ {NAMES[module]}", f"{ratio:.2f}", f"≥ {limit}", ratio >= limit))
    everything = [one for done in runs.values() for one in done]
    lost = sum(one.lost for one in everything)
    told.append(Figure("answers missing in a database", str(lost), "0", lost == 0))
    same = all(one.seen == everything[0].seen for one in everything)
    told.append(Figure("same words and buttons", "yes" if same else "no", "yes", same))
    return told


def main() -> int:
    with ExitStack() as running:
        redis = running.enter_context(RedisServer()) if is_installed() else None
        if redis is None:
            print("There is no redis-server on this machine: aiogram with Redis is left out.")
        runs, redis_cpu = by_turns([MAKEGOOD, *([AIOGRAM] if redis else []), PTB], redis)
    title = f"Telegram: answers a second of CPU, 64 dialogs in flight, median of {len(runs[PTB])} turns"
    return report(title, figures(runs, redis_cpu))


if __name__ == "__main__":
    sys.exit(main())
