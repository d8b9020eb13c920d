"""The calls to Slack's Web API, over one HTTP session, by slack_sdk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse
from slack_sdk.web.async_client import AsyncWebClient

from channels.downloading import read_at_most
from channels.slack.refusals import explained, is_shut_out

__all__ = ["Calls"]

# A line that cannot be made within 10 s was certainly not used; one that was used may take longer to answer.
_TIMEOUT = ClientTimeout(total=40, sock_connect=10)
_HEARTBEAT = 20.0
"""Seconds between the questions whether the other end of a socket is still there."""


class Calls:
    """Each call is made once. The library by itself would repeat one whose connection broke, and so say things twice.

    `shut_out` is called with the reason whenever Slack does not take the token.
    """

    def __init__(self, token: str, api_base: str, shut_out: Callable[[str], None]) -> None:
        self._token, self._api_base, self._shut_out = token, api_base, shut_out
        self._opened: tuple[ClientSession, AsyncWebClient] | None = None

    async def __call__(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Raises slack_sdk.errors.SlackApiError for a refusal, aiohttp.ClientError or TimeoutError for a line that failed."""
        _, client = self._open()
        return await self._content(client.api_call(method, json=arguments))

    async def ask(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """A call that only reads: these take no JSON."""
        _, client = self._open()
        return await self._content(client.api_call(method, params=arguments))

    async def socket(self, app_token: str) -> ClientWebSocketResponse:
        """A new line by which Slack pushes what people do."""
        session, client = self._open()
        answer = await client.apps_connections_open(app_token=app_token)
        return await session.ws_connect(answer["url"], heartbeat=_HEARTBEAT, proxy=client.proxy)

    async def download(self, address: str, most: int) -> tuple[str, bytes]:
        """The type and content of a file of Slack's. Raises TooLarge for one of more than `most` bytes, and aiohttp.ClientError."""
        session, _ = self._open()
        async with session.get(address, headers={"Authorization": f"Bearer {self._token}"}, raise_for_status=True) as answer:
            return answer.content_type, await read_at_most(most, answer.content.iter_any())

    async def put(self, address: str, data: bytes, mime: str) -> None:
        """Bring a file to the address that Slack gave for it. Raises aiohttp.ClientError."""
        session, _ = self._open()
        async with session.post(address, data=data, headers={"Content-Type": mime}, raise_for_status=True):
            pass

    async def close(self) -> None:
        if self._opened:
            await self._opened[0].close()

    async def _content(self, call: Awaitable[Any]) -> Mapping[str, Any]:
        try:
            content: Mapping[str, Any] = (await call).data
        except Exception as error:
            if is_shut_out(error):
                self._shut_out(explained(error))
            raise
        return content

    def _open(self) -> tuple[ClientSession, AsyncWebClient]:
        if self._opened is None:
            session = ClientSession(timeout=_TIMEOUT)
            client = AsyncWebClient(self._token, f"{self._api_base}/", session=session, retry_handlers=[])
            self._opened = session, client
        return self._opened
