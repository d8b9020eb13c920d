"""The event loop that commands run on."""

from __future__ import annotations

import gc
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["collect_seldom", "run_loop"]

T = TypeVar("T")
_OBJECTS = 20_000
"""More of them than were freed, and Python's collector looks for circles among the newest: by itself it would at 700."""


def collect_seldom() -> None:
    """For a process that serves on: what is there now stays, so it is not looked through again, and the rest not so often.

    Answers and messages are thousands of small objects each second that no circle holds: they go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end: on uvloop, which is twice as fast, where there is one."""
    if sys.platform == "win32":
        import asyncio

        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)
