"""The page of kind words: what each department was praised for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions
from bot.console.words import Teller
from storage.queries.praise import praise_of, praised_departments

__all__ = ["PraisePage"]

_PERIODS = (7, 30, 90, 365)
_MOST = 200
"""So many are shown, the newest."""


@dataclass(frozen=True, slots=True)
class KindWord:
    """What somebody said. Who it was is told to nobody: they have agreed to be quoted at most (`quotable`), without a name."""

    words: str
    department: str
    place: str
    when: str
    channel: str
    quotable: bool


class PraisePage:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts, self._pages, self._sessions = parts, pages, sessions

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/kind-words", self._sessions.only_staff(self._praise))]

    async def _praise(self, request: Request) -> Response:
        asked, department = request.query_params.get("days", "30"), request.query_params.get("department", "")
        if asked not in map(str, _PERIODS):
            raise HTTPException(404)
        since, t = self._parts.clock.now() - timedelta(days=int(asked)), self._pages.teller(request)

        def reading(conn: Connection) -> tuple[dict[str, int], Sequence[Row[*tuple[Any, ...]]]]:
            return praised_departments(conn, since), praise_of(conn, department, since, _MOST)

        async with self._parts.database.read() as conn:
            departments, praise = await conn.run_sync(reading)
        return self._pages.page(
            request,
            "kind_words.html",
            kind_words=[_kind_word(one, t) for one in praise],
            departments=departments,
            chosen=department,
            most=_MOST,
            days=int(asked),
            periods=_PERIODS,
        )


def _kind_word(one: Row[*tuple[Any, ...]], t: Teller) -> KindWord:
    channel = t("kind_words.webchat") if one.channel == "webchat" else one.channel.capitalize()
    return KindWord(one.words, t.department(one.department).capitalize(), one.place, t.reader.moment(one.at), channel, one.quotable)
