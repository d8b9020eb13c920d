"""Photos and voice notes over the web: to staff who are signed in, and to whoever was sent a signed link."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.files.links import FileLinks
from bot.files.store import FileStore
from channels.clock import Clock
from storage.ids import from_short
from storage.queries.files import AnyRow

__all__ = ["file_routes", "number_of", "shown_file"]


def file_routes(store: FileStore, links: FileLinks, clock: Clock) -> Sequence[BaseRoute]:
    """Where signed links lead: whoever has one sees that file, for as long as it is good."""

    async def linked(request: Request) -> Response:
        file_id = links.file_of(request.path_params["ticket"], clock.now())
        row = await store.row(file_id) if file_id is not None else None
        if row is None:
            raise HTTPException(404)
        return await shown_file(store, row)

    return [Route("/files/{ticket}", linked)]


def number_of(text: str) -> int:
    """The id that stands in an address. Raises HTTPException: 404 where there is none."""
    try:
        number = from_short(text)
    except ValueError as error:
        raise HTTPException(404) from error
    if not 0 < number < 2**63:
        raise HTTPException(404)
    return number


async def shown_file(store: FileStore, row: AnyRow) -> Response:
    """The file as a page shows it. Raises HTTPException: 404 where it is not kept."""
    data = await store.content(row)
    if data is None:
        raise HTTPException(404)
    headers = {
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return Response(data, media_type=row.mime, headers=headers)
