"""The operator's pages of focus groups: all of them, and a session as it goes on, with what was said and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sse_starlette import EventSourceResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.campaigns.focus.definition import read_group
from bot.campaigns.focus.moderating import Act, moderate
from bot.campaigns.focus.overview import overview_of, overviews
from bot.campaigns.focus.picture import picture_refused
from bot.campaigns.focus.steering import check_account, erase, invite_to_group, plan_group
from bot.console.deciding import DecidersPages
from bot.console.sessions import form_of
from bot.console.watching import changes, mark_of, seen_by
from bot.mistake import Mistake
from storage.queries.focus import group_named, newest_line
from storage.queries.incidents import open_incidents

__all__ = ["GroupPages"]


class GroupPages(DecidersPages):
    home = "/groups"
    refused = "group.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("", self._list),
            self._route("", self._plan, "POST"),
            self._route("/{name}", self._one),
            self._route("/{name}/events", self._events),
            self._route("/{name}/invite", self._invite, "POST"),
            self._route("/{name}/erase", self._erase, "POST"),
            self._route("/{name}/{act}", self._moderate, "POST"),
        ]

    async def _list(self, request: Request) -> Response:
        return await self._list_page(request)

    async def _list_page(self, request: Request, *, refused: Mistake | None = None, kept: str = "") -> Response:
        """`kept` is the text of a group that could not be planned: `refused` says why, line by line."""
        async with self._parts.database.read() as conn:
            found = await conn.run_sync(overviews)
        return self._pages.page(
            request, "groups.html", status=409 if refused else 200, refused=refused, groups=found, kept=kept, soon=self._soon("18:00:00")
        )

    async def _plan(self, request: Request) -> Response:
        text, zone, now = str((await form_of(request)).get("text", "")), self._parts.zone, self._parts.clock.now()
        try:
            group = read_group(text)
            check_account(group, self._parts.accounts)
            await self._parts.database.write(lambda conn: plan_group(conn, group, zone, now))
        except Mistake as mistake:
            return await self._list_page(request, refused=mistake, kept=text)
        await self._parts.learn_surveys()
        return self._told(request, self._pages.teller(request)("group_done.plan", name=group.name), back=f"/groups/{group.name}")

    async def _one(self, request: Request) -> Response:
        name = request.path_params["name"]
        async with self._parts.database.read() as conn:
            # What an open page is told changes of is read first: nothing else on it is older.
            since = mark_of(await conn.run_sync(_changing, name))
            one = await conn.run_sync(overview_of, name)
        if one is None:
            raise HTTPException(404)
        return self._pages.page(request, "group.html", one=one, since=since)

    async def _events(self, request: Request) -> Response:
        async def look() -> object:
            async with self._parts.database.read() as conn:
                return await conn.run_sync(_changing, request.path_params["name"])

        return EventSourceResponse(changes(look, seen_by(request)))

    async def _invite(self, request: Request) -> Response:
        await form_of(request)
        name, now = request.path_params["name"], self._parts.clock.now()

        def inviting(conn: Connection) -> str:
            begun = invite_to_group(conn, name, self._parts.zone, now)
            if not begun:
                raise Mistake("all seats are taken", "there is nobody to invite", "seats_taken")
            return ", ".join(begun)

        return await self._steer(request, inviting, "group_done.invite", back=f"/groups/{name}")

    async def _erase(self, request: Request) -> Response:
        """One participant's words, by their number, or all of them. It cannot be undone."""
        form, name, now = await form_of(request), request.path_params["name"], self._parts.clock.now()
        if form.get("sure") != "yes":
            return self._told(request, self._pages.teller(request)("customer.not_sure"), back=f"/groups/{name}", done=False)
        who = None if form.get("who") == "all" else _number(form, "who")
        return await self._steer(request, lambda conn: erase(conn, name, who, now), "group_done.erase", back=f"/groups/{name}")

    async def _moderate(self, request: Request) -> Response:
        form, name, now = await form_of(request), request.path_params["name"], self._parts.clock.now()
        try:
            act = Act(request.path_params["act"])
        except ValueError as error:
            raise HTTPException(404) from error
        seen, host = _number(form, "question"), self._parts.host

        def moderating(conn: Connection) -> None:
            moderate(conn, name, act, seen, host, now)

        return await self._steer(request, moderating, f"group_done.{act}", back=f"/groups/{name}")


def _changing(conn: Connection, name: str) -> object:
    group = group_named(conn, name)
    if group is None:
        return None
    troubles, line = open_incidents(conn, [f"group.{group.name}"]), newest_line(conn, group.id)
    return (group.state, group.question, group.drawn_in, group.reminded, line, troubles, picture_refused(conn, group))


def _number(form: FormData, field: str) -> int:
    text = str(form.get(field, ""))
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise HTTPException(400)
    return int(text)
