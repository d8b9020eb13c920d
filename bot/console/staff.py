"""The page of who works here: adding people, linking their chats, and parting with them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import time

from babel.dates import get_day_names
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.shifts import Shift
from bot.console.deciding import only_managers
from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Endpoint, Sessions, form_of
from bot.console.words import LANGUAGES
from bot.desk.staffing import CODE_HOLDS, ROLES, NameProblem, Staffing
from bot.invitations.links import qr_svg
from storage.ids import from_short
from storage.queries.cases import AnyRow
from storage.queries.staff import doors_by_staff, everybody

__all__ = ["StaffPages"]

log = logging.getLogger(__name__)

_REFUSED = {
    NameProblem.TAKEN: "staff.name_taken",
    NameProblem.LEFT: "staff.name_left",
    NameProblem.NO_NAME: "staff.no_name",
}


class StaffPages:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts = parts
        self._pages = pages
        self._sessions = sessions

    @property
    def _staffing(self) -> Staffing:
        return self._parts.desk.staffing

    def routes(self) -> Sequence[BaseRoute]:
        acts = {"code": self._code, "unlink": self._unlink, "leave": self._leave, "return": self._return, "hours": self._hours}
        return [
            Route("/staff", self._for_managers(self._list), methods=["GET"]),
            Route("/staff", self._for_managers(self._add), methods=["POST"]),
            *(Route(f"/staff/{{ref}}/{name}", self._for_managers(act), methods=["POST"]) for name, act in acts.items()),
        ]

    def _for_managers(self, endpoint: Endpoint) -> Endpoint:
        refused = "staff.only_managers"

        async def guarded(request: Request) -> Response:
            try:
                return await endpoint(request)
            except LookupError as error:
                raise HTTPException(404) from error
            except PermissionError:
                log.warning("staff_change_refused staff=%s", request.state.staff.id)
            return self._pages.page(request, "trouble.html", status=403, what=refused)

        return only_managers(guarded, self._pages, self._sessions, refused)

    async def _list(self, request: Request) -> Response:
        return await self._page(request)

    async def _page(self, request: Request, *, refused: str = "", kept: Mapping[str, object] | None = None) -> Response:
        """`kept` is the form of somebody who could not be added, or of the hours of whom it names: `refused` says why."""
        async with self._parts.database.read() as conn:
            people = await conn.run_sync(everybody)
            doors = await conn.run_sync(doors_by_staff)
        return self._pages.page(
            request,
            "staff.html",
            status=409 if refused else 200,
            refused=refused,
            people=[one for one in people if one.active],
            left=[one for one in people if not one.active],
            doors=doors,
            accounts=self._parts.staff_accounts,
            roles=ROLES,
            languages=LANGUAGES,
            departments=DEPARTMENTS,
            shared_password=self._parts.sign_in.kind == "password",
            kept=kept or {},
            shift_of=lambda person: Shift.read(person.shift),
            weekdays=get_day_names("abbreviated", locale=self._pages.teller(request).reader.locale),
        )

    async def _add(self, request: Request) -> Response:
        form, t = await form_of(request), self._pages.teller(request)
        name, role, lang = (str(form.get(field, "")) for field in ("name", "role", "lang"))
        departments = [str(one) for one in form.getlist("department")]
        if role not in ROLES or lang not in LANGUAGES or not set(departments) <= set(DEPARTMENTS):
            raise HTTPException(400)
        added = await self._staffing.add(name, role=role, lang=lang, departments=departments, by=request.state.staff.id)
        if isinstance(added, NameProblem):
            kept = {"name": name, "role": role, "lang": lang, "departments": departments}
            return await self._page(request, refused=t(_REFUSED[added], name=name.strip()), kept=kept)
        return self._done(request, t("staff.added", name=name.strip()))

    async def _code(self, request: Request) -> Response:
        """The code stands in this answer and nowhere else: not in an address, not in the cookie."""
        await form_of(request)
        staff = await self._named(request)
        code = await self._staffing.new_code(staff.id, by=request.state.staff.id)
        links = self._parts.staff_links().of(code)
        t, until = self._pages.teller(request), self._parts.clock.now() + CODE_HOLDS
        ways = [(account, channel, links.get(account, "")) for account, channel in self._parts.staff_accounts.items()]
        return self._pages.page(
            request,
            "staff_code.html",
            person=staff,
            code=code,
            ways=ways,
            until=t.reader.moment(until),
            qr=qr_svg,
        )

    async def _unlink(self, request: Request) -> Response:
        form, staff = await form_of(request), await self._named(request)
        await self._staffing.unlink(staff.id, _number(form, "door"), by=request.state.staff.id)
        return self._done(request, self._pages.teller(request)("staff.unlinked", name=staff.name))

    async def _hours(self, request: Request) -> Response:
        form, staff, t = await form_of(request), await self._named(request), self._pages.teller(request)
        try:
            shift = _shift(form)
        except ValueError:
            kept = {"hours_of": staff.id, "days": form.getlist("day"), "begin": form.get("begin"), "end": form.get("end")}
            return await self._page(request, refused=t("staff.hours_wrong"), kept=kept)
        await self._staffing.set_shift(staff.id, shift, by=request.state.staff.id)
        return self._done(request, t("staff.hours_set" if shift else "staff.hours_as_shop", name=staff.name))

    async def _leave(self, request: Request) -> Response:
        await form_of(request)
        staff, t = await self._named(request), self._pages.teller(request)
        freed = await self._staffing.leave(staff.id, by=request.state.staff.id)
        return self._done(request, t("staff.has_left", name=staff.name, n=freed or None))

    async def _return(self, request: Request) -> Response:
        await form_of(request)
        staff = await self._staffing.take_back((await self._named(request)).id, by=request.state.staff.id)
        return self._done(request, self._pages.teller(request)("staff.returned", name=staff.name))

    async def _named(self, request: Request) -> AnyRow:
        try:
            staff_id = from_short(request.path_params["ref"])
        except ValueError as error:
            raise HTTPException(404) from error
        async with self._parts.database.read() as conn:
            found = next((one for one in await conn.run_sync(everybody) if one.id == staff_id), None)
        if found is None:
            raise HTTPException(404)
        return found

    def _done(self, request: Request, text: str) -> Response:
        request.session["told"] = {"done": True, "text": text}
        return RedirectResponse("/staff", 303)


def _shift(form: FormData) -> Shift | None:
    """What the form says; no day at all means: whenever the shop works. Raises ValueError for hours that are none."""
    days = tuple(sorted(int(str(day)) for day in form.getlist("day")))
    begin, end = (time.fromisoformat(str(form.get(name, ""))) for name in ("begin", "end")) if days else (None, None)
    return Shift(days, begin, end) if begin and end else None


def _number(form: FormData, name: str) -> int:
    try:
        number = from_short(str(form.get(name, "")))
    except ValueError as error:
        raise HTTPException(400) from error
    if not 0 < number < 2**63:
        raise HTTPException(400)
    return number
