"""The page of kind words: what each department was praised for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.complaints.departments import DEPARTMENTS
from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions, form_of
from bot.console.words import Teller
from bot.desk.enclosures import sender_of
from storage.ids import from_short, short
from storage.queries.audit import note_audit
from storage.queries.praise import move_praise, praise_of, praised_departments

__all__ = ["PraisePage"]

_PERIODS = (7, 30, 90, 365)
_MOST = 200
"""So many are shown, the newest."""


@dataclass(frozen=True, slots=True)
class KindWord:
    """What somebody said. Who it was is told to nobody: they have agreed to be quoted at most (`quotable`), without a name."""

    number: str
    words: str
    department: str
    others: Sequence[str]
    """Departments that it may be moved to."""
    place: str
    when: str
    channel: str
    quotable: bool


class PraisePage:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts, self._pages, self._sessions = parts, pages, sessions

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/kind-words", self._sessions.only_staff(self._praise)),
            Route("/kind-words/{number}/move", self._sessions.only_staff(self._move), methods=["POST"]),
        ]

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

    async def _move(self, request: Request) -> Response:
        """It is about another department than the words seemed to say."""
        form, now, staff, t = await form_of(request), self._parts.clock.now(), request.state.staff, self._pages.teller(request)
        department = str(form.get("department", ""))
        try:
            answer_id = from_short(request.path_params["number"])
        except ValueError:
            raise HTTPException(404) from None
        if department not in DEPARTMENTS:
            raise HTTPException(400)

        def move(conn: Connection) -> bool:
            moved = move_praise(conn, answer_id, department)
            if moved:
                note_audit(conn, now, who=sender_of(staff), did="praise_moved", subject=f"answer:{answer_id}", department=department)
            return moved

        moved = await self._parts.database.write(move)
        text = t("kind_words.moved", department=t.department(department)) if moved else t("kind_words.gone")
        request.session["told"] = {"done": moved, "text": text}
        return RedirectResponse("/kind-words", 303)


def _kind_word(one: Row[*tuple[Any, ...]], t: Teller) -> KindWord:
    channel = t("kind_words.webchat") if one.channel == "webchat" else one.channel.capitalize()
    others = [department for department in DEPARTMENTS if department != one.department]
    name, when = t.department(one.department).capitalize(), t.reader.moment(one.at)
    return KindWord(short(one.answer_id), one.words, name, others, one.place, when, channel, one.quotable)
