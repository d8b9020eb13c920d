"""Telling touchpoints to a Makegood that runs, as a shop does: by signed web requests."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from pydantic_core import to_json

from bot.mistake import Mistake
from bot.touchpoints.importing import NotTaken, Stored
from bot.touchpoints.taking import Item
from channels.clock import Clock
from channels.signature import signed

__all__ = ["Teller"]


class Teller:
    """Tells the touchpoints of one source to the Makegood at `address`."""

    def __init__(self, client: httpx.AsyncClient, address: str, source: str, secret: str, clock: Clock) -> None:
        self._client = client
        self._url = f"{address}/hooks/touchpoints/{source}"
        self._secret = secret
        self._clock = clock

    async def __call__(self, items: Sequence[Item]) -> list[Stored]:
        """Tell them all in one request; returns when they are durable there.

        Raises:
            NotTaken: one of them is not taken as it is.
            Mistake: nobody answers, or we are not believed.
        """
        body = to_json([item.told for item in items])
        headers = signed(self._secret, int(self._clock.now().timestamp()), body)
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Mistake(
                f"{self._url} does not answer ({type(error).__name__}).", "Start Makegood, or stop it and import again."
            ) from error
        if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            raise NotTaken("is too large")
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise NotTaken("; ".join(f"{one.get('field', '')} {one['problem']}".strip() for one in response.json()["problems"]))
        if response.status_code != httpx.codes.OK:
            why = response.json().get("error", "") if response.headers.get("content-type") == "application/json" else ""
            raise Mistake(
                f"{self._url} refused with {response.status_code}. {why}".strip(), "Run the import with the server's own configuration."
            )
        return [Stored(one["external_id"], one["state"] == "new", one["links"]) for one in response.json()["touchpoints"]]
