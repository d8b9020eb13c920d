"""The program as it is served: the app's tasks beside one web server."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.accounts import links_of
from bot.app import App, open_app
from bot.config import Config
from bot.config.rules import fallback_of, offers_of, outreach_of
from bot.console.app import console_app
from bot.console.parts import ConsoleParts, SignIn
from bot.mistake import Mistake
from bot.touchpoints.hook import touchpoint_routes
from channels.contract import PollPlaces

__all__ = ["serve", "web"]

log = logging.getLogger(__name__)


def web(app: App, *, sample: bool) -> Starlette:
    """Everything that the server answers. With `sample` it opens with the sample shop."""
    config = app.config
    hashed = config.console.password_hash
    platforms = {channel.account: channel.name for channel in app.channels}
    parts = ConsoleParts(
        database=app.database,
        desk=app.desk,
        operations=app.operations,
        clock=app.clock,
        secret=app.secret,
        address=config.server.address,
        sign_in=SignIn(config.console.sign_in, hashed.get_secret_value() if hashed else ""),
        routes=[
            *(route for channel in app.channels for route in channel.routes(app.hear)),
            *(route for channel in app.staff_channels for route in channel.routes(app.hear_staff)),
            *touchpoint_routes(app.hook),
        ],
        files=app.store,
        file_links=app.file_links,
        planner=app.planner if sample else None,
        watched=app.accounts,
        accounts={account: platforms[account] for account in fallback_of(config, platforms)},
        poll_rules={channel.account: channel.poll_rules for channel in app.channels if isinstance(channel, PollPlaces)},
        outreach=outreach_of(config, app.published),
        offers=offers_of(config),
        staff_accounts={channel.account: channel.name for channel in app.staff_channels},
        links=lambda: links_of(config, app.channels),
        staff_links=lambda: links_of(config, app.staff_channels),
    )
    return console_app(parts, lifespan=_running(app))


def _ended(running: asyncio.Task[None]) -> None:
    """A server whose bot has ended must not go on as if it listened: whoever keeps it running starts it anew."""
    if not running.cancelled():
        log.critical("bot_ended why=%s", type(running.exception()).__name__)
        signal.raise_signal(signal.SIGTERM)


def _running(app: App) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(app.run())
        running.add_done_callback(_ended)
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])

    return lifespan


async def serve(config: Config, *, sample: bool, opened: Callable[[], None]) -> None:
    """Serve until interrupted. `opened` is called once people can come in.

    Raises:
        Mistake: the address cannot be listened on.
        DatabaseInUse: another process serves from the same file.
    """
    listening = _listen(config.server.host, config.server.port)
    async with open_app(config) as app:
        server = _Server(
            uvicorn.Config(
                web(app, sample=sample),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=3,
                proxy_headers=config.server.public_url is not None,
            ),
            opened,
        )
        with _obeyed_already():
            await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Tells that people can come in, at which time it obeys signals already."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None]) -> None:
        super().__init__(config)
        self._opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._opened()


@contextmanager
def _obeyed_already() -> Iterator[None]:
    """The server raises the signals that ended it once more, for the program to end by them: here what is open is closed first."""
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _listen(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there already" if taken else str(error.strerror or error).lower()
        raise Mistake(
            f"http://{host}:{port} cannot be opened: {why}.",
            f"Stop the other one, or choose another port: MAKEGOOD_SERVER__PORT={port + 1} make run",
        ) from error
    # asyncio does this for sockets it makes itself. Without it a page's second packet waits 40 ms for the first's receipt.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
