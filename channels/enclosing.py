"""How a sender comes by the file that a message goes with, and what it does where the platform refuses what is to be shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from channels.contract import FileWay, Retry, Say, WordsOnly
from channels.settling import DATABASE_PAUSE

__all__ = ["Encloses", "enclosed", "shown_or_told"]

Encloses = Callable[[Say, FileWay], Awaitable[Say]]
"""Gives back a message with its file in hand, in the channel's way, or without where there is none. It may wait for a few
seconds until the file is there; what is behind it at the same address waits too, and so stays in order."""


async def enclosed(say: Say, way: FileWay, encloses: Encloses | None, tell: Callable[[str, BaseException], None]) -> Say:
    """The message with its file in hand, where it has one that the channel cannot find by itself; `tell` is called with trouble."""
    if not (say.file and encloses) or way is FileWay.SHOWN:
        return say
    try:
        return await encloses(say, way)
    except Exception as error:
        tell("file_not_enclosed", error)
        raise Retry(timedelta(seconds=DATABASE_PAUSE), "its file could not be read") from error  # nothing was sent yet


async def shown_or_told(say: Say, send: Callable[[Say], Awaitable[str]]) -> tuple[str, str]:
    """The platform's id of what was sent, and why that is the words alone; empty where it is all.

    A picture that a platform cannot fetch, or does not take, keeps the words from nobody.
    """
    try:
        return await send(say), ""
    except WordsOnly as refused:
        return await send(replace(say, picture="", upload=None)), refused.why
