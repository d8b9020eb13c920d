"""Pages for those who decide: leads and operators."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Endpoint, Sessions, form_of
from bot.desk.staffing import MANAGERS
from bot.mistake import Mistake

__all__ = ["DecidersPages", "only_managers", "typed_in"]

log = logging.getLogger(__name__)

_SOON = timedelta(days=7)


def only_managers(endpoint: Endpoint, pages: Pages, sessions: Sessions, refused: str) -> Endpoint:
    """Other staff read `refused` instead, by its key; who is not signed in is asked to."""

    async def guarded(request: Request) -> Response:
        if request.state.staff.role in MANAGERS:
            return await endpoint(request)
        return pages.page(request, "trouble.html", status=403, what=refused)

    return sessions.only_staff(guarded)


async def typed_in(request: Request, *fields: str) -> dict[str, str]:
    """What was written in these fields of a form of ours."""
    form = await form_of(request)
    return {field: str(form.get(field, "")).strip() for field in fields}


class DecidersPages:
    """Pages about one kind of thing: all of them at `home`, each under its name. Others than those who decide read `refused`."""

    home = ""
    refused = ""

    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts = parts
        self._pages = pages
        self._sessions = sessions

    def _route(self, path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        return Route(self.home + path, only_managers(endpoint, self._pages, self._sessions, self.refused), methods=[method])

    async def _one_page(
        self, request: Request, refused: Mapping[str, Mistake] | None = None, typed: Mapping[str, str] | None = None
    ) -> Response:
        """The page of one of them. `refused` says of a form what is wrong with it, and `typed` is what was written there."""
        raise NotImplementedError

    async def _steer(
        self,
        request: Request,
        change: Callable[[Connection], Any],
        said: str,
        *,
        back: str,
        form: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """Make the change and go `back`, where it is told what was done (the sentence of the key `said`), or why it was not;
        who filled in a `form` sees it again on the page with what they `typed`, and the mistake beside it.
        """
        try:
            done = await self._parts.database.write(change)
        except Mistake as mistake:
            if form:
                return await self._one_page(request, {form: mistake}, typed)
            return self._told(request, self._pages.teller(request).mistake(mistake), back=back, done=False)
        log.info("steered", extra={"page": request.url.path, "staff": request.state.staff.id})
        facts = {"name": request.path_params.get("name", ""), "done": done}
        return self._told(request, self._pages.teller(request)(said, **facts), back=back)

    def _soon(self, time: str) -> str:
        """A moment in a week, on the shop's clock, for the example of what can be written."""
        return (self._parts.clock.now().astimezone(self._parts.zone) + _SOON).strftime(f"%Y-%m-%dT{time}")

    def _told(self, request: Request, text: str, *, back: str, done: bool = True) -> Response:
        request.session["told"] = {"done": done, "text": text}
        return RedirectResponse(back, 303)
