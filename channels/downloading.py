"""Reading what somebody else's server sends, and no more of it than was asked for."""

from __future__ import annotations

from collections.abc import AsyncIterable

from channels.contract import TooLarge

__all__ = ["read_at_most"]


async def read_at_most(most: int, pieces: AsyncIterable[bytes]) -> bytes:
    """All pieces in one. Raises TooLarge as soon as there are more than `most` bytes."""
    data = bytearray()
    async for piece in pieces:
        data += piece
        if len(data) > most:
            raise TooLarge
    return bytes(data)
