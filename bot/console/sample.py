"""The sample shop: somebody new buys something, is asked how it went, and sees the whole loop."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions, form_of
from bot.console.words import CONSOLE_WORDS, Teller
from bot.invitations.planning import Planner
from bot.touchpoints.taking import Item, Taken, take_touchpoints
from bot.touchpoints.told import CustomerTold, TouchpointTold

__all__ = ["SampleShop"]

_SOURCE = "sample"
_PRODUCTS = {"tray": "34.00", "blanket": "89.00", "kettle": "45.00", "lantern": "27.50"}
"""What is sold, and its price in euros."""
_LATE = 4
"""Days that a late parcel is late."""
_VISITORS = {"en": "Alex", "sv": "Elin", "lv": "Ilze", "fr": "Camille"}
_LANGS = {"en": "English", "sv": "Svenska", "lv": "Latviešu", "fr": "Français"}


class SampleShop:
    def __init__(self, parts: ConsoleParts, planner: Planner, pages: Pages, sessions: Sessions) -> None:
        self._parts = parts
        self._planner = planner
        self._pages = pages
        self._sessions = sessions

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/shop", self._sessions.only_staff(self._shelves), methods=["GET"]),
            Route("/shop", self._sessions.only_staff(self._buy), methods=["POST"]),
            Route("/shop/{order}", self._sessions.only_staff(self._bought), methods=["GET"]),
        ]

    async def _shelves(self, request: Request) -> Response:
        return self._pages.page(request, "shop.html", t=self._teller(request), products=_PRODUCTS, langs=_LANGS)

    async def _buy(self, request: Request) -> Response:
        """A parcel has arrived: the touchpoint that a real shop would tell."""
        form = await form_of(request)
        product, late, t = str(form.get("product", "")), form.get("late") == "yes", self._teller(request)
        if product not in _PRODUCTS:
            raise HTTPException(400)
        now, order = self._parts.clock.now(), secrets.token_hex(3).upper()
        delivered = now - timedelta(hours=1)
        promised = delivered - timedelta(days=_LATE) if late else delivered
        told = TouchpointTold(
            external_id=order,
            kind="delivery",
            occurred_at=delivered,
            customer=CustomerTold(external_id=f"visitor-{t.lang}", name=_VISITORS[t.lang], lang=t.lang),
            attributes={
                "order": order,
                "product": t(f"product.{product}"),
                "amount": float(_PRODUCTS[product]),
                "currency": "EUR",
                "ordered_at": (promised - timedelta(days=3)).isoformat(),
                "promised_at": promised.isoformat(),
                "delivered_at": delivered.isoformat(),
            },
        )

        def take(conn: Connection) -> Taken:
            return take_touchpoints(conn, [Item(_SOURCE, told)], self._planner, now)[0]

        taken = await self._parts.database.write(take)
        request.session["bought"] = {"product": product, "late": late, "token": taken.token, "order": order}
        return RedirectResponse(f"/shop/{order}?lang={t.lang}", 303)

    async def _bought(self, request: Request) -> Response:
        bought = request.session.get("bought", {})
        if bought.get("order") != request.path_params["order"]:
            return RedirectResponse("/shop", 303)
        return self._pages.page(request, "bought.html", t=self._teller(request), **bought)

    def _teller(self, request: Request) -> Teller:
        """The customer's language is the one they pick in the shop."""
        lang = request.query_params.get("lang", "")
        return Teller(lang, self._parts.zone) if lang in _LANGS and CONSOLE_WORDS.speaks(lang) else self._pages.teller(request)
