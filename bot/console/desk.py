"""The desk's pages: the open cases, one case with all that is known and can be done, and what happens to them, live."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from sse_starlette import EventSourceResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.promises import Fix
from bot.complaints.routing import LEAD
from bot.console.acts import TEXTS, UnknownAct, act
from bot.console.case_sheet import sheet
from bot.console.files import number_of, shown_file, uploaded
from bot.console.live import CaseWatch, mark_of_cases
from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions, form_of
from bot.console.watching import seen_by
from bot.desk.desk import due_choices
from bot.desk.enclosures import sender_of
from bot.desk.outcome import Outcome
from bot.desk.tone import tone_told
from bot.desk.words import told
from bot.files.cleaning import Unfit
from storage.ids import short
from storage.queries.case_figures import list_cases
from storage.queries.cases import CaseView, add_entries, case_view, case_views, entry_row
from storage.queries.files import files_of_case
from storage.queries.staff import everybody

__all__ = ["DeskPages"]

log = logging.getLogger(__name__)

_SPOKEN = ("respond", "write")
"""Acts whose words reach the customer."""
_LARGEST_POST = 24 * 1024 * 1024
"""Bytes of a file that are read at all: above what is taken, so that words sent with one too large are given back."""
_LISTS = ("open", "mine", "closed")


class DeskPages:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts = parts
        self._pages = pages
        self._sessions = sessions
        self._watch = CaseWatch(parts.database)

    def routes(self) -> Sequence[BaseRoute]:
        only_staff = self._sessions.only_staff
        return [
            Route("/desk", only_staff(self._list)),
            Route("/desk/events", only_staff(self._events)),
            Route("/desk/cases/{ref}", only_staff(self._case), methods=["GET"]),
            Route("/desk/cases/{ref}/photo/{photo}", only_staff(self._photo)),
            Route("/desk/cases/{ref}/tone", only_staff(self._tone), methods=["POST"]),
            Route("/desk/cases/{ref}/{act}", only_staff(self._act), methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        chosen = request.query_params.get("show", "open")
        if chosen not in _LISTS:
            raise HTTPException(404)
        owner = request.state.staff.id if chosen == "mine" else None
        async with self._parts.database.read() as conn:
            since = await conn.run_sync(mark_of_cases)
            rows = await conn.run_sync(lambda conn: list_cases(conn, closed=chosen == "closed", owner_id=owner))
            views = await conn.run_sync(lambda conn: case_views(conn, [row.id for row in rows]))
        t, now = self._pages.teller(request), self._parts.clock.now()
        sheets = [sheet(views[row.id], self._parts.rules, t, now) for row in rows]
        return self._pages.page(request, "desk.html", since=since, cases=sheets, chosen=chosen, lists=_LISTS)

    async def _case(self, request: Request) -> Response:
        view = await self._view(request)
        return await self._case_page(request, view)

    async def _act(self, request: Request) -> Response:
        name, staff = request.path_params["act"], request.state.staff
        files = self._parts.files
        view, form = await self._view(request), await form_of(request, file=_LARGEST_POST if name in _SPOKEN else 0)
        if name == "erase-files":
            return await self._erase_files(request, view)
        try:
            file = await uploaded(self._parts.database, files, form, view, staff, self._parts.clock.now()) if name in _SPOKEN else 0
        except Unfit as unfit:
            refused = self._pages.teller(request)(f"file.{unfit.reason}")
            kept = {name: str(form.get("text", ""))}
            return await self._case_page(request, view, fix=str(form.get("fix", "")), kept=kept, refused=refused)
        if name in _SPOKEN and form.get("check"):
            # Where no script can show it while they write, they ask for it.
            text, warnings = str(form.get("text", "")), self._warnings(request, view, form)
            return await self._case_page(request, view, fix=str(form.get("fix", "")), kept={name: text}, warnings=warnings, file=file)
        try:
            outcome = await act(self._parts.desk, name, staff.id, view.id, form, file)
        except UnknownAct as error:
            raise HTTPException(400) from error
        log.info("case_act act=%s case=%s done=%s", name, view.id, outcome.done)
        text = self._told(request, outcome)
        if not outcome.done and name in TEXTS:
            # What they wrote is not lost: the page as it stands now, with their words in it.
            kept = {name: str(form.get("text", "")), "to": str(form.get("to", ""))}
            return await self._case_page(request, outcome.view or view, fix=str(form.get("fix", "")), kept=kept, refused=text, file=file)
        request.session["told"] = {"done": outcome.done, "text": text}
        return RedirectResponse(f"/desk/cases/{short(view.id)}", 303)

    async def _erase_files(self, request: Request, view: CaseView) -> Response:
        """A lead erases all photos and voice notes of the case's customer, wherever they were sent."""
        staff, parts = request.state.staff, self._parts
        if staff.role != LEAD:
            raise HTTPException(403)
        await parts.files.erase(view.case.customer_id)
        entry = entry_row(view.id, parts.clock.now(), sender_of(staff), "files_erased")
        await parts.database.write(lambda conn: add_entries(conn, entry), key=view.case.customer_id)
        request.session["told"] = {"done": True, "text": self._pages.teller(request)("case.files_erased")}
        return RedirectResponse(f"/desk/cases/{short(view.id)}", 303)

    async def _tone(self, request: Request) -> Response:
        """What the customer may stumble over in the text as it stands, for the page to show beside it."""
        view, form = await self._view(request), await form_of(request)
        return JSONResponse(self._warnings(request, view, form))

    def _warnings(self, request: Request, view: CaseView, form: FormData) -> list[str]:
        return tone_told(view, str(form.get("text", "")), self._pages.teller(request).reader, fixes="fix" in form)

    async def _photo(self, request: Request) -> Response:
        view = await self._view(request)
        row = await self._parts.files.settled(number_of(request.path_params["photo"]))
        if row is None or row.case_id != view.id:
            raise HTTPException(404)
        return await shown_file(self._parts.files, row)

    async def _events(self, request: Request) -> Response:
        return EventSourceResponse(self._watch.events(seen_by(request)))

    async def _view(self, request: Request) -> CaseView:
        async with self._parts.database.read() as conn:
            request.state.since = await conn.run_sync(mark_of_cases)
            view = await conn.run_sync(case_view, number_of(request.path_params["ref"]))
        if view is None:
            raise HTTPException(404)
        return view

    async def _case_page(
        self,
        request: Request,
        view: CaseView,
        *,
        fix: str = "",
        kept: Mapping[str, str] | None = None,
        refused: str = "",
        warnings: Sequence[str] = (),
        file: int = 0,
    ) -> Response:
        """`kept` are words not sent, by the form they were written in, and whom they go `to`; `file` is what was to go with them.
        `refused` says why, `warnings` what may be better said.
        """
        parts, staff, now = self._parts, request.state.staff, self._parts.clock.now()
        wanted = fix or request.query_params.get("fix", "")
        offered = Fix(wanted) if wanted in tuple(Fix) else None
        dues = due_choices(parts.operations, offered, now) if offered else []
        place = request.query_params.get("due", "0")
        due = dues[int(place)] if place in map(str, range(len(dues))) else None
        prepared = await parts.desk.prepare(staff.id, view.id, offered, due=due) if offered else None
        async with parts.database.read() as conn:
            known = await conn.run_sync(everybody)
            files = await conn.run_sync(files_of_case, view.id)
        return self._pages.page(
            request,
            "case.html",
            status=409 if refused else 200,
            refused=refused,
            since=request.state.since,
            case=sheet(
                view, parts.rules, self._pages.teller(request), now, staff=staff, names={one.id: one.name for one in known}, files=files
            ),
            fixes=list(Fix),
            prepared=prepared,
            dues=sorted(enumerate(dues), key=lambda numbered: numbered[1]),
            colleagues=[one for one in known if one.active and one.id != staff.id],
            departments=[department for department in DEPARTMENTS if department != view.case.department],
            kept=kept or {},
            warnings=warnings,
            file=short(file) if file else "",
            erasable=bool(files) and staff.role == LEAD,
        )

    def _told(self, request: Request, outcome: Outcome) -> str:
        t, view = self._pages.teller(request), outcome.view
        if outcome.told == "taken_by_other" and view is not None and view.owner is not None:
            taken = [entry.at for entry in view.entries if entry.kind in ("taken", "assigned", "handed_over")]
            if taken:
                return t("desk.taken_by", owner=view.owner.name, ago=t.ago(taken[-1], self._parts.clock.now()))
        return told(outcome, t.lang)
