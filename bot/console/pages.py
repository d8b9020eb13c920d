"""Rendering the console's pages: one look, one set of headers, one way to say that something went wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.console.parts import ConsoleParts
from bot.console.words import CONSOLE_WORDS, LANGUAGES, Teller
from bot.desk.staffing import MANAGERS
from channels.customers.webchat.visitor import best_lang
from storage.ids import short

__all__ = ["STATIC", "Pages"]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; frame-src 'self'; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Pages:
    """Templates with what every page needs: the shop's name, who is signed in, their language, and what they were just told."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals |= {
            "asset": self._asset,
            "shop": parts.shop,
            "sample": parts.planner is not None,
            "short": short,
            "managers": MANAGERS,
        }
        self._assets: dict[str, str] = {}

    def teller(self, request: Request) -> Teller:
        """Speaks the staff member's language, or the browser's where nobody is signed in."""
        staff = getattr(request.state, "staff", None)
        lang = staff.lang if staff else best_lang(request.headers.get("accept-language", ""), LANGUAGES)
        return Teller(lang if CONSOLE_WORDS.speaks(lang) else "en", self._parts.zone)

    def page(self, request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
        t = facts.pop("t", None) or self.teller(request)
        session = request.scope.get("session", {})
        html = self._templates.get_template(template).render(
            t=t,
            lang=t.lang,
            staff=getattr(request.state, "staff", None),
            csrf=session.get("csrf", ""),
            told=facts.pop("told", None) or session.pop("told", None),
            path=request.url.path,
            now=self._parts.clock.now(),
            **facts,
        )
        return HTMLResponse(html, status, headers=_HEADERS)

    def trouble(self, request: Request, status: int) -> HTMLResponse:
        """Says in plain words that a page could not be shown."""
        known = status if status in (400, 403, 404, 405, 413, 429) else 500
        return self.page(request, "trouble.html", status=status, what=f"trouble.{known}")

    def _asset(self, name: str) -> str:
        """Address of a file of ours, with its digest: cached for good, and new as soon as it changes."""
        if name not in self._assets:
            digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
            self._assets[name] = f"/static/{name}?v={digest}"
        return self._assets[name]
