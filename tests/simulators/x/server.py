"""A test tool. The HTTP side of the played X, and the simulator as a whole."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote, unquote

from aiohttp import BasicAuth, web
from oauthlib.oauth1.rfc5849 import signature as oauth

from tests.simulators.x.interface import faults_of
from tests.simulators.x.limits import Limits
from tests.simulators.x.media import PRIVATE, kept_at
from tests.simulators.x.person import Person
from tests.simulators.x.world import KEYS, SHOP, Json, User, World

__all__ = ["XSimulator"]

_SIGNED_FOR = "https://api.twitter.com"
_PROBLEMS = f"{_SIGNED_FOR}/2/problems"
_LATEST_MENTIONS = 800
"""How far back X lets anybody page."""
_BEARER = "AAAA-the-apps-own-token"
_SILENCE = 0.1
"""Seconds."""
_CALLS = (
    ("me", "GET", "/2/users/me"),
    ("subscription", "GET", "/2/account_activity/webhooks/{webhook_id}/subscriptions/all"),
    ("mentions", "GET", "/2/users/{id}/mentions"),
    ("messages", "GET", "/2/dm_events"),
    ("conversation", "GET", "/2/dm_conversations/with/{participant_id}/dm_events"),
    ("message", "POST", "/2/dm_conversations/with/{participant_id}/messages"),
    ("post", "POST", "/2/tweets"),
    ("one_post", "GET", "/2/tweets/{id}"),
    ("own_posts", "GET", "/2/users/{id}/tweets"),
)


@dataclass(slots=True)
class _Fault:
    how: str
    call: str
    times: int
    body: Json
    after: int


class XSimulator:
    """X, played on a local port. `now` is its clock; `page` is the most that it gives back at once."""

    def __init__(self, *, now: Callable[[], datetime], page: int = 100, latest: int = _LATEST_MENTIONS) -> None:
        self.world = World(now)
        self.limits, self.page, self._latest = Limits(), page, latest
        self._faults: list[_Fault] = []
        self.sizes: deque[tuple[str, int]] = deque(maxlen=1000)
        """Of every page that was read, of what and how long it was asked to be."""

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def person(self, name: str, username: str, *, lang: str = "en", takes_messages: bool = True) -> Person:
        user = User(str(2000 + len(self.world.users)), name, username, lang, takes_messages)
        self.world.users[user.id] = user
        return Person(self.world, user)

    def misbehave(self, how: str, call: str = "*", *, times: int = 1, after: int = 0, body: Json | None = None) -> None:
        """Meet the next calls, once `after` of them went well, with a fault: an HTTP status ("429", "500"; with `body`), a page of a
        gateway ("html502"), a line that breaks before or after the call was done ("drop_before", "drop_after"), no answer
        for a while and then a broken line ("timeout"), or an answer of 500 although it was done ("done500")."""
        self._faults.append(_Fault(how, call, times, body or {}, after))

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path in ("/oauth2/token", "/2/webhooks"):
            return await self._app(request)
        if store := kept_at(request.path):
            return await self._picture(store, request)
        found = next(((*one, named) for one in _CALLS if (named := _fits(one[2], request.path)) and one[1] == request.method), None)
        if found is None:
            return self._said(404, {"title": "Not Found"})
        call, method, path, names = found
        self.world.calls[call] += 1
        body = json.loads(await request.read() or b"null")
        if not self._is_signed(request):
            return self._said(401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"})
        self.world.faults += [f"{call}: {fault}" for fault in faults_of(method, path, request.query, body)]
        fits, headers = self.limits.count(call, self.world.now().timestamp())
        if not fits:
            self.world.floods += 1
            return self._said(429, {"title": "Too Many Requests", "type": "about:blank", "detail": "Too Many Requests"}, headers)
        fault = self._fault_of(call)
        if fault and (spoiled := await self._spoil(request, fault, headers)):
            return spoiled
        headers |= {"x-access-level": self.world.access_level}
        status, answer = getattr(self, f"_{call}")(request, names, body)
        if fault and fault.how == "drop_after":
            return self._cut(request)
        if fault and fault.how == "done500":
            return self._said(500, {"title": "Internal Server Error"}, headers)
        await asyncio.sleep(0)
        return self._said(status, answer, headers)

    async def _picture(self, store: str, request: web.BaseRequest) -> web.StreamResponse:
        """What lies in a store of X's. What is private must be signed for, what is public must not: the keys are not for everybody."""
        self.world.calls[store] += 1
        if store == "private_picture" and not self._is_signed(request, PRIVATE):
            return self._said(401, {"errors": [{"code": 32, "message": "Could not authenticate you."}]})
        if store == "picture" and "Authorization" in request.headers:
            self.world.faults.append("a picture that everybody may see was signed for")
        fault = self._fault_of(store)
        if fault and (spoiled := await self._spoil(request, fault, {"Location": "/2/users/me"})):
            return spoiled
        found = next((one for one in self.world.media.values() if one.path == request.path and not one.gone), None)
        if found is None:
            return self._said(404, {"title": "Not Found"})
        self.world.answers[200] += 1
        return web.Response(body=found.content, content_type="image/jpeg")

    async def _app(self, request: web.BaseRequest) -> web.Response:
        """What the app asks for itself, and no account for it."""
        self.world.calls[request.path] += 1
        if request.path == "/2/webhooks":
            if request.headers.get("Authorization") != f"Bearer {_BEARER}":
                return self._said(401, {"title": "Unauthorized"})
            return self._said(200, {"data": [{key: one[key] for key in ("id", "url", "valid")} for one in self.world.webhooks]})
        told = BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
        if (told.login, told.password) != (KEYS["api_key"], KEYS["api_secret"]) or "grant_type" not in await request.post():
            return self._said(403, {"errors": [{"code": 99, "message": "Unable to verify your credentials"}]})
        return self._said(200, {"token_type": "bearer", "access_token": _BEARER})

    def _me(self, _: web.BaseRequest, _names: dict[str, str], _body: Any) -> tuple[int, Json]:
        self.world.charge("person read")
        return 200, {"data": self.world.users[SHOP].shown}

    def _subscription(self, _: web.BaseRequest, names: dict[str, str], _body: Any) -> tuple[int, Json]:
        hook = next(one for one in self.world.webhooks if one["id"] == names["webhook_id"])
        return 200, {"data": {"subscribed": hook["subscribed"]}}

    def _fault_of(self, call: str) -> _Fault | None:
        for fault in self._faults:
            if fault.call in ("*", call) and fault.times:
                if fault.after:
                    fault.after -= 1
                    return None
                fault.times -= 1
                return fault
        return None

    async def _spoil(self, request: web.BaseRequest, fault: _Fault, headers: dict[str, str]) -> web.StreamResponse | None:
        if fault.how.isdecimal():
            return self._said(int(fault.how), fault.body or {"title": "Trouble", "detail": "Something went wrong"}, headers)
        if fault.how == "html502":
            self.world.answers[502] += 1
            return web.Response(status=502, text="<html>over capacity</html>", content_type="text/html")
        if fault.how == "timeout":
            await asyncio.sleep(_SILENCE)
        return self._cut(request) if fault.how in ("drop_before", "timeout") else None

    def _mentions(self, request: web.BaseRequest, names: dict[str, str], _: Any) -> tuple[int, Json]:
        assert names["id"] == SHOP
        query = request.query
        found = [one for one in self.world.posts if any(who["id"] == SHOP for who in one["entities"]["mentions"])][-self._latest :]
        if "since_id" in query:
            found = [one for one in found if int(one["id"]) > int(query["since_id"])]
        if "start_time" in query:
            start = datetime.fromisoformat(query["start_time"])
            found = [one for one in found if datetime.fromisoformat(one["created_at"]) >= start]
        shown = [{name: value for name, value in one.items() if name != "answers"} for one in found]
        return self._paged("mentions", request, shown, "post read", "author_id")

    def _messages(self, request: web.BaseRequest, _names: dict[str, str], _: Any) -> tuple[int, Json]:
        return self._paged("messages", request, self.world.messages, "message read", "sender_id")

    def _conversation(self, request: web.BaseRequest, names: dict[str, str], _: Any) -> tuple[int, Json]:
        talk = "-".join(sorted((SHOP, names["participant_id"]), key=int))
        found = [one for one in self.world.messages if one["dm_conversation_id"] == talk]
        return self._paged("conversation", request, found, "message read", "sender_id")

    def _message(self, _: web.BaseRequest, names: dict[str, str], body: Json) -> tuple[int, Json]:
        user = self.world.users.get(names["participant_id"])
        if user is None:
            return 404, {"title": "Not Found Error", "detail": "Could not find user", "type": f"{_PROBLEMS}/resource-not-found"}
        if not user.takes_messages:
            detail = "You do not have permission to DM one or more participants."
            return 403, {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": 403}
        if len(body["text"]) > 10_000:
            self.world.faults.append(f"a message of {len(body['text'])} characters")
            return 400, {"title": "Invalid Request", "detail": "text is too long", "type": f"{_PROBLEMS}/invalid-request"}
        self.world.charge("message")
        made = self.world.add_message(SHOP, user.id, body["text"])
        return 201, {"data": {"dm_event_id": made["id"], "dm_conversation_id": made["dm_conversation_id"]}}

    def _post(self, _: web.BaseRequest, _names: dict[str, str], body: Json) -> tuple[int, Json]:
        if any(one["author_id"] == SHOP and one["text"].removesuffix(" https://t.co/abc") == body["text"] for one in self.world.posts):
            detail = "You are not allowed to create a Tweet with duplicate content."
            return 403, {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": 403}
        if len(body["text"]) > 280:
            self.world.faults.append(f"a post of {len(body['text'])} characters")
        self.world.charge_post(body["text"])
        made = self.world.add_post(SHOP, body["text"], lang="en", answers=body.get("reply", {}).get("in_reply_to_tweet_id", ""))
        if asked := body.get("poll"):
            self.world.add_poll(made, asked["options"], asked["duration_minutes"])
        return 201, {"data": {"id": made["id"], "text": made["text"]}}

    def _one_post(self, _: web.BaseRequest, names: dict[str, str], _body: Any) -> tuple[int, Json]:
        found = [one for one in self.world.posts if one["id"] == names["id"]]
        if not found:
            return 200, {"errors": [{"title": "Not Found Error", "type": f"{_PROBLEMS}/resource-not-found"}]}
        self.world.charge("post read")
        return 200, {"data": found[0], "includes": self.world.polls_of(found)}

    def _own_posts(self, request: web.BaseRequest, names: dict[str, str], _: Any) -> tuple[int, Json]:
        found = [one for one in self.world.posts if one["author_id"] == names["id"]][::-1][: int(request.query["max_results"])]
        self.world.charge("post read", len(found))
        return 200, {"data": found, "includes": self.world.polls_of(found), "meta": {"result_count": len(found)}}

    def _paged(self, call: str, request: web.BaseRequest, found: list[Json], price: str, author: str) -> tuple[int, Json]:
        """One page, the newest first; the next begins before the id that its token names."""
        token, size = request.query.get("pagination_token", ""), int(request.query.get("max_results", "100"))
        self.sizes.append((call, size))
        older = [one for one in found if not token or int(one["id"]) < int(token.removeprefix("before-page-"))]
        page = older[::-1][: min(size, self.page)]
        people = dict.fromkeys(one[author] for one in page) if author in request.query.get("expansions", "") else {}
        self.world.charge(price, len(page))
        self.world.charge("person read", len(people))
        media = self.world.media_of(page) if "attachments.media_keys" in request.query.get("expansions", "") else []
        self.world.charge("media read", len(media))
        answer: Json = {"meta": {"result_count": len(page)}}
        if page:
            answer |= {"data": page, "includes": {"users": [self.world.users[id_].shown for id_ in people]}}
            if media:
                fields = request.query.get("media.fields", "").split(",")
                answer["includes"]["media"] = [one.shown(fields) for one in media]
            if len(page) < len(older):
                answer["meta"]["next_token"] = f"before-page-{page[-1]['id']}"
        return 200, answer

    def _is_signed(self, request: web.BaseRequest, host: str = _SIGNED_FOR) -> bool:
        header = request.headers.get("Authorization", "")
        told = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}
        if told.get("oauth_consumer_key") != KEYS["api_key"] or told.get("oauth_token") != KEYS["access_token"]:
            return False
        parameters = oauth.collect_parameters(uri_query=request.rel_url.raw_query_string, headers={"Authorization": header})
        base = oauth.signature_base_string(request.method, host + request.path, oauth.normalize_parameters(parameters))
        key = "&".join(quote(KEYS[name], safe="") for name in ("api_secret", "access_secret"))
        right = base64.b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()
        return hmac.compare_digest(told.get("oauth_signature", ""), right)

    def _said(self, status: int, content: Json, headers: dict[str, str] | None = None) -> web.Response:
        self.world.answers[status] += 1
        return web.json_response(content, status=status, headers=headers)

    def _cut(self, request: web.BaseRequest) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody gets it


def _fits(pattern: str, path: str) -> dict[str, str] | None:
    """The names in the braces, where the path fits: {"": path} where there are none."""
    found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern), path)
    return ({"": path} | found.groupdict()) if found else None
