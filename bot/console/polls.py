"""The operator's pages of polls: all of them, and one with its result as a chart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.campaigns.polls.as_text import text_like
from bot.campaigns.polls.definition import read_poll
from bot.campaigns.polls.result import result_of
from bot.campaigns.polls.steering import close_poll, discard_poll, draft_poll, post_poll
from bot.console.deciding import DecidersPages
from bot.console.sessions import form_of
from bot.console.watching import changes, mark_of, seen_by
from bot.mistake import Mistake
from storage.queries.polls import all_polls

__all__ = ["PollPages"]

log = logging.getLogger(__name__)

_ACTS = {"draft": ("post", "discard"), "running": ("close",), "closed": ()}
"""What can be done in each state."""
_LOOK_EVERY = 2.0
"""Seconds: votes are seen as they come."""


class PollPages(DecidersPages):
    home = "/polls"
    refused = "poll.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("", self._list),
            self._route("", self._draft, "POST"),
            self._route("/{name}", self._one),
            self._route("/{name}/events", self._events),
            self._route("/{name}/{act}", self._act, "POST"),
        ]

    async def _list(self, request: Request) -> Response:
        """With `like` in the address: with that poll's text to be changed."""
        if not (like := request.query_params.get("like")):
            return await self._list_page(request)
        async with self._parts.database.read() as conn:
            text = await conn.run_sync(text_like, like)
        if text is None:
            raise HTTPException(404)
        return await self._list_page(request, kept=text)

    async def _list_page(self, request: Request, *, refused: Mistake | None = None, kept: str = "") -> Response:
        """`kept` is the text of a poll that could not be taken: `refused` says why, line by line."""
        async with self._parts.database.read() as conn:
            rows = await conn.run_sync(all_polls)
            found = [await conn.run_sync(result_of, row.name, self._parts.poll_rules) for row in rows]
        return self._pages.page(request, "polls.html", status=409 if refused else 200, refused=refused, polls=found, kept=kept)

    async def _draft(self, request: Request) -> Response:
        form = await form_of(request)
        text = str(form.get("text", ""))
        try:
            definition = read_poll(text, self._parts.poll_rules)
            await self._parts.database.write(lambda conn: draft_poll(conn, definition, self._parts.clock.now()))
        except Mistake as mistake:
            return await self._list_page(request, refused=mistake, kept=text)
        log.info("poll_drafted", extra={"poll": definition.name, "staff": request.state.staff.id})
        said = self._pages.teller(request)("poll_done.draft", name=definition.name)
        return self._told(request, said, back=f"/polls/{definition.name}")

    async def _one(self, request: Request) -> Response:
        async with self._parts.database.read() as conn:
            result = await conn.run_sync(result_of, request.path_params["name"], self._parts.poll_rules)
        if result is None:
            raise HTTPException(404)
        return self._pages.page(request, "poll.html", result=result, since=mark_of(result), acts=_ACTS[result.state])

    async def _events(self, request: Request) -> Response:
        async def look() -> object:
            async with self._parts.database.read() as conn:
                return await conn.run_sync(result_of, request.path_params["name"], self._parts.poll_rules)

        return EventSourceResponse(changes(look, seen_by(request), _LOOK_EVERY))

    async def _act(self, request: Request) -> Response:
        await form_of(request)
        name, act, now = request.path_params["name"], request.path_params["act"], self._parts.clock.now()
        acts: dict[str, Callable[[Connection], Any]] = {
            "post": lambda conn: post_poll(conn, name, self._parts.poll_rules, now),
            "discard": lambda conn: discard_poll(conn, name),
            "close": lambda conn: close_poll(conn, name, now),
        }
        if act not in acts:
            raise HTTPException(404)
        back = self.home if act == "discard" else f"{self.home}/{name}"
        return await self._steer(request, acts[act], f"poll_done.{act}", back=back)
