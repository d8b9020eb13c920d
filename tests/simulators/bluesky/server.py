"""The line to this Bluesky: real HTTP, and trouble on demand."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.serving import serving
from tests.simulators.bluesky.methods import METHODS, Call
from tests.simulators.bluesky.refusal import Refused
from tests.simulators.bluesky.world import World

__all__ = ["BlueskySimulator"]


class BlueskySimulator:
    """`calls` counts the calls by method and status."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.world = World(now)
        self.calls: Counter[tuple[str, int]] = Counter()
        self.url = ""
        self._trouble: dict[str, list[str]] = {}

    async def __aenter__(self) -> BlueskySimulator:
        self._stack = AsyncExitStack()
        routes = [Route("/xrpc/{method}", self._answer, methods=["GET", "POST"])]
        self.url = await self._stack.enter_async_context(serving(Starlette(routes=routes)))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    def misbehave(self, kind: str, method: str, times: int = 1) -> None:
        """Let the next calls of the method fail: `429`, `500`, `502`, `html` (a stranger's page), `timeout` (no answer for a while, and
        then a broken line), or `lost`: taken, and the answer is a 502."""
        self._trouble.setdefault(method, []).extend([kind] * times)

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["method"]
        verb, method = METHODS.get(name, ("", None))
        if method is None or verb != request.method:
            return self._told(name, Refused(501, "MethodNotImplemented"))
        trouble = self._trouble.get(name, [])
        kind = trouble.pop(0) if trouble else ""
        match kind:
            case "500" | "502":
                return self._told(name, Refused(int(kind), "InternalServerError"))
            case "429":
                ends = str(int(self.world.now().timestamp()) + 30)
                return self._told(name, Refused(429, "RateLimitExceeded", "Rate Limit Exceeded", {"ratelimit-reset": ends}))
            case "timeout":
                await asyncio.sleep(0.1)
                return _BrokenLine()
            case "html":
                self.calls[name, 200] += 1
                return Response("<html>welcome to the hotel</html>", media_type="text/html")
        params: dict[str, list[str]] = {}
        for key, value in request.query_params.multi_items():
            params.setdefault(key, []).append(value)
        try:
            raw = await request.body()
        except ClientDisconnect:
            return Response()
        call = Call(self.world, request.headers.get("authorization", "").removeprefix("Bearer "), params, json.loads(raw) if raw else {})
        try:
            answer = method(call)
        except Refused as refused:
            return self._told(name, refused)
        if kind == "lost":
            return self._told(name, Refused(502, "UpstreamFailure"))
        self.calls[name, 200] += 1
        return Response(headers=call.headers) if answer is None else JSONResponse(answer, headers=call.headers)

    def _told(self, name: str, refused: Refused) -> Response:
        self.calls[name, refused.status] += 1
        return JSONResponse({"error": refused.error, "message": refused.message}, refused.status, headers=refused.headers)


class _BrokenLine(Response):
    """An answer that ends in its middle: the server hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
