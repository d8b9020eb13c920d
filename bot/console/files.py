"""Photos and voice notes over the web: to staff who are signed in, and to whoever was sent a signed link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.desk.enclosures import sender_of
from bot.files.cleaning import Unfit
from bot.files.links import FileLinks
from bot.files.received import received_row
from bot.files.store import FileStore
from channels.clock import Clock
from channels.contract import Heard, HeardKind, Media, MediaKind
from storage.bulk import insert_many
from storage.database import Database
from storage.files import KeptFile
from storage.ids import from_short, new_id
from storage.queries.cases import AnyRow, CaseView

__all__ = ["file_routes", "number_of", "shown_file", "uploaded"]

_file = KeptFile.__table__  # type: ignore[attr-defined]
CONSOLE = "console"
"""Under what, in place of an account, files are kept that were uploaded here."""


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


async def uploaded(database: Database, store: FileStore, form: FormData, view: CaseView, staff: AnyRow, now: datetime) -> int:
    """The number of what staff have chosen for this case's customer, now or on an earlier try (`file`); 0 for nothing.

    Raises:
        Unfit: neither a picture nor a voice note that can be shown, or too large.
    """
    sent = form.get("photo")
    data = await sent.read() if isinstance(sent, UploadFile) else b""
    await form.close()
    if not data:
        before = form.get("file")
        return number_of(before) if isinstance(before, str) and before else 0
    if len(data) > store.limits.largest:
        raise Unfit("too_large")
    kept = await store.keep(data)
    media = Media(MediaKind(kept.kind), kept.digest, kept.mime, kept.size, digest=kept.digest, file=new_id())
    heard = Heard(CONSOLE, CONSOLE, str(staff.id), str(media.file), HeardKind.MEDIA, now, media=media)
    row = received_row(heard, media, now, customer_id=view.case.customer_id, sender=sender_of(staff), case_id=view.id)
    await database.write(lambda conn: insert_many(conn, _file, [row]), key=view.case.customer_id)
    return media.file


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
