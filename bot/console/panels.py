"""The operator's pages of panels: all of them, and one with its members, what they are asked, and when next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.campaigns.panels.definition import read_panel
from bot.campaigns.panels.overview import MEMBERS_SHOWN, asks_of, members_shown, overview_of, overviews
from bot.campaigns.panels.steering import audience_of, found_panel, invitation_of, invite_to_panel, rounds_to, take_out
from bot.campaigns.reaching import reach
from bot.console.deciding import DecidersPages, typed_in
from bot.console.sessions import form_of
from bot.console.watching import changes, mark_of, seen_by
from bot.mistake import Mistake
from storage.queries.campaigns import campaign_named

__all__ = ["PanelPages"]

_LOOK_EVERY = 4.0
"""Seconds: who joins a panel is seen soon, and counting is not for nothing."""


class PanelPages(DecidersPages):
    home = "/panels"
    refused = "panel.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("", self._list),
            self._route("", self._found, "POST"),
            self._route("/{name}", self._one),
            self._route("/{name}/events", self._events),
            self._route("/{name}/invite", self._invite, "POST"),
            self._route("/{name}/leave", self._leave, "POST"),
        ]

    async def _list(self, request: Request) -> Response:
        return await self._list_page(request)

    async def _list_page(self, request: Request, *, refused: Mistake | None = None, kept: str = "") -> Response:
        """`kept` is the text of a panel that could not be founded: `refused` says why, line by line."""
        now = self._parts.clock.now()
        async with self._parts.database.read() as conn:
            found = await conn.run_sync(lambda conn: overviews(conn, now))
        return self._pages.page(request, "panels.html", status=409 if refused else 200, refused=refused, panels=found, kept=kept)

    async def _found(self, request: Request) -> Response:
        text = str((await form_of(request)).get("text", ""))
        try:
            panel = read_panel(text)
            await self._parts.database.write(lambda conn: found_panel(conn, panel, self._parts.clock.now()))
        except Mistake as mistake:
            return await self._list_page(request, refused=mistake, kept=text)
        await self._parts.learn_surveys()
        said = self._pages.teller(request)("panel_done.found", name=panel.name)
        return self._told(request, said, back=f"/panels/{panel.name}")

    async def _one(self, request: Request) -> Response:
        return await self._one_page(request)

    async def _one_page(
        self, request: Request, refused: Mapping[str, Mistake] | None = None, typed: Mapping[str, str] | None = None
    ) -> Response:
        """With `audience` in the address or typed: whom it would reach, before anybody is invited."""
        name, now, zone = request.path_params["name"], self._parts.clock.now(), self._parts.zone
        refused, typed = refused or {}, typed or {}
        audience, counted, wrong = typed.get("audience", request.query_params.get("audience")), None, refused.get("invite")
        try:
            counted = audience_of(audience) if audience is not None else None
        except Mistake as mistake:
            wrong = mistake

        def reading(conn: Connection) -> tuple[Any, ...]:
            overview = overview_of(conn, name, now)
            if overview is None:
                raise HTTPException(404)
            reached = reach(conn, invitation_of(conn, name, counted, zone, now), now) if counted is not None else None
            rounds = rounds_to(conn, name, counted) if counted is not None else []
            return overview, asks_of(conn, name, zone, now), members_shown(conn, name, now), reached, rounds, _free_name(conn, name)

        async with self._parts.database.read() as conn:
            overview, asks, members, reached, rounds, free_name = await conn.run_sync(reading)
        surveys = {ask.definition.survey: self._parts.survey(ask.definition.survey) for ask in asks}
        return self._pages.page(
            request,
            "panel.html",
            status=409 if refused else 200,
            wrong=wrong,
            refused=refused,
            typed=typed,
            one=overview,
            since=mark_of((overview, asks)),
            asks=asks,
            members=members,
            most_shown=MEMBERS_SHOWN,
            surveys=surveys,
            next_ask=min((ask.next for ask in asks if ask.next and not ask.invites), default=None),
            audience=audience,
            reached=reached,
            rounds=rounds,
            free_name=free_name,
        )

    async def _events(self, request: Request) -> Response:
        name = request.path_params["name"]

        def looking(conn: Connection) -> object:
            now = self._parts.clock.now()
            return overview_of(conn, name, now), asks_of(conn, name, self._parts.zone, now)

        async def look() -> object:
            async with self._parts.database.read() as conn:
                return await conn.run_sync(looking)

        return EventSourceResponse(changes(look, seen_by(request), _LOOK_EVERY))

    async def _invite(self, request: Request) -> Response:
        typed, name, now = await typed_in(request, "audience"), request.path_params["name"], self._parts.clock.now()

        def inviting(conn: Connection) -> str:
            return invite_to_panel(conn, name, audience_of(typed["audience"]), self._parts.zone, now)

        return await self._steer(request, inviting, "panel_done.invite", back=f"/panels/{name}", form="invite", typed=typed)

    async def _leave(self, request: Request) -> Response:
        typed, name, now = await typed_in(request, "who"), request.path_params["name"], self._parts.clock.now()

        def leaving(conn: Connection) -> None:
            take_out(conn, name, typed["who"], now)

        return await self._steer(request, leaving, "panel_done.leave", back=f"/panels/{name}", form="leave", typed=typed)


def _free_name(conn: Connection, panel: str) -> str:
    """For the next campaign that asks it: kept under a name that there is, it would change that one."""
    names = (f"{panel.replace('_', '-')}-{n}" for n in range(1, 10_000))
    return next(name for name in names if campaign_named(conn, name, lock=False) is None)
