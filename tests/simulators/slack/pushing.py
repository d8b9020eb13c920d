"""A test tool. How the played Slack tells an app what happened: by an open line, or by signed requests, and again when it must."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, web

from tests.simulators.slack.world import App, Json, World
from tests.simulators.telegram.misbehaviour import Misbehaviour

__all__ = ["RETRIES", "Pusher", "signed"]

RETRIES = (0.0, 60.0, 300.0)
"""Seconds before each further push of an event: https://docs.slack.dev/apis/events-api#retries"""
PATIENCE = 3.0

T = TypeVar("T")


def signed(secret: str, body: bytes, now: float) -> dict[str, str]:
    """The headers of a push (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    stamp = str(int(now))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


SLICE = 0.05
"""Seconds: what is waited for is looked at this often. A machine that stands still for a while uses up one slice of patience, not all."""


async def patiently(awaited: Awaitable[T], patience: float) -> T:
    """What is awaited, within so many seconds in which it could have happened; TimeoutError after them."""
    task = asyncio.ensure_future(awaited)
    try:
        for _ in range(round(patience / SLICE)):
            if (await asyncio.wait({task}, timeout=SLICE))[0]:
                return task.result()
    finally:
        task.cancel()
    raise TimeoutError


class Pusher:
    """`retries` and `patience` are in real seconds."""

    def __init__(self, world: World, session: ClientSession, misbehaviour: Misbehaviour, retries: Sequence[float], patience: float) -> None:
        self._world, self._session, self._misbehaviour = world, session, misbehaviour
        self._retries, self._patience = retries, patience
        self._under_way: set[asyncio.Task[None]] = set()
        self._acknowledged: dict[str, asyncio.Future[Json]] = {}

    def push(self, app: App, payload: Json, answered: Callable[[Json], None] | None = None) -> None:
        """Tell an app of an event or an interaction, in its own time; `answered` is given what it says to it."""
        fault = self._misbehaviour.of_update(app.bot_token)
        wait = fault.seconds if fault and fault.how == "late" else 0.0
        for _ in range(2 if fault and fault.how == "duplicate" else 1):
            task = asyncio.create_task(self._tell(app, payload, wait, answered))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    def acknowledge(self, envelope: str, payload: Json) -> None:
        if (waiting := self._acknowledged.get(envelope)) and not waiting.done():
            waiting.set_result(payload)

    async def stop(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    @property
    def pending(self) -> int:
        return len(self._under_way)

    async def verify(self, app: App) -> bool:
        """Whether the app's request address answers the challenge, as it must before Slack takes it."""
        body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "old"}).encode()
        headers = {"Content-Type": "application/json"} | signed(app.signing_secret, body, self._world.now().timestamp())
        async with self._session.post(app.request_url, data=body, headers=headers) as answer:
            return answer.status == 200 and "c-1" in await answer.text()

    async def _tell(self, app: App, payload: Json, wait: float, answered: Callable[[Json], None] | None) -> None:
        await asyncio.sleep(wait)
        is_event = payload.get("type") == "event_callback"
        for attempt, pause in enumerate((0.0, *(self._retries if is_event else ()))):
            if pause:
                await asyncio.sleep(pause)
            self._world.events["retries" if attempt else "pushes"] += 1
            answer = await (self._post(app, payload, attempt) if app.request_url else self._send(app, payload, attempt))
            if answer is not None:
                if answered:
                    answered(answer)
                return
        self._world.events["given_up" if is_event else "unanswered_interactions"] += 1

    async def _post(self, app: App, payload: Json, attempt: int) -> Json | None:
        """What the app answered; None where it did not take it."""
        if payload.get("type") == "event_callback":
            body, kind = json.dumps(payload).encode(), "application/json"
        elif "command" in payload:
            body, kind = urlencode(payload).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind} | signed(app.signing_secret, body, self._world.now().timestamp())
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
        try:
            return await patiently(self._posted(app.request_url, body, headers), self._patience)
        except (ClientError, TimeoutError):
            return None

    async def _posted(self, url: str, body: bytes, headers: dict[str, str]) -> Json | None:
        async with self._session.post(url, data=body, headers=headers) as answer:
            told = await answer.read()
            is_json = answer.content_type == "application/json" and told
            return (json.loads(told) if is_json else {}) if 200 <= answer.status < 300 else None

    async def _send(self, app: App, payload: Json, attempt: int) -> Json | None:
        if not app.sockets:
            return None
        line: web.WebSocketResponse = app.sockets[-1]
        envelope = str(uuid.uuid4())
        is_event = payload.get("type") == "event_callback"
        kind = "events_api" if is_event else "slash_commands" if "command" in payload else "interactive"
        wrapped: Json = {"envelope_id": envelope, "type": kind, "payload": payload}
        wrapped["accepts_response_payload"] = not is_event
        if is_event:
            wrapped |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        told = self._acknowledged[envelope] = asyncio.get_running_loop().create_future()
        closed = asyncio.create_task(self._until_closed(line))
        try:
            with contextlib.suppress(ConnectionError):
                await line.send_str(json.dumps(wrapped))
            with contextlib.suppress(TimeoutError):
                await patiently(asyncio.wait({told, closed}, return_when=asyncio.FIRST_COMPLETED), self._patience)
            return told.result() if told.done() else None
        finally:
            closed.cancel()
            del self._acknowledged[envelope]

    async def _until_closed(self, line: web.WebSocketResponse) -> None:
        while not line.closed:  # noqa: ASYNC110 - aiohttp rings no bell for it
            await asyncio.sleep(0.02)
