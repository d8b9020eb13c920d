"""The links of a campaign's invitations that no bot could bring to anybody: the shop hands them out."""

from __future__ import annotations

import csv
from io import StringIO

from sqlalchemy import Connection

from bot.invitations.links import Links
from storage.queries.campaigns import as_links, campaign_named

__all__ = ["links_file"]


def links_file(conn: Connection, name: str, links: Links) -> str | None:
    """As CSV, each that nobody has opened yet, once for every account that a link can lead to; None where there is no such campaign."""
    campaign = campaign_named(conn, name, lock=False)
    if campaign is None:
        return None
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["customer", "lang", "account", "link"])
    for one in as_links(conn, campaign.id):
        writer.writerows([one.external_id, one.lang, account, link] for account, link in links.of(one.token).items())
    return text.getvalue()
