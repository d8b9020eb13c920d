"""The front page: for the sample shop, both sides of the conversation beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions

__all__ = ["HomePage"]


class HomePage:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._sample = parts.planner is not None
        self._pages = pages
        self._sessions = sessions

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/", self._sessions.only_staff(self._home) if self._sample else _to_desk)]

    async def _home(self, request: Request) -> Response:
        return self._pages.page(request, "home.html")


async def _to_desk(_: Request) -> Response:
    return RedirectResponse("/desk", 303)
