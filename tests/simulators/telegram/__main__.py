"""A test tool: `python -m tests.simulators.telegram --port 0 [--state FILE]` prints its address and plays Telegram there."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

import uvloop

from tests.simulators.telegram.server import TelegramSimulator


async def _serve(port: int, state: Path | None) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with TelegramSimulator(port=port, state=state) as telegram:
        print(telegram.url, flush=True)
        await ended.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any free port")
    parser.add_argument("--state", type=Path, help="read at start where it exists, written at the end")
    given = parser.parse_args()
    uvloop.run(_serve(given.port, given.state))
