"""The web application: the console, the sample shop, and whatever routes the channels and hooks bring."""

from __future__ import annotations

import hashlib
import hmac
import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan

from bot.console.campaign import CampaignPage
from bot.console.campaigns import CampaignPages
from bot.console.customers import CustomerPages
from bot.console.desk import DeskPages
from bot.console.entrance import Entrance
from bot.console.figures import FiguresPage
from bot.console.files import file_routes
from bot.console.groups import GroupPages
from bot.console.health import HealthPage
from bot.console.home import HomePage
from bot.console.pages import STATIC, Pages
from bot.console.panels import PanelPages
from bot.console.parts import ConsoleParts
from bot.console.polls import PollPages
from bot.console.praise import PraisePage
from bot.console.promoters import PromoterPage
from bot.console.sample import SampleShop
from bot.console.sessions import Sessions
from bot.console.staff import StaffPages

__all__ = ["console_app"]

log = logging.getLogger(__name__)

_TWELVE_HOURS = 12 * 3600
_LOCAL = ("127.0.0.1", "localhost")


def console_app(parts: ConsoleParts, *, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    """Everything that the server answers. `lifespan` is Starlette's, for what runs beside it."""
    pages = Pages(parts)
    sessions = Sessions(parts)
    desk = DeskPages(parts, pages, sessions)
    routes = [
        *Entrance(parts, pages, sessions).routes(),
        *desk.routes(),
        *CampaignPages(parts, pages, sessions).routes(),
        *CampaignPage(parts, pages, sessions).routes(),
        *PollPages(parts, pages, sessions).routes(),
        *PanelPages(parts, pages, sessions).routes(),
        *GroupPages(parts, pages, sessions).routes(),
        *PromoterPage(parts, pages, sessions).routes(),
        *CustomerPages(parts, pages, sessions).routes(),
        *FiguresPage(parts, pages, sessions).routes(),
        *PraisePage(parts, pages, sessions).routes(),
        *StaffPages(parts, pages, sessions).routes(),
        *HealthPage(parts, pages, sessions).routes(),
        *HomePage(parts, pages, sessions).routes(),
        *(SampleShop(parts, parts.planner, pages, sessions).routes() if parts.planner else ()),
    ]
    session = Middleware(
        SessionMiddleware,
        secret_key=hmac.new(parts.secret.encode(), b"console session", hashlib.sha256).hexdigest(),
        session_cookie="makegood_desk",
        max_age=_TWELVE_HOURS,
        same_site="lax",
        https_only=parts.secure,
    )
    # Without a password nobody but this machine may come in, nor a page elsewhere that has its own name point here.
    middleware = [Middleware(TrustedHostMiddleware, allowed_hosts=_LOCAL, www_redirect=False)] if parts.sign_in.kind == "none" else []

    async def told(request: Request, error: Exception) -> Response:
        return pages.trouble(request, error.status_code if isinstance(error, HTTPException) else 500)

    return Starlette(
        routes=[
            *parts.routes,
            *file_routes(parts.files, parts.file_links, parts.clock),
            Mount("/static", StaticFiles(directory=STATIC)),
            Mount("/", routes=routes, middleware=[session]),
        ],
        middleware=middleware,
        exception_handlers={HTTPException: told, 500: told},
        lifespan=lifespan,
    )
