"""Socket Mode: Slack pushes what people do over a line that we open (https://docs.slack.dev/apis/events-api/using-socket-mode).

slack_sdk's own client answers to nobody when it ends, keeps trying a line's address after it has expired, and starts
whatever it is told without end; here a line that fails is a new one, asked for anew, and nothing outlives `run`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

from channels.contract import Cause
from channels.outage import Outage

__all__ = ["SocketLine"]

log = logging.getLogger(__name__)

_AT_ONCE = 64
"""Events in hand at the same time; the rest waits in the line's own buffer."""


class SocketLine:
    """`connect` opens a line, `explain` puts its error into words for the operator, `cause_of` says what it takes to be
    over."""

    def __init__(
        self,
        app: AsyncApp,
        connect: Callable[[], Awaitable[ClientWebSocketResponse]],
        explain: Callable[[Exception], str],
        cause_of: Callable[[Exception], Cause],
        outage: Outage,
    ) -> None:
        self._app, self._connect, self._explain, self._cause_of, self._outage = app, connect, explain, cause_of, outage
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Listen until cancelled. Trouble is logged and waited for.

        Slack renews a line every few hours and says so before: the next is then opened while the old one still speaks.
        """
        async with asyncio.TaskGroup() as lines:
            while True:
                try:
                    line = await self._connect()
                except Exception as error:
                    await self._outage.sit_out("slack_socket_failed", self._explain(error), self._cause_of(error))
                    continue
                ending: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
                lines.create_task(self._listen(line, ending))
                if not await ending:
                    await self._outage.sit_out("slack_socket_failed", "the line broke")

    async def _listen(self, line: ClientWebSocketResponse, ending: asyncio.Future[bool]) -> None:
        """Take what one line tells until it ends. `ending` becomes whether Slack said so before."""
        try:
            async with line, asyncio.TaskGroup() as taken:
                async for message in line:
                    if message.type is not WSMsgType.TEXT:
                        continue
                    told = json.loads(message.data)
                    if told.get("type") == "hello":
                        self._outage.over()
                    elif told.get("type") == "disconnect":
                        log.info("slack_socket_renewed", extra={"why": told.get("reason")})
                        if told.get("reason") != "link_disabled" and not ending.done():
                            ending.set_result(True)
                    elif request := SocketModeRequest.from_dict(told):
                        await self._room.acquire()
                        taken.create_task(self._take(line, request))
        finally:
            if not ending.done():
                ending.set_result(False)

    async def _take(self, line: ClientWebSocketResponse, request: SocketModeRequest) -> None:
        """Hand one thing to the listeners, and acknowledge it when they have taken it: Slack repeats what is not."""
        try:
            answer = await run_async_bolt_app(self._app, request)
            if answer.status == 200 and not line.closed:
                told = {"payload": json.loads(answer.body)} if answer.body else {}
                await line.send_str(json.dumps({"envelope_id": request.envelope_id, **told}))
        except ConnectionError:
            log.info("slack_socket_closed_before_acknowledgement")  # it comes again by the next line, under the same id
        finally:
            self._room.release()
