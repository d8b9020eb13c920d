"""The operator's pages of customers: finding one, merging two records of one person, undoing that, erasing somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.campaigns.explaining import LeftOut, why_of
from bot.console.deciding import DecidersPages, typed_in
from bot.console.sessions import form_of
from bot.customers.erasing import erase_customer
from bot.customers.finding import the_customer
from bot.customers.merging import merge_customers, unmerge_customers
from bot.customers.sheet import CustomerSheet, sheet_of
from bot.desk.history import platform_name
from bot.invitations.explaining import REASONS, Why
from bot.mistake import Mistake
from storage.ids import from_short, short

__all__ = ["CustomerPages"]


class CustomerPages(DecidersPages):
    home = "/customers"
    refused = "customer.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("", self._find),
            self._route("/{name}", self._one),
            self._route("/{name}/merge", self._merge, "POST"),
            self._route("/{name}/unmerge", self._unmerge, "POST"),
            self._route("/{name}/erase", self._erase, "POST"),
        ]

    async def _find(self, request: Request) -> Response:
        who = request.query_params.get("who", "").strip()
        if not who:
            return self._pages.page(request, "customers.html", who="")
        try:
            async with self._parts.database.read() as conn:
                found = await conn.run_sync(the_customer, who)
        except Mistake as mistake:
            told = {"done": False, "text": self._pages.teller(request).mistake(mistake)}
            return self._pages.page(request, "customers.html", status=404, told=told, who=who)
        return RedirectResponse(f"/customers/{short(found.id)}", 303)

    async def _one(self, request: Request) -> Response:
        return await self._one_page(request)

    async def _one_page(
        self, request: Request, refused: Mapping[str, Mistake] | None = None, typed: Mapping[str, str] | None = None
    ) -> Response:
        def reading(conn: Connection) -> tuple[CustomerSheet, Why | None, Sequence[LeftOut]]:
            customer = the_customer(conn, request.path_params["name"])
            sheet = sheet_of(conn, customer, list(self._parts.accounts))
            return sheet, *((None, ()) if customer.erased_at else why_of(conn, self._parts.outreach, customer, self._parts.clock.now()))

        try:
            async with self._parts.database.read() as conn:
                sheet, why, left_out = await conn.run_sync(reading)
        except Mistake as mistake:
            return self._told(request, self._pages.teller(request).mistake(mistake), back="/customers", done=False)
        return self._pages.page(
            request,
            "customer.html",
            status=409 if refused else 200,
            refused=refused or {},
            typed=typed or {},
            one=sheet,
            why=why,
            left_out=left_out,
            reasons=REASONS,
            platform=platform_name,
        )

    async def _merge(self, request: Request) -> Response:
        typed, name = await typed_in(request, "other", "why"), request.path_params["name"]
        other, why, now, by = typed["other"], typed["why"], self._parts.clock.now(), self._who(request)

        def merging(conn: Connection) -> str:
            if not why:
                raise Mistake(
                    "a merge needs a reason", "write how you know that they are one person; it stands in the audit", "merge_reason"
                )
            return short(merge_customers(conn, the_customer(conn, name), the_customer(conn, other), now, by=by, why=why).kept.id)

        return await self._steer(request, merging, "customer_done.merge", back=f"/customers/{name}", form="merge", typed=typed)

    async def _unmerge(self, request: Request) -> Response:
        form, name = await form_of(request), request.path_params["name"]
        now, by = self._parts.clock.now(), self._who(request)
        try:
            merge_id = from_short(str(form.get("merge", "")))
        except ValueError:
            merge_id = 0
        return await self._steer(
            request, lambda conn: unmerge_customers(conn, merge_id, now, by=by), "customer_done.unmerge", back=f"/customers/{name}"
        )

    async def _erase(self, request: Request) -> Response:
        form, name, parts = await form_of(request), request.path_params["name"], self._parts
        if form.get("sure") != "yes":
            return self._told(request, self._pages.teller(request)("customer.not_sure"), back=f"/customers/{name}", done=False)
        try:
            async with parts.database.read() as conn:
                found = await conn.run_sync(the_customer, name)
        except Mistake as mistake:
            return self._told(request, self._pages.teller(request).mistake(mistake), back="/customers", done=False)
        await erase_customer(parts.database, parts.files, found.id, parts.clock.now(), by=self._who(request))
        return self._told(request, self._pages.teller(request)("customer_done.erase"), back="/customers")

    def _who(self, request: Request) -> str:
        return f"staff:{request.state.staff.id}"
