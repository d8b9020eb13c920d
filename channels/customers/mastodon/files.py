"""What people attach to a status, fetched from where our own server shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from channels.contract import Rejected, Retry
from channels.downloading import read_at_most

__all__ = ["fetch_attachment"]

_SECONDS = 30.0


async def fetch_attachment(address: str, server: str, most: int, pause: Callable[[], timedelta]) -> bytes:
    """The file at an address that our server gave us: its own, or on https elsewhere (its store of media).

    Raises:
        TooLarge, Retry, Rejected: as the contract says.
    """
    if not (address.startswith(f"{server}/") or urlsplit(address).scheme == "https"):
        raise Rejected("an attachment without an address of our server's")
    try:
        async with httpx.AsyncClient(timeout=_SECONDS) as client, client.stream("GET", address) as answer:
            answer.raise_for_status()
            return await read_at_most(most, answer.aiter_bytes())
    except httpx.HTTPStatusError as refused:
        if refused.response.is_client_error:
            raise Rejected(f"status {refused.response.status_code}") from refused
        raise Retry(pause(), f"status {refused.response.status_code}") from refused
    except httpx.HTTPError as error:
        raise Retry(pause(), type(error).__name__) from error
