"""The links of a campaign's invitations that no bot could bring to anybody: the shop hands them out."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from io import StringIO

from bot.invitations.links import Links
from storage.database import Database
from storage.queries.campaigns import as_links

__all__ = ["links_file"]

CHUNK = 2_000
"""Invitations looked at between two turns of everything else: there may be as many as customers."""


async def links_file(database: Database, campaign_id: int, links: Links, *, chunk: int = CHUNK) -> AsyncIterator[str]:
    """As CSV, each that nobody has opened yet, once for every account that a link can lead to; piece by piece."""
    yield _lines([("customer", "lang", "account", "link")])
    last: int | None = 0
    while last is not None:
        async with database.read() as conn:
            last, some = await conn.run_sync(partial(as_links, campaign_id=campaign_id, after=last, size=chunk))
        yield _lines((one.external_id, one.lang, account, link) for one in some for account, link in links.of(one.token).items())


def _lines(rows: Iterable[Sequence[str | None]]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
