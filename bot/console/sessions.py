"""Who is signed in, and whether a form is really theirs."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import wraps
from ipaddress import ip_address
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.parts import ConsoleParts
from bot.console.passwords import fits
from channels.customers.webchat.limits import limited
from channels.customers.webchat.visitor import foreign
from storage.queries.cases import AnyRow
from storage.queries.staff import add_staff, everybody, set_active, staff_list, staff_member

__all__ = ["SAMPLE_STAFF", "Sessions", "form_of"]

log = logging.getLogger(__name__)

SAMPLE_STAFF = "Sam (sample staff)"
_FORM_BYTES = 64 * 1024

Endpoint = Callable[[Request], Awaitable[Response]]


class Sessions:
    """Reads and writes the signed session that Starlette keeps in a cookie: who it is, and the secret of their forms."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._guessing = asyncio.Lock()

    async def staff(self, request: Request) -> AnyRow | None:
        """The staff member who is signed in; whoever has left since is not."""
        request.session.setdefault("csrf", secrets.token_urlsafe(16))
        if self._parts.sign_in.kind == "none":
            if request.client is None or not ip_address(request.client.host).is_loopback:
                raise HTTPException(403)
            return await self._sample_staff()
        staff_id = request.session.get("staff")
        if not isinstance(staff_id, int):
            return None
        async with self._parts.database.read() as conn:
            return await conn.run_sync(staff_member, staff_id)

    def only_staff(self, endpoint: Endpoint) -> Endpoint:
        """Who is not signed in is asked to, and comes back to the page they wanted."""

        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            request.state.staff = await self.staff(request)
            if request.state.staff is not None:
                return await endpoint(request)
            if request.method == "GET":
                return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
            raise HTTPException(403)

        return guarded

    async def nobody_yet(self) -> bool:
        """Whether nobody has ever worked here: then whoever knows the password becomes the first lead."""
        async with self._parts.database.read() as conn:
            return not await conn.run_sync(everybody)

    async def sign_in(self, request: Request, name: str, password: str, lang: str) -> AnyRow | None:
        """The staff member of that name if the password fits. A wrong name takes as long as a wrong password.

        The first of all to come becomes a lead who speaks `lang`. That gives away nothing: who knows the password could
        come in as any lead there is.
        """
        # One guess at a time: each takes 32 MiB and a tenth of a second, by design.
        async with self._guessing:
            fitting = await asyncio.to_thread(fits, password, self._parts.sign_in.password_hash)
        if not fitting:
            return None
        staff = await self._named(name)
        if staff is None and await self._parts.desk.staffing.add_first(name, lang=lang) is not None:
            log.info("first_lead_added")
            staff = await self._named(name)
        if staff is None:
            return None
        request.session.clear()
        request.session.update(staff=staff.id, csrf=secrets.token_urlsafe(16))
        return staff

    async def _named(self, name: str) -> AnyRow | None:
        wanted = " ".join(name.split()).casefold()
        async with self._parts.database.read() as conn:
            return next((one for one in await conn.run_sync(staff_list) if one.name.casefold() == wanted), None)

    async def _sample_staff(self) -> AnyRow:
        """Where no password is asked for, everybody on this machine is them: made once, and back where they had been sent away."""
        async with self._parts.database.read() as conn:
            known = await conn.run_sync(everybody)
        found = next((one for one in known if one.name == SAMPLE_STAFF), None)
        if found is not None and found.active:
            return found
        now = self._parts.clock.now()

        def come(conn: Connection) -> None:
            if found is None:
                add_staff(conn, SAMPLE_STAFF, role="lead", lang="en", departments=(), now=now)
            else:
                set_active(conn, found.id, active=True)

        await self._parts.database.write(come)
        return await self._sample_staff()


async def form_of(request: Request, *, file: int = 0) -> FormData:
    """What a form of ours sent, with one file of at most so many bytes. Raises HTTPException 403 for another site's form and
    413 for too much."""
    if foreign(request):
        raise HTTPException(403)
    form = await limited(request, _FORM_BYTES + file).form(max_files=1 if file else 0, max_fields=20)
    told = form.get("csrf", "")
    if not isinstance(told, str) or not hmac.compare_digest(told.encode(), str(request.session.get("csrf", "")).encode()):
        await form.close()
        raise HTTPException(403)
    return form
