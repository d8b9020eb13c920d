"""Bluesky by its library: the few calls that the channel makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from atproto import AsyncClient, AsyncRequest, client_utils, exceptions, models

from channels.contract import Allowance, Vitals
from channels.customers.bluesky.hearing import indexed, update_id

__all__ = ["Atproto"]

_PAGE = 100
_CALL_SECONDS = 20
_HEARD = ["mention", "reply"]
_POSTS = "app.bsky.feed.post"


class Atproto:
    """One account on one service. Raises what `refusals.TROUBLE` names."""

    def __init__(self, handle: str, app_password: str, service: str, vitals: Vitals) -> None:
        self._handle, self._password = handle, app_password
        self._api = AsyncClient(service, request=AsyncRequest(timeout=_CALL_SECONDS, event_hooks={"response": [self._note_limit]}))
        self._vitals = vitals
        self.did = ""
        """The account's own id; empty until it has signed in."""

    async def sign_in(self) -> None:
        profile = await self._api.login(self._handle, self._password)
        if profile is None:
            raise exceptions.RequestException  # a server of the protocol that serves no Bluesky
        self.did = profile.did

    async def news(self, since: datetime) -> Sequence[Any]:
        """The mentions and replies that Bluesky has taken note of since then, oldest first."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            # Not left to the account's own setting, by which some servers tell only of people whom the account follows.
            params = models.AppBskyNotificationListNotifications.Params(limit=_PAGE, cursor=cursor, reasons=_HEARD, priority=False)
            page = await self._api.app.bsky.notification.list_notifications(params)
            fresh = [one for one in page.notifications if indexed(update_id(one)) >= since]
            found += fresh
            cursor = page.cursor
            if not cursor or len(fresh) < len(page.notifications) or not (page.notifications or _goes_on(cursor, since)):
                return found[::-1]

    async def have_seen(self, moment: str) -> None:
        """Tell Bluesky so, or its app would count them as unread for ever."""
        await self._api.app.bsky.notification.update_seen(models.AppBskyNotificationUpdateSeen.Data(seen_at=moment))

    async def post(self, uri: str) -> Any | None:
        """A post as we see it; None where it was deleted, or its author blocked us or left."""
        found = await self._api.app.bsky.feed.get_posts(models.AppBskyFeedGetPosts.Params(uris=[uri]))
        return found.posts[0] if found.posts else None

    async def reply(self, post: Any, words: client_utils.TextBuilder, *, key: str, lang: str, at: datetime) -> str:
        """Reply in public, and give back the reply's address. The same `key` is the same reply."""
        parent = models.ComAtprotoRepoStrongRef.Main(uri=post.uri, cid=post.cid)
        reply = getattr(post.record, "reply", None)
        record = models.AppBskyFeedPost.Record(
            text=words.build_text(),
            facets=words.build_facets(),
            langs=[lang],
            reply=models.AppBskyFeedPost.ReplyRef(parent=parent, root=reply.root if reply else parent),
            created_at=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        )
        data = models.ComAtprotoRepoPutRecord.Data(repo=self.did, collection=_POSTS, rkey=key, record=record)
        return str((await self._api.com.atproto.repo.put_record(data)).uri)

    async def close(self) -> None:
        await self._api.request.close()

    async def _note_limit(self, response: httpx.Response) -> None:
        left, of, ends = (response.headers.get(f"ratelimit-{part}", "") for part in ("remaining", "limit", "reset"))
        if left.isdecimal() and of.isdecimal():
            renewed_at = datetime.fromtimestamp(int(ends), UTC) if ends.isdecimal() else None
            self._vitals.allowances["calls"] = Allowance(int(left), int(of), renewed_at)


def _goes_on(cursor: str, since: datetime) -> bool:
    """Whether a page that is empty may have a mention behind it: such a page stands for a thousand likes and follows.

    Its cursor is the time of the last of them (`delayCursor` in the published code of Bluesky's index).
    """
    try:
        return datetime.fromisoformat(cursor).astimezone(UTC) >= since
    except ValueError:
        return False
