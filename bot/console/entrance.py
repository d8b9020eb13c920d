"""Signing in and out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions, form_of
from bot.desk.attempts import Attempts

__all__ = ["Entrance"]

log = logging.getLogger(__name__)


class Entrance:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts = parts
        self._pages = pages
        self._sessions = sessions
        self._attempts = Attempts()

    def routes(self) -> Sequence[BaseRoute]:
        if self._parts.sign_in.kind == "none":
            return []
        return [
            Route("/sign-in", self._ask, methods=["GET"]),
            Route("/sign-in", self._sign_in, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        if await self._sessions.staff(request) is not None:
            return RedirectResponse(_wanted(request.query_params.get("next", "")), 303)
        return await self._form(request, _wanted(request.query_params.get("next", "")))

    async def _sign_in(self, request: Request) -> Response:
        form = await form_of(request)
        wanted = _wanted(str(form.get("next", "")))
        who, now = request.client.host if request.client else "", self._parts.clock.now()
        if self._attempts.exhausted(who, now):
            return await self._form(request, wanted, 429, "sign_in.too_often")
        if not self._parts.sign_in.password_hash:
            return await self._form(request, wanted, 503, "sign_in.unset")
        staff = await self._sessions.sign_in(
            request, str(form.get("name", "")), str(form.get("password", "")), self._pages.teller(request).lang
        )
        if staff is None:
            self._attempts.note(who, now)
            log.warning("sign_in_refused")
            return await self._form(request, wanted, 403, "sign_in.wrong")
        log.info("signed_in staff=%s", staff.id)
        return RedirectResponse(wanted, 303)

    async def _form(self, request: Request, wanted: str, status: int = 200, wrong: str = "") -> Response:
        first = await self._sessions.nobody_yet()
        return self._pages.page(request, "sign_in.html", status=status, next=wanted, wrong=wrong, first=first)

    async def _sign_out(self, request: Request) -> Response:
        await form_of(request)
        request.session.clear()
        request.session["csrf"] = secrets.token_urlsafe(16)
        return RedirectResponse("/sign-in", 303)


def _wanted(path: str) -> str:
    """Where to go after signing in: a page of ours, or the desk. `//elsewhere` and `/\\elsewhere` would leave this site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/desk"
