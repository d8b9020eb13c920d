"""Pages for those who decide: leads and operators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.console.pages import Pages
from bot.console.sessions import Endpoint, Sessions
from bot.desk.staffing import MANAGERS

__all__ = ["only_managers"]


def only_managers(endpoint: Endpoint, pages: Pages, sessions: Sessions, refused: str) -> Endpoint:
    """Other staff read `refused` instead, by its key; who is not signed in is asked to."""

    async def guarded(request: Request) -> Response:
        if request.state.staff.role in MANAGERS:
            return await endpoint(request)
        return pages.page(request, "trouble.html", status=403, what=refused)

    return sessions.only_staff(guarded)
