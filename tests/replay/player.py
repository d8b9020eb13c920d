"""A replay in a process of its own, which a test may kill.

The processes are forked from one that has imported everything: a restart takes no second, and its end is as sudden as any.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli.loop import run_loop
from bot.replay.config import ZONE
from bot.replay.orders import Order, read_orders
from bot.replay.run import replay

__all__ = ["orders_in", "play_to_the_end", "playing"]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "channels.customers.telegram.library", "channels.staff.telegram.library"])
LONGEST = 300
"""Seconds that a replay may take on a busy machine."""


def orders_in(file: Path, first: int | None = None) -> list[Order]:
    return read_orders(file, ZoneInfo(ZONE))[:first]


def _play(file: Path, first: int | None, telegram: str, folder: Path) -> None:
    report = run_loop(replay(orders_in(file, first), telegram, folder, lambda *_: None))
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")


@asynccontextmanager
async def playing(file: Path, telegram: str, folder: Path, *, first: int | None = None) -> AsyncIterator[ForkServerProcess]:
    """The running process; one that still runs in the end is killed."""
    process = _FORKS.Process(target=_play, args=(file, first, telegram, folder), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


async def play_to_the_end(file: Path, telegram: str, folder: Path, *, first: int | None = None) -> dict[str, Any]:
    """The report."""
    async with playing(file, telegram, folder, first=first) as process:
        await asyncio.to_thread(process.join, LONGEST)
        assert process.exitcode == 0
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report
