"""A test tool. The HTTP side: the Web API and the lines of Socket Mode; and the simulator as a whole."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import ClientSession, WSMsgType, web

from tests.simulators.slack.methods import Methods
from tests.simulators.slack.payloads import event
from tests.simulators.slack.person import Person
from tests.simulators.slack.pushing import PATIENCE, RETRIES, Pusher
from tests.simulators.slack.refusal import Refusal, flood
from tests.simulators.slack.world import TEAM, App, Conversation, Json, World
from tests.simulators.telegram.misbehaviour import CallFault, Fault, Misbehaviour, UpdateFault

__all__ = ["SlackSimulator"]

_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>envoy</body></html>"
_TICKET_SECONDS = 30
_WITHOUT_NESTING = ("blocks", "view", "attachments", "metadata")
"""Arguments that a form carries as JSON texts."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SlackSimulator:
    """Slack, played on a local port. `now` is its clock; `retries` and `patience` are real seconds (see `pushing.py`)."""

    def __init__(
        self, *, now: Callable[[], datetime] = _utc_now, retries: Sequence[float] = RETRIES, patience: float = PATIENCE, port: int = 0
    ) -> None:
        self.world = World(now)
        self._retries, self._patience, self._port = retries, patience, port
        self._misbehaviour = Misbehaviour()

    async def __aenter__(self) -> Self:
        self._session = ClientSession()
        self.pusher = Pusher(self.world, self._session, self._misbehaviour, self._retries, self._patience)
        self._methods = Methods(self.world, self._new_socket, self.pusher.push)
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.address = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pusher.stop()
        for app in self.world.apps.values():
            await self.break_lines(app.bot_token)
        await self._runner.cleanup()
        await self._session.close()

    @property
    def url(self) -> str:
        """What stands in place of https://slack.com/api."""
        return f"http://127.0.0.1:{self._port}/api"

    def app(self, bot_token: str, *, app_token: str = "", signing_secret: str = "", request_url: str = "") -> App:
        """Install an app. With a `request_url` it is pushed to there, else by Socket Mode."""
        return self.world.add_app(bot_token, app_token, signing_secret, request_url)

    def person(self, bot_token: str, user: str, *, team: str = TEAM, name: str = "", locale: str = "en-US") -> Person:
        """Somebody who uses Slack, facing that app. Of another `team`, they come by Slack Connect."""
        app = self.world.apps[bot_token]
        return Person(self.world, app, self.world.add_user(user, team, name, locale), self.pusher.push)

    def channel(self, bot_token: str, channel: str) -> Conversation:
        """A channel that the app is a member of."""
        return self.world.channel(self.world.apps[bot_token], channel)

    def happens(self, bot_token: str, inner: Json) -> None:
        """Push an event that no person's deed makes, such as `app_uninstalled`."""
        app = self.world.apps[bot_token]
        self.pusher.push(app, event(self.world, app, inner))

    def misbehave(self, how: CallFault | UpdateFault, method: str = "*", *, times: int = 1, seconds: float = 1.0) -> None:
        """Meet the next calls of a method, or the next pushes ("duplicate", "late"), with a fault."""
        if how == "reorder":
            raise ValueError("hold one back by late, and the next overtakes it")
        self._misbehaviour.add(Fault(how, method, times, seconds))

    async def renew_lines(self, bot_token: str) -> None:
        """Tell that the lines are about to end, as Slack does every few hours; they stay open."""
        for line in self.world.apps[bot_token].sockets:
            await line.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "played"}}))

    async def break_lines(self, bot_token: str) -> None:
        """Cut the lines, without a word."""
        for line in list(self.world.apps[bot_token].sockets):
            self.world.events["cuts"] += 1
            with contextlib.suppress(ConnectionError):
                await line.close()

    def _new_socket(self, app: App) -> str:
        ticket = secrets.token_hex(8)
        app.tickets[ticket] = asyncio.get_running_loop().time() + _TICKET_SECONDS
        return f"ws://127.0.0.1:{self._port}/link?ticket={ticket}&app_id={app.id}"

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/link":
            return await self._line(request)
        if request.path.startswith(("/files-pri/", "/upload/v1/")):
            return await self._file(request)
        if not request.path.startswith("/api/"):
            return web.Response(status=404)
        method = request.path.removeprefix("/api/")
        arguments = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(arguments.get("token", ""))
        self.world.calls[method] += 1
        self.world.latest.append((method, arguments))
        fault = self._misbehaviour.of_call(token, method)
        if fault and (answer := await self._spoil(request, fault)):
            return answer
        try:
            content = self._methods.call(method, token, arguments)
        except Refusal as refusal:
            return self._refused(refusal)
        if fault and fault.how == "drop_after":
            return self._cut(request)
        if fault and fault.how == "slow":
            await asyncio.sleep(fault.seconds)
        self.world.answers[200] += 1
        app = self.world.apps.get(token)
        return web.json_response(content, headers={"X-OAuth-Scopes": ",".join(app.scopes)} if app else None)

    async def _file(self, request: web.BaseRequest) -> web.Response:
        """Files are brought and fetched beside the Web API: fetched with the token of an app, else Slack shows how to sign in."""
        folder, name = request.path.split("/")[1], request.path.split("/")[2 if request.path.startswith("/files-pri") else 3]
        self.world.calls[folder] += 1
        if folder == "upload":
            file = next((file for file in self.world.files.values() if file.ticket == name and file.content is None), None)
            content = await request.read()
            if file is None or len(content) != file.length:
                return web.Response(status=400)
            file.content, file.mimetype = content, request.content_type
            return web.Response(text=f"OK - {len(content)}")
        fault = self._misbehaviour.of_call("", "files-pri")
        if fault and (answer := await self._spoil(request, fault)):
            return answer
        file, token = self.world.files.get(name), request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.world.apps:
            return web.Response(text="<!DOCTYPE html><title>Sign in to Slack</title>", content_type="text/html")
        if file is None or file.gone or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.mimetype or "application/octet-stream")

    async def _line(self, request: web.BaseRequest) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        for app in self.world.apps.values():
            if app.tickets.pop(ticket, 0) > asyncio.get_running_loop().time():
                break
        else:
            return web.Response(status=401)
        line = web.WebSocketResponse()
        await line.prepare(request)
        number = len(app.sockets) + 1
        hello = {"type": "hello", "num_connections": number, "connection_info": {"app_id": app.id}, "debug_info": {"host": "played"}}
        await line.send_str(json.dumps(hello))
        app.sockets.append(line)
        try:
            async for message in line:
                if message.type is WSMsgType.TEXT:
                    told = json.loads(message.data)
                    self.pusher.acknowledge(told.get("envelope_id", ""), told.get("payload") or {})
        finally:
            app.sockets.remove(line)
        return line

    async def _spoil(self, request: web.BaseRequest, fault: Fault) -> web.Response | None:
        """The answer to a call that is to fail before anything is done, None for one that goes on."""
        match fault.how:
            case "429":
                return self._refused(flood(max(1, round(fault.seconds))))
            case "500":
                return self._refused(Refusal("internal_error", status=500))
            case "502":
                self.world.answers[502] += 1
                return web.Response(status=502, text=_GATEWAY_PAGE, content_type="text/html")
            case "timeout":
                await asyncio.sleep(fault.seconds)
                return self._cut(request)
            case "drop_before":
                return self._cut(request)
        return None

    def _refused(self, refusal: Refusal) -> web.Response:
        self.world.answers[refusal.status] += 1
        return web.json_response(refusal.content, status=refusal.status, headers=refusal.headers)

    def _cut(self, request: web.BaseRequest) -> web.Response:
        self.world.events["cuts"] += 1
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody gets it


async def _arguments(request: web.BaseRequest) -> Json:
    """A call's arguments, from the address, a form or JSON."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        return arguments | json.loads(await request.read() or b"{}")
    form: dict[str, Any] = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in _WITHOUT_NESTING:
        if name in form:
            form[name] = json.loads(form[name])
    return arguments | form
