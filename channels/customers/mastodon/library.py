"""Mastodon.py, a library that waits, behind calls that can be awaited."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from mastodon import Mastodon
from mastodon.errors import MastodonError

from channels.contract import Allowance, Poll, Upload
from channels.customers.mastodon.refusals import explained
from channels.customers.mastodon.stream import ring_on_news

__all__ = ["FIRST_LOOK_BACK", "LET_IN", "USUAL_LIMIT", "MastodonPy"]

log = logging.getLogger(__name__)

FIRST_LOOK_BACK = timedelta(days=1)
"""How old a mention may be when an account begins: what is older was written to whoever had the account before."""
USUAL_LIMIT = 500
"""Characters of a status, where the server does not name its own limit."""
_PAGE = 40
_CALL_SECONDS = 20
LET_IN = ("for_private_mentions", "for_not_following", "for_not_followers", "for_new_accounts")
"""Whom a server may keep from us as strangers: for a shop's account, every customer is one. Accounts that moderators limited stay out."""


class MastodonPy:
    """One account on one server. Raises the library's errors."""

    def __init__(self, account: str, server: str, token: str) -> None:
        self._account = account
        self._api = Mastodon(
            access_token=token, api_base_url=server, ratelimit_method="throw", request_timeout=_CALL_SECONDS, user_agent="makegood"
        )

    @property
    def limit_ends(self) -> float | None:
        """When the server's limit, once it is reached, ends: seconds since 1970 by our clock."""
        reset = self._api.ratelimit_reset
        return float(reset) if reset else None

    @property
    def allowances(self) -> dict[str, Allowance]:
        """How many calls the server still allows; empty where it does not say: the library then still has what it began with."""
        left, of, ends = self._api.ratelimit_remaining, self._api.ratelimit_limit, self.limit_ends
        return {"calls": Allowance(left, of, datetime.fromtimestamp(ends, UTC) if ends else None)} if left < of else {}

    async def introduce(self) -> tuple[str, int]:
        """Our own handle, and how many characters a status may have here."""
        own = await asyncio.to_thread(self._api.account_verify_credentials)
        rules = await asyncio.to_thread(self._api.instance)
        await self._let_strangers_in()
        statuses = (rules.get("configuration") or {}).get("statuses") or {}
        return str(own.acct), int(statuses.get("max_characters") or USUAL_LIMIT)

    async def mentions(self, after: str, now: datetime) -> Sequence[Any]:
        """The mentions that came next after the one of this id, oldest first. Without an id, those of the last day."""
        if after:
            return await self._notifications(min_id=after)
        return [one for one in await self._notifications() if now - one.created_at <= FIRST_LOOK_BACK]

    async def newest(self) -> str:
        """The id of the newest notification of any kind; "0", which comes before all, where there is none."""
        newest = await asyncio.to_thread(self._api.notifications, limit=1)
        return str(newest[0].id) if newest else "0"

    async def handle(self, person: str) -> str:
        """The handle by which an account is mentioned."""
        return str((await asyncio.to_thread(self._api.account, person)).acct)

    async def blocked_by(self, person: str) -> bool:
        relations = await asyncio.to_thread(self._api.account_relationships, [person])
        return any(relation.blocked_by for relation in relations)

    async def post(self, text: str, *, answers: str, key: str, lang: str, media: Sequence[str] = ()) -> str:
        """Post a status for those whom it mentions alone, and give back its id. The same key posts once."""
        posted = await asyncio.to_thread(
            self._api.status_post,
            text,
            in_reply_to_id=answers or None,
            media_ids=list(media) or None,
            visibility="direct",
            language=lang or None,
            idempotency_key=key,
        )
        return str(posted.id)

    async def upload(self, file: Upload) -> str:
        """Hand a file to the server, where nobody sees it yet; gives back its id."""
        post = self._api.media_post
        return str((await asyncio.to_thread(post, BytesIO(file.data), mime_type=file.mime, file_name=file.name, synchronous=True)).id)

    async def post_poll(self, poll: Poll, *, place: str, seconds: int, key: str) -> Any:
        """Post a poll that is open for so long, and give back its status. The same key posts once."""
        asked = self._api.make_poll(list(poll.options), expires_in=seconds, multiple=poll.multiple)
        about = {"visibility": place, "language": poll.lang or None, "idempotency_key": key}
        return await asyncio.to_thread(lambda: self._api.status_post(poll.question, poll=asked, **about))

    async def poll(self, poll: str) -> Any:
        return await asyncio.to_thread(self._api.poll, poll)

    async def ring_on_news(self, ring: Callable[[], None]) -> None:
        await ring_on_news(self._api, ring)

    def close(self) -> None:
        self._api.session.close()

    async def _notifications(self, **where: str) -> list[Any]:
        page = await asyncio.to_thread(self._api.notifications, types=["mention"], limit=_PAGE, **where)
        return sorted(page, key=lambda one: _order(str(one.id)))

    async def _let_strangers_in(self) -> None:
        """Since 4.3, servers keep private mentions of strangers from an account unless it says otherwise."""
        try:
            policy = await asyncio.to_thread(self._api.notifications_policy)
            if kept := {group: "accept" for group in LET_IN if policy.get(group) not in (None, "accept")}:
                await asyncio.to_thread(lambda: self._api.update_notifications_policy(**kept))
                log.info("mastodon_strangers_let_in", extra={"account": self._account, "groups": sorted(kept)})
        except MastodonError as error:
            # Older servers keep nobody out; on others the operator can say it by hand.
            log.warning("mastodon_strangers_perhaps_kept_out", extra={"account": self._account, "why": explained(error)})


def _order(id_: str) -> tuple[int, str]:
    """Ids are numbers, or of one length: both sort so."""
    return len(id_), id_
