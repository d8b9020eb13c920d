"""Servers that others wrote, each in a process of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from tests.patience import PATIENCE

__all__ = ["running"]


@asynccontextmanager
async def running(port: int, *command: str, says: IO[bytes] | None = None, **environment: str) -> AsyncIterator[None]:
    """A server from when it takes connections. What it prints goes to `says`, else where ours goes."""
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment}, stdout=says)
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _answers(port):
                assert process.returncode is None, f"{command[0]} has ended with {process.returncode}"
                await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
