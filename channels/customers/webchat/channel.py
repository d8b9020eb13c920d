"""The web chat as a channel: its routes turn what a browser sends into `Heard` and show the transcript."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from traceback import format_tb

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from channels.clock import Clock
from channels.contract import Capabilities, FileWay, Hear, Heard, Say
from channels.customers.webchat import posts
from channels.customers.webchat.bells import Bells, rung
from channels.customers.webchat.embedding import embed_route
from channels.customers.webchat.limits import PHOTO_BYTES, Pace, limited
from channels.customers.webchat.lines import PhotoRefused, Photos, Transcript
from channels.customers.webchat.page import STATIC, Page, from_mark, mark
from channels.customers.webchat.posts import Posted, Trouble
from channels.customers.webchat.visitor import Cookie, Visitor, foreign
from channels.door import Disbelief, Door

__all__ = ["WebChat"]

log = logging.getLogger(__name__)

_FORM_BYTES = 64 * 1024
"""Room for 4,000 characters of four bytes each, percent-encoded."""

_OVERLAP = timedelta(seconds=30)
"""How far before the last line seen a page looks again: a line may become visible a little after its own time."""

_LOOK_AGAIN = 15.0
"""Seconds after which an open page looks by itself: what another process sent rings no bell here."""

_REPLY_WAIT, _REPLY_QUIET = 1.5, 0.15
"""Seconds a page without a script waits for the first reply to what it posted, and then for no further one."""

_MOST_PAGES = 8
"""Open pages of one conversation that are kept up to date."""

_Read = Callable[[FormData], Awaitable[Posted]]


class WebChat:
    """The chat page at `/chat`, for one shop.

    The conversation's id, nobody's to guess, lives in a signed cookie: a browser is one address. What is shown is
    always the `transcript`, so nothing is lost by a reload or a restart; `send` and `wake` tell the open pages to look.
    `secret` signs the cookie, `secure` sends it over https only. `way_over` makes a link by which the person at an address
    goes on elsewhere; a token that `carries_over` somebody is one of those: opening it is confirmed by hand, for whoever
    sent it may be somebody else. `framed_by` are the origins of pages that may show the chat in a frame.
    """

    name = "webchat"
    capabilities = Capabilities(edits=True, buttons=True, starts=False, text_limit=10_000, files=FileWay.SHOWN)

    def __init__(
        self,
        account: str,
        *,
        shop: str,
        secret: str,
        transcript: Transcript,
        photos: Photos,
        clock: Clock,
        way_over: Callable[[str], Awaitable[str]],
        carries_over: Callable[[str], bool],
        framed_by: Sequence[str] = (),
        secure: bool = False,
    ) -> None:
        self.account = account
        self._page = Page(shop, framed_by)
        self._framed_by = framed_by
        self._way_over, self._carries_over = way_over, carries_over
        self._cookie = Cookie(secret, secure=secure)
        self._door = Door(self.name, account)
        self._transcript = transcript
        self._photos = photos
        self._clock = clock
        self._pace = Pace()
        self._news, self._replies = Bells(), Bells()

    @property
    def forged(self) -> int:
        """Posts that were refused since the start: from another site's page, or under a cookie that we have not signed."""
        return self._door.refused

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        def post(path: str, read: _Read, most: int = _FORM_BYTES) -> Route:
            async def endpoint(request: Request) -> Response:
                return await self._posted(request, hear, read, most)

            return Route(path, endpoint, methods=["POST"])

        return [
            post("/chat/start", posts.started),
            post("/chat/say", posts.said),
            post("/chat/choose", posts.chose),
            post("/chat/photo", posts.photographed, PHOTO_BYTES + _FORM_BYTES),
            Route("/chat/elsewhere", self._elsewhere, methods=["POST"]),
            Route("/chat/events", self._events),
            embed_route(self._framed_by, self._page.words),
            Route("/chat/photo/{ref:path}", self._photo),
            Mount("/chat/static", StaticFiles(directory=STATIC)),
            Route("/chat", self._open),
            Route("/chat/comment/{place}", self._open),
            Route("/chat/{token}", self._open),
        ]

    async def run(self, hear: Hear) -> None:
        await asyncio.Event().wait()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        self.wake(address)
        self._replies.ring(address)
        return str(message_id)

    def wake(self, address: str) -> None:
        """Tell the open pages of one conversation that its transcript has grown."""
        self._news.ring(address)

    async def close(self) -> None:
        return None

    async def _open(self, request: Request) -> Response:
        """The page. Opening it changes nothing (previews of links open them too): the visitor, or their script, starts."""
        visitor = self._cookie.visitor(request, self._page.words)
        place = request.path_params.get("place", "")
        token = f"comment-{place}" if place else request.path_params.get("token", "")
        if token and not posts.is_token(token):
            return self._page.trouble(visitor.lang, "no_such_page", 404)
        lines = await self._transcript(visitor.address, None) if visitor.known else ()
        page = self._page.chat(visitor.lang, lines, token, begins=bool(token) or not lines, by_hand=self._carries_over(token))
        self._cookie.write(page, visitor)
        return page

    async def _elsewhere(self, request: Request) -> Response:
        """A link by which this visitor goes on on another device; made only when they ask for it on the page itself."""
        visitor = self._cookie.visitor(request, self._page.words)
        try:
            self._let_in(request, visitor)
        except Trouble as trouble:
            return self._page.trouble(visitor.lang, trouble.what, trouble.status)
        return self._page.elsewhere(visitor.lang, await self._way_over(visitor.address))

    async def _posted(self, request: Request, hear: Hear, read: _Read, most: int) -> Response:
        visitor = self._cookie.visitor(request, self._page.words)
        scripted = "x-chat" in request.headers
        try:
            with self._replies.listen(visitor.address) as reply:
                await self._take(request, visitor, hear, read, most)
                if scripted:
                    return Response(status_code=204)
                await _replied(reply)
                return RedirectResponse("/chat", 303)
        except Trouble as trouble:
            if scripted:
                return JSONResponse({"trouble": self._page.words_in(visitor.lang)[trouble.what]}, trouble.status)
            return self._page.trouble(visitor.lang, trouble.what, trouble.status)

    async def _take(self, request: Request, visitor: Visitor, hear: Hear, read: _Read, most: int) -> None:
        """Hand over what was posted. Returns once it is durable. Raises Trouble."""
        self._let_in(request, visitor)
        try:
            async with limited(request, most).form(max_files=1, max_fields=8) as form:
                posted = await read(form)
        except HTTPException as refused:
            raise Trouble("too_big" if refused.status_code == 413 else "malformed", refused.status_code) from refused
        try:
            await hear(await self._heard(visitor, posted))
        except PhotoRefused as refused:
            raise Trouble(refused.what, 413) from refused
        except Exception as failure:
            # Kind and place only: what the error says may quote the visitor.
            place = "".join(format_tb(failure.__traceback__))
            log.error("hear_failed channel=webchat account=%s why=%s\n%s", self.account, type(failure).__name__, place)
            raise Trouble("not_kept", 503) from failure
        self.wake(visitor.address)

    def _let_in(self, request: Request, visitor: Visitor) -> None:
        """Raises Trouble: this is not posted from our page, by somebody whose conversation we know, at a person's pace."""
        if foreign(request):
            self._door.refuse(Disbelief.FORGED)
            raise Trouble("foreign", 401)
        if not visitor.known:
            raise Trouble("no_cookie", self._unknown(request))
        if not self._pace.allows(visitor.address, self._clock.now().timestamp()):
            raise Trouble("too_fast", 429)

    def _unknown(self, request: Request) -> int:
        """The answer to whoever bears no cookie of ours: a forged one is counted, and a browser may keep none."""
        if not self._cookie.is_forged(request):
            return 403
        return self._door.refuse(Disbelief.FORGED).status_code

    async def _heard(self, visitor: Visitor, posted: Posted) -> Heard:
        media = await self._photos.keep(visitor.address, posted.photo.data, posted.photo.mime) if posted.photo else None
        return Heard(
            channel=self.name,
            account=self.account,
            address=visitor.address,
            update_id=f"{visitor.address}:{posted.once}",
            kind=posted.kind,
            at=self._clock.now(),
            text=posted.text,
            choice=posted.choice,
            token=posted.token,
            media=media,
            lang=visitor.lang,
        )

    async def _photo(self, request: Request) -> Response:
        visitor = self._cookie.visitor(request, self._page.words)
        if self._cookie.is_forged(request):
            return self._page.trouble(visitor.lang, "no_cookie", self._unknown(request))
        found = await self._photos.fetch(visitor.address, request.path_params["ref"]) if visitor.known else None
        if found is None:
            return self._page.trouble(visitor.lang, "no_such_page", 404)
        data, mime = found
        headers = {
            "Cache-Control": "private, max-age=86400",
            "Content-Security-Policy": "default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(data, media_type=mime, headers=headers)

    async def _events(self, request: Request) -> Response:
        visitor = self._cookie.visitor(request, self._page.words)
        if not visitor.known:
            return self._page.trouble(visitor.lang, "no_cookie", self._unknown(request))
        if self._news.count(visitor.address) >= _MOST_PAGES:
            return self._page.trouble(visitor.lang, "too_fast", 429)
        last = request.headers.get("last-event-id") or request.query_params.get("since", "")
        return EventSourceResponse(self._lines(visitor, from_mark(last)), ping=_LOOK_AGAIN)

    async def _lines(self, visitor: Visitor, last: datetime | None) -> AsyncIterator[ServerSentEvent]:
        """Every line after `last` and those just before it (the page knows them by their place), then each new one."""
        told: set[str] = set()
        with self._news.listen(visitor.address) as news:
            while True:
                news.clear()
                for line in await self._transcript(visitor.address, last - _OVERLAP if last else None):
                    if line.id in told:
                        continue
                    told.add(line.id)
                    last = max(last, line.at) if last else line.at
                    data = json.dumps({"edits": bool(line.say.edits), "html": self._page.line(line, visitor.lang)})
                    yield ServerSentEvent(data, event="line", id=mark(last))
                await rung(news, _LOOK_AGAIN)


async def _replied(reply: asyncio.Event) -> None:
    """Wait for the reply to come, and then until there is no more of it; give up quietly where none comes."""
    wait = _REPLY_WAIT
    while await rung(reply, wait):
        reply.clear()
        wait = _REPLY_QUIET
