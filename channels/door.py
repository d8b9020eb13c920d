"""What the doors by which platforms push to us have in common: a body has a limit, and what is not believed is refused and counted."""

from __future__ import annotations

import logging
from collections import OrderedDict
from enum import StrEnum

from starlette.exceptions import HTTPException
from starlette.requests import Request

__all__ = ["Disbelief", "Door", "Lately", "body_of"]

log = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
"""Bytes. What platforms push is some thousands; the largest there is quotes a long message with a full keyboard, or bears the
author of a post and the posts that it answers."""


class Disbelief(StrEnum):
    """Why what was pushed is not believed."""

    FORGED = "forged"
    """Whoever sent it does not know the secret, or it was changed on the way."""
    OLD = "old"
    """It was genuine once, and the platform would not send it any more."""
    REPLAYED = "replayed"
    """The very same was taken before, and the platform would sign anew what it sends again."""


class Door:
    """The door of one account. `refused` counts what was not believed since the start."""

    def __init__(self, channel: str, account: str) -> None:
        self.refused = 0
        self._channel, self._account = channel, account

    def refuse(self, why: Disbelief) -> HTTPException:
        """Count it, and give back what to raise. Nothing of what was sent is logged: it may be anybody's words."""
        self.refused += 1
        log.warning("webhook_refused", extra={"channel": self._channel, "account": self._account, "why": why.value})
        return HTTPException(401)


async def body_of(request: Request, most: int = BODY_LIMIT) -> bytes:
    """The whole body. Raises HTTPException: 413, it is more than `most` bytes."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


class Lately:
    """The last `most` things that were added."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, thing: str) -> bool:
        return thing in self._all

    def add(self, thing: str) -> None:
        self._all[thing] = None
        if len(self._all) > self._most:
            self._all.popitem(last=False)
