"""A test tool. The HTTP side: Bot API, files, control; and the simulator as a whole."""

from __future__ import annotations

import asyncio
import json
import pickle
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientSession, web

from tests.simulators.telegram.control import Control
from tests.simulators.telegram.interface import typed
from tests.simulators.telegram.methods import Methods
from tests.simulators.telegram.misbehaviour import CallFault, Fault, Misbehaviour, UpdateFault
from tests.simulators.telegram.person import Person, Refused
from tests.simulators.telegram.refusal import Refusal, flood
from tests.simulators.telegram.webhook import WebhookPusher
from tests.simulators.telegram.world import Bot, Json, World

__all__ = ["TelegramSimulator"]

_BOT_PATH = re.compile(r"/bot([^/]*)/(\w+)")
_TOKEN = re.compile(r"\d{1,15}:[A-Za-z0-9_-]+")
_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class TelegramSimulator:
    """Telegram, played on a local port. `port` 0 takes any free one; `state` is read at start and written at the end."""

    def __init__(self, *, port: int = 0, state: Path | None = None) -> None:
        self._port, self._state = port, state
        # Our own file, written by an earlier run of this tool.
        self.world: World = pickle.loads(state.read_bytes()) if state and state.exists() else World()
        self._misbehaviour = Misbehaviour()
        self.control = Control(self.world, self._misbehaviour)
        self._methods = Methods(self.world, self._webhook_changed)
        self._pushers: dict[str, WebhookPusher] = {}

    async def __aenter__(self) -> Self:
        self._session = ClientSession()
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        for bot in self.world.bots.values():
            await self._webhook_changed(bot)
        return self

    async def __aexit__(self, *_: object) -> None:
        for pusher in self._pushers.values():
            await pusher.stop()
        await self._runner.cleanup()
        await self._session.close()
        if self._state:
            self._state.write_bytes(pickle.dumps(self.world))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def person(self, token: str, user: int, *, name: str = "", lang: str = "") -> Person:
        """Somebody who uses Telegram, facing the bot of that token."""
        return self.control.person(self.world.bot(token), user, name=name, lang=lang)

    def group(
        self, token: str, number: int, *, kind: str = "supergroup", username: str = "", forum: bool = False, administrator: bool = False
    ) -> int:
        """A group or a channel that the bot was added to, perhaps with topics (`forum`); its number, which is negative."""
        about = {"bot": token, "chat": number, "title": "Friends", "type": kind, "username": username}
        self.world.bot(token)
        group: int = self.control.open_group(about | {"forum": forum, "administrator": administrator})["chat"]
        return group

    def topic(self, token: str, chat: int, number: int = 0, state: str = "open") -> int:
        """A new topic of a chat's, or a change of one: `closed`, `open` again or `deleted`; its number."""
        topic: int = self.control.topic({"bot": token, "chat": chat, "topic": number, "state": state})["topic"]
        return topic

    async def call(self, token: str, method: str, **arguments: Any) -> Any:
        """The `result` of one call, made without HTTP. Raises `Refusal`."""
        return await self._methods.call(self.world.bot(token), method, arguments, frozenset())

    def misbehave(self, how: CallFault | UpdateFault, method: str = "*", *, times: int = 1, seconds: float = 1.0) -> None:
        """Meet the next calls of a method, or the next updates, with a fault. See `misbehaviour.py`."""
        self._misbehaviour.add(Fault(how, method, times, seconds))

    def set_clock(self, moment: datetime) -> None:
        self.world.set_clock(moment)

    async def _webhook_changed(self, bot: Bot) -> None:
        if old := self._pushers.pop(bot.token, None):
            await old.stop()
        if bot.webhook:
            self._pushers[bot.token] = WebhookPusher(self.world, bot, self._session)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.path
        if found := _BOT_PATH.fullmatch(path):
            return await self._api(request, *found.groups())
        if path.startswith("/sim/"):
            return await self._control(request, path[5:])
        if path.startswith("/file/bot"):
            wanted = path.removeprefix("/file/bot").split("/", 1)[-1]
            for stored, content in self.world.files.values():
                if stored == wanted:
                    return web.Response(body=content, content_type="application/octet-stream")
        return _refused(Refusal(404, "Not Found"))

    async def _control(self, request: web.BaseRequest, name: str) -> web.Response:
        try:
            if request.method == "POST":
                return _json(200, await self.control.post(name, json.loads(await request.read() or b"{}")))
            return _json(200, await self.control.get(name, dict(request.query)))
        except Refused as why:
            return _json(409, {"error": str(why)})
        except (KeyError, TypeError, ValueError) as why:
            return _json(400, {"error": f"{type(why).__name__}: {why}"})

    async def _api(self, request: web.BaseRequest, token: str, method: str) -> web.Response:
        try:
            arguments, files = await _arguments(request, method)
        except ValueError:
            return _refused(Refusal(400, "Bad Request: can't parse JSON object"))
        self.world.calls[method] += 1
        fault = self._misbehaviour.of_call(token, method)
        if fault and (answer := await self._spoil(request, fault)):
            return answer
        try:
            if not _TOKEN.fullmatch(token):
                raise Refusal(404, "Not Found")
            bot = self.world.bot(token)
            if bot.revoked:
                raise Refusal(401, "Unauthorized")
            result = await self._methods.call(bot, method, arguments, files)
        except Refusal as refusal:
            self.world.answers[refusal.status] += 1
            return _refused(refusal)
        if fault and fault.how == "drop_after":
            return self._cut(request)
        if fault and fault.how == "slow":
            await asyncio.sleep(fault.seconds)
        self.world.answers[200] += 1
        return _json(200, {"ok": True, "result": result})

    async def _spoil(self, request: web.BaseRequest, fault: Fault) -> web.Response | None:
        """The answer to a call that is to fail before anything is done, None for one that goes on."""
        match fault.how:
            case "429":
                self.world.answers[429] += 1
                return _refused(flood(max(1, round(fault.seconds))))
            case "500":
                self.world.answers[500] += 1
                return _refused(Refusal(500, "Internal Server Error"))
            case "502":
                self.world.answers[502] += 1
                return web.Response(status=502, text=_GATEWAY_PAGE, content_type="text/html")
            case "timeout":
                await asyncio.sleep(fault.seconds)
                return self._cut(request)
            case "drop_before":
                return self._cut(request)
        return None

    def _cut(self, request: web.BaseRequest) -> web.Response:
        self.world.events["cuts"] += 1
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody gets it


async def _arguments(request: web.BaseRequest, method: str) -> tuple[Json, frozenset[str]]:
    """A call's arguments, from the address, a form or JSON; the names of the files that were uploaded with it."""
    arguments: Json = typed(method, dict(request.query)) if request.query_string else {}
    if request.content_type == "application/json":
        return arguments | json.loads(await request.read() or b"{}"), frozenset()
    form = await request.post()
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    uploads = {name: value.file.read() for name, value in form.items() if isinstance(value, web.FileField)}
    arguments |= typed(method, texts)
    for name, value in arguments.items():
        if isinstance(value, str) and value.startswith("attach://"):
            arguments[name] = uploads.get(value.removeprefix("attach://"), value)
    attached = {name: content for name, content in uploads.items() if f"attach://{name}" not in texts.values()}
    return arguments | attached, frozenset(name for name, value in (arguments | attached).items() if isinstance(value, bytes))


def _json(status: int, content: Any) -> web.Response:
    return web.Response(status=status, body=json.dumps(content, ensure_ascii=False).encode(), content_type="application/json")


def _refused(refusal: Refusal) -> web.Response:
    content: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        content["parameters"] = refusal.parameters
    return _json(refusal.status, content)
