"""The operator's page of one campaign: its progress as it goes, how it begins, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from urllib.parse import quote

from sqlalchemy import Connection
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from bot.campaigns.definition import Definition
from bot.campaigns.handing_out import links_file
from bot.campaigns.moments import has_passed, next_moment
from bot.campaigns.previewing import langs_of, send_test, shown
from bot.campaigns.reaching import DAYS
from bot.campaigns.steering import EDITABLE, cancel, change_limits, discard, pause, resume, schedule
from bot.console.campaign_sheet import campaign_sheet, together
from bot.console.campaign_watch import CampaignWatch
from bot.console.deciding import DecidersPages, typed_in
from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions, form_of
from bot.console.watching import seen_by
from bot.health.words import remedy_of, title_of
from bot.invitations.explaining import REASONS
from bot.invitations.policy import SURVEYS
from bot.mistake import Mistake
from bot.toml.times import in_units
from storage.invitations import AS_LINK
from storage.queries.campaigns import campaign_named

__all__ = ["CampaignPage"]

_ACTS = {
    "draft": ("schedule", "discard"),
    "scheduled": ("pause", "cancel"),
    "running": ("pause", "cancel"),
    "paused": ("resume", "cancel"),
    "done": (),
    "cancelled": (),
}
"""What can be done in each state."""


class CampaignPage(DecidersPages):
    home = "/campaigns"
    refused = "campaign.only_managers"

    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        super().__init__(parts, pages, sessions)
        self._watch = CampaignWatch(parts.database, parts.clock)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("/{name}", self._one),
            self._route("/{name}/events", self._events),
            self._route("/{name}/links.csv", self._links),
            self._route("/{name}/test", self._test, "POST"),
            self._route("/{name}/limits", self._limits, "POST"),
            self._route("/{name}/{act}", self._act, "POST"),
        ]

    async def _one(self, request: Request) -> Response:
        return await self._one_page(request)

    async def _one_page(
        self, request: Request, refused: Mapping[str, Mistake] | None = None, typed: Mapping[str, str] | None = None
    ) -> Response:
        name, now, typed = request.path_params["name"], self._parts.clock.now(), typed or {}
        counting, comparing = (request.query_params.get(wish) == "yes" for wish in ("count", "compare"))
        async with self._parts.database.read() as conn:
            one = await conn.run_sync(lambda conn: campaign_sheet(conn, name, now, counting=counting, comparing=comparing))
        if one is None:
            raise HTTPException(404)
        t, survey = self._pages.teller(request), self._parts.survey(one.definition.survey)
        langs = langs_of(one.definition, survey) if survey else ()
        wanted = typed.get("lang") or request.query_params.get("lang", t.lang)
        lang = wanted if wanted in langs else next(iter(langs), "en")
        begun = shown(one.definition, survey, lang, self._parts.shop, self._parts.platforms, now) if survey else ()
        return self._pages.page(
            request,
            "campaign.html",
            status=409 if refused else 200,
            refused=refused or {},
            typed=typed,
            campaign=one.campaign,
            definition=one.definition,
            progress=one.progress,
            states=one.states,
            links=any(kind == ("sent", AS_LINK) for kind, _ in one.states),
            reached=one.reached,
            days=DAYS,
            comparing=comparing,
            effect=one.effect,
            wordings=one.wordings,
            scores=one.scores,
            messages=together(begun),
            preview_langs=langs,
            preview_lang=lang,
            next=next_moment(one.definition, self._parts.zone, now),
            passed=one.campaign.state == "draft" and has_passed(one.definition, now),
            zone=self._parts.zone,
            expires=in_units(one.definition.expires).replace(" ", ""),
            pulse=self._watch.pulse(name),
            since=self._watch.mark(one.progress),
            acts=_ACTS[one.campaign.state],
            reasons=REASONS,
            surveys=SURVEYS,
            trouble=lambda key: title_of(key, t.lang),
            remedy=lambda key: remedy_of(key, t.lang),
        )

    async def _act(self, request: Request) -> Response:
        await form_of(request)
        name, act, now = request.path_params["name"], request.path_params["act"], self._parts.clock.now()
        acts: dict[str, Callable[[Connection], None]] = {
            "schedule": lambda conn: schedule(conn, name, self._parts.survey, now),
            "pause": lambda conn: pause(conn, name, now, self._parts.zone),
            "resume": lambda conn: resume(conn, name),
            "cancel": lambda conn: cancel(conn, name, now),
            "discard": lambda conn: discard(conn, name),
        }
        if act not in acts:
            raise HTTPException(404)
        back = self.home if act == "discard" else f"{self.home}/{name}"
        return await self._steer(request, acts[act], f"campaign_done.{act}", back=back)

    async def _test(self, request: Request) -> Response:
        """How it begins, sent to one chat: to oneself, as a rule."""
        name, now, typed = request.path_params["name"], self._parts.clock.now(), await typed_in(request, "to", "lang")

        def sending(conn: Connection) -> int:
            campaign = campaign_named(conn, name, lock=False)
            survey = self._parts.survey(campaign.survey) if campaign else None
            if campaign is None or survey is None:
                raise Mistake(
                    f'there is no campaign "{name}", or its survey is gone', "see: makegood campaign list", "no_campaign", name=name
                )
            definition = Definition.model_validate(campaign.definition)
            langs = langs_of(definition, survey)
            lang = typed["lang"] if typed["lang"] in langs else langs[0]
            return send_test(conn, definition, survey, typed["to"], lang, self._parts.shop, now)

        back = f"{self.home}/{name}?lang={quote(typed['lang'])}"
        return await self._steer(request, sending, "campaign_done.test", back=back, form="test", typed=typed)

    async def _limits(self, request: Request) -> Response:
        name, now, typed = request.path_params["name"], self._parts.clock.now(), await typed_in(request, *EDITABLE)
        limits = {key: _limit(text) for key, text in typed.items()}

        def changing(conn: Connection) -> None:
            change_limits(conn, name, limits, now)

        return await self._steer(request, changing, "campaign_done.limits", back=f"{self.home}/{name}", form="limits", typed=typed)

    async def _links(self, request: Request) -> Response:
        """The links of those whom no bot could write to, for the shop to hand out."""
        name, links = request.path_params["name"], self._parts.links()
        async with self._parts.database.read() as conn:
            campaign = await conn.run_sync(partial(campaign_named, name=name, lock=False))
        if campaign is None:
            raise HTTPException(404)
        file = links_file(self._parts.database, campaign.id, links)
        attached = {"Content-Disposition": f'attachment; filename="{name}-links.csv"'}
        return StreamingResponse(file, media_type="text/csv", headers=attached)

    async def _events(self, request: Request) -> Response:
        return EventSourceResponse(self._watch.events(request.path_params["name"], seen_by(request)))


def _limit(text: str) -> int | str | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text or None
