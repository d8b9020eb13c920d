"""The operator's page of all campaigns, with the form for another."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.campaigns.as_text import text_like
from bot.campaigns.progress import progress_of
from bot.campaigns.reading import read_campaign
from bot.campaigns.steering import draft
from bot.console.deciding import DecidersPages
from bot.console.sessions import form_of
from bot.mistake import Mistake
from storage.queries.campaigns import all_campaigns

__all__ = ["CampaignPages"]

log = logging.getLogger(__name__)


class CampaignPages(DecidersPages):
    home = "/campaigns"
    refused = "campaign.only_managers"

    def routes(self) -> Sequence[BaseRoute]:
        return [self._route("", self._list), self._route("", self._draft, "POST")]

    async def _list(self, request: Request) -> Response:
        """With `like` in the address: with that campaign's text to be changed."""
        if not (like := request.query_params.get("like")):
            return await self._list_page(request)
        async with self._parts.database.read() as conn:
            text = await conn.run_sync(text_like, like)
        if text is None:
            raise HTTPException(404)
        return await self._list_page(request, kept=text)

    async def _list_page(self, request: Request, *, refused: Mistake | None = None, kept: str = "") -> Response:
        """`kept` is the text of a campaign that could not be taken: `refused` says why, line by line."""
        async with self._parts.database.read() as conn:
            rows = await conn.run_sync(all_campaigns)
            found = [await conn.run_sync(progress_of, row) for row in rows]
        status = 409 if refused else 200
        return self._pages.page(
            request, "campaigns.html", status=status, refused=refused, campaigns=found, kept=kept, soon=self._soon("10:00:00")
        )

    async def _draft(self, request: Request) -> Response:
        form = await form_of(request)
        text = str(form.get("text", ""))
        try:
            definition = read_campaign(text, self._parts.survey)
            await self._parts.database.write(lambda conn: draft(conn, definition, self._parts.clock.now()))
        except Mistake as mistake:
            return await self._list_page(request, refused=mistake, kept=text)
        log.info("campaign_drafted", extra={"campaign": definition.name, "staff": request.state.staff.id})
        said = self._pages.teller(request)("campaign.drafted", name=definition.name)
        return self._told(request, said, back=f"/campaigns/{definition.name}")
