"""The operator's page of customers who speak for the shop: testimonials, public reviews, codes for friends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.campaigns.promoters.alike import PERIOD, offered_lately
from bot.campaigns.promoters.codes import owner_of, uses_lately
from bot.campaigns.promoters.testimonials import withdraw, words_left
from bot.console.deciding import DecidersPages
from bot.console.sessions import form_of
from bot.mistake import Mistake

__all__ = ["PromoterPage"]


class PromoterPage(DecidersPages):
    home = "/promoters"
    refused = "promoter.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [self._route("", self._show), self._route("/withdraw", self._withdraw, "POST")]

    async def _show(self, request: Request) -> Response:
        """With `code` in the address: whose it is."""
        offers, now, code = self._parts.offers, self._parts.clock.now(), request.query_params.get("code", "").strip()[:60]

        def reading(conn: Connection) -> tuple[Any, ...]:
            owner, wrong = None, None
            try:
                owner = owner_of(conn, code) if code else None
            except Mistake as mistake:
                wrong = mistake
            return words_left(conn), offered_lately(conn, offers, now), uses_lately(conn, now), owner, wrong

        async with self._parts.database.read() as conn:
            told, offered, uses, owner, wrong = await conn.run_sync(reading)
        return self._pages.page(
            request,
            "promoters.html",
            wrong=wrong,
            quotable=[one for one in told if one.leave],
            others=[one for one in told if not one.leave],
            offers=offers,
            offered=offered,
            uses=uses,
            days=PERIOD.days,
            code=code,
            owner=owner,
        )

    async def _withdraw(self, request: Request) -> Response:
        form, now = await form_of(request), self._parts.clock.now()
        return await self._steer(
            request, lambda conn: withdraw(conn, str(form.get("who", "")), now), "promoter.withdrawn", back="/promoters"
        )
