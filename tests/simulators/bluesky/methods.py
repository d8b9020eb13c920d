"""The methods of this Bluesky, by their names."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from wcwidth import iter_graphemes

from tests.simulators.bluesky.refusal import Refused
from tests.simulators.bluesky.world import POSTS, Account, Post, World, written

__all__ = ["METHODS", "Call"]

REFRESH = timedelta(days=60)
APP, REFRESHING = "com.atproto.appPass", "com.atproto.refresh"
TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Call:
    """One call: who asks, with what. `headers` go out with the answer."""

    def __init__(self, world: World, bearer: str, params: dict[str, list[str]], body: dict[str, Any]) -> None:
        self.world, self.bearer, self.params, self.body = world, bearer, params, body
        self.headers: dict[str, str] = {}

    def account(self, *, refresh: bool = False) -> Account:
        """Who asks. Raises Refused."""
        if not self.bearer:
            raise Refused(401, "AuthMissing", "Authentication Required")
        try:
            told = json.loads(base64.urlsafe_b64decode(self.bearer.split(".")[1] + "=="))
        except (IndexError, ValueError) as error:
            raise Refused(400, "InvalidToken", "Token could not be verified") from error
        if (told["scope"] == REFRESHING) != refresh or told["sub"] not in self.world.accounts:
            raise Refused(400, "InvalidToken", "Token could not be verified")
        if told["exp"] <= self.world.now().timestamp():
            raise Refused(400, "ExpiredToken", "Token has expired")
        account = self.world.accounts[told["sub"]]
        if account.gone:
            raise Refused(400, "AccountTakedown", "Account has been taken down")
        return account

    def take(self, kind: str, who: str, points: int = 1) -> None:
        self.headers |= self.world.limits.take(kind, who, points, self.world.now())


def create_session(call: Call) -> dict[str, Any]:
    identifier, password = call.body["identifier"], call.body["password"]
    call.take("session", identifier)
    for account in call.world.accounts.values():
        if account.handle == identifier and password and password in (account.password, account.main_password):
            return _session(call.world, account, "com.atproto.access" if password == account.main_password else APP)
    raise Refused(401, "AuthenticationRequired", "Invalid identifier or password")


def refresh_session(call: Call) -> dict[str, Any]:
    return _session(call.world, call.account(refresh=True))


def delete_session(call: Call) -> None:
    call.account(refresh=True)


def resolve_handle(call: Call) -> dict[str, Any]:
    for account in call.world.accounts.values():
        if account.handle == call.params["handle"][0]:
            return {"did": account.did}
    raise Refused(400, "InvalidRequest", "Unable to resolve handle")


def get_profile(call: Call) -> dict[str, Any]:
    own, wanted = call.account(), call.params["actor"][0]
    for account in call.world.accounts.values():
        if wanted in (account.did, account.handle) and not account.gone:
            return {**account.view(), "viewer": {"blockedBy": own.did in account.blocks}}
    raise Refused(400, "InvalidRequest", "Profile not found")


def list_notifications(call: Call) -> dict[str, Any]:
    own = call.account()
    limit = int(call.params.get("limit", ["50"])[0])
    if not 1 <= limit <= 100:
        raise Refused(400, "InvalidRequest", "limit must be 1 to 100")
    reasons, cursor = call.params.get("reasons"), call.params.get("cursor", [""])[0]
    newest_first = sorted(call.world.notifications, key=lambda one: (one.indexed_at, one.post.uri), reverse=True)
    theirs = [one for one in newest_first if one.to == own.did and (not cursor or written(one.indexed_at) < cursor)]
    if own.hears_followed_only and call.params.get("priority") != ["false"]:
        theirs = []
    page: list[Any] = []
    through = 0
    # Half a page is enough, and what is asked for is looked for in ten pages of everything: a page can be empty and not the last.
    while through < min(len(theirs), 10 * limit) and len(page) < limit / 2:
        page += [one for one in theirs[through : through + limit] if not reasons or one.reason in reasons]
        through += limit
    shown = [one for one in page if call.world.visible(one.post, own)]
    found: dict[str, Any] = {"notifications": [_notification(one, call.world.seen.get(own.did, "")) for one in shown]}
    return found | ({"cursor": written(theirs[through - 1].indexed_at)} if through < len(theirs) else {})


def update_seen(call: Call) -> None:
    call.world.seen[call.account().did] = call.body["seenAt"]


def get_posts(call: Call) -> dict[str, Any]:
    own = call.account()
    wanted = [call.world.posts[uri] for uri in call.params["uris"] if uri in call.world.posts]
    return {"posts": [_post_view(post) for post in wanted if call.world.visible(post, own)]}


def put_record(call: Call) -> dict[str, Any]:
    return _write(call, points=2)


def create_record(call: Call) -> dict[str, Any]:
    return _write(call, points=3)


def _write(call: Call, *, points: int) -> dict[str, Any]:
    own, body = call.account(), call.body
    call.take("write", own.did, points)
    if body["repo"] not in (own.did, own.handle) or body["collection"] != POSTS:
        raise Refused(400, "InvalidRequest", "only posts, in one's own repository")
    if wrong := [*_faults(call.world, body["rkey"], body["record"])]:
        call.world.faults += wrong
        raise Refused(400, "InvalidRequest", "; ".join(wrong))
    post = call.world.put(own, body["rkey"], body["record"])
    return {"uri": post.uri, "cid": post.cid, "validationStatus": "valid"}


def _faults(world: World, rkey: str, record: dict[str, Any]) -> list[str]:
    """What is wrong with a post."""
    text = record["text"]
    raw, reply = text.encode(), record.get("reply")
    found = [
        (not TID.fullmatch(rkey), "the record's key is no TID"),
        (sum(1 for _ in iter_graphemes(text)) > 300, "text must not be longer than 300 graphemes"),
        (len(raw) > 3000, "text must not be longer than 3000 bytes"),
        (not MOMENT.fullmatch(record["createdAt"]), "createdAt is no moment"),
        (len(record.get("langs", ())) > 3, "more than three languages"),
        (any(not _whole(raw, facet["index"]) for facet in record.get("facets", ())), "a facet cuts a sign in two, or lies outside"),
        (bool(reply) and any(not _is_there(world, reply[end]) for end in ("parent", "root")), "a reply to what is not there"),
    ]
    return [why for wrong, why in found if wrong]


def _whole(raw: bytes, place: dict[str, int]) -> bool:
    start, end = place["byteStart"], place["byteEnd"]
    if not 0 <= start < end <= len(raw):
        return False
    try:
        raw[:start].decode(), raw[start:end].decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_there(world: World, ref: dict[str, str]) -> bool:
    post = world.posts.get(ref["uri"])
    return post is not None and post.cid == ref["cid"]


def _session(world: World, account: Account, may: str = APP) -> dict[str, Any]:
    def token(scope: str, valid: timedelta) -> str:
        told = {"scope": scope, "sub": account.did, "exp": int((world.now() + valid).timestamp()), "iat": int(world.now().timestamp())}
        parts = ({"typ": "at+jwt", "alg": "ES256K"}, told)
        return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"

    tokens = {"accessJwt": token(may, world.session_lasts), "refreshJwt": token(REFRESHING, REFRESH)}
    return {"did": account.did, "handle": account.handle, "active": True, **tokens}


def _notification(one: Any, seen: str) -> dict[str, Any]:
    moment = written(one.indexed_at)
    return {
        "uri": one.post.uri,
        "cid": one.post.cid,
        "author": one.post.author.view(),
        "reason": one.reason,
        "record": one.post.record,
        "isRead": moment <= seen,
        "indexedAt": moment,
    }


def _post_view(post: Post) -> dict[str, Any]:
    return {
        "uri": post.uri,
        "cid": post.cid,
        "author": post.author.view(),
        "record": post.record,
        "indexedAt": written(post.indexed_at),
        "viewer": {"replyDisabled": post.replies_disabled},
    }


METHODS: dict[str, tuple[str, Callable[[Call], dict[str, Any] | None]]] = {
    "com.atproto.server.createSession": ("POST", create_session),
    "com.atproto.identity.resolveHandle": ("GET", resolve_handle),
    "com.atproto.server.deleteSession": ("POST", delete_session),
    "com.atproto.server.refreshSession": ("POST", refresh_session),
    "com.atproto.repo.createRecord": ("POST", create_record),
    "com.atproto.repo.putRecord": ("POST", put_record),
    "app.bsky.actor.getProfile": ("GET", get_profile),
    "app.bsky.feed.getPosts": ("GET", get_posts),
    "app.bsky.notification.listNotifications": ("GET", list_notifications),
    "app.bsky.notification.updateSeen": ("POST", update_seen),
}
