"""The page of the accounts' health: how each is, and what is or was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console.deciding import DecidersPages
from bot.console.watching import changes, mark_of, seen_by
from bot.console.words import Teller
from bot.health.overview import Overview, overview_of
from bot.health.words import remedy_of, title_of

__all__ = ["HealthPage"]

_SIDES = ("customers", "staff", "systems")


class HealthPage(DecidersPages):
    home = "/health"
    refused = "health.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [self._route("", self._page), self._route("/events", self._events)]

    async def _page(self, request: Request) -> Response:
        found, t = await self._look(), self._pages.teller(request)
        sides = {side: [one for one in found.standings if one.account.side == side] for side in _SIDES}
        return self._pages.page(
            request,
            "health.html",
            found=found,
            since=mark_of(found),
            sides={side: standings for side, standings in sides.items() if standings},
            limit=lambda limit: _limit(limit, t),
            title=lambda incident: title_of(incident.key, t.lang),
            remedy=lambda incident: remedy_of(incident.key, t.lang),
        )

    async def _events(self, request: Request) -> Response:
        return EventSourceResponse(changes(self._look, seen_by(request), every=2.0))

    async def _look(self) -> Overview:
        async with self._parts.database.read() as conn:
            return await conn.run_sync(overview_of, self._parts.watched, self._parts.clock.now())


def _limit(limit: Mapping[str, Any], t: Teller) -> str:
    """One limit of a platform's in words: what is left of it, and from when on there is more."""
    what, until = limit["what"], limit.get("until")
    at = t.clock(datetime.fromisoformat(until)) if until else None
    if what == "wait":
        return t("health_limit.wait", until=at)
    digits = 2 if what == "money" else 0
    left = t("health.left", left=t.number(limit["left"], digits), of=t.number(limit["of"], digits), until=at)
    return f"{t(f'health_limit.{what}')}: {left}"
