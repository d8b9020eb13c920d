"""An app in a Slack workspace as a channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import Any
from weakref import WeakValueDictionary

from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Hear, Homes, Media, Rejected, Say, Vitals, Windows, WordsOnly
from channels.door import Door
from channels.outage import Outage
from channels.slack.blocks import message_of
from channels.slack.credentials import Credentials
from channels.slack.files import fetch_file, show_file
from channels.slack.hearing import author_of, heard_of, looked_at_home
from channels.slack.homes import HomePages
from channels.slack.listeners import bolt_app
from channels.slack.people import People
from channels.slack.refusals import cause_of, edit_is_settled, explained, is_too_fast, picture_is_refused, send_error, thread_is_gone
from channels.slack.rules import CAPABILITIES, SLACK, address_of, member_of
from channels.slack.socket import SocketLine
from channels.slack.standing import Standing
from channels.slack.webhook import webhook_route
from channels.slack.windowing import Windowing

__all__ = ["SlackBot"]

log = logging.getLogger(__name__)


class SlackBot:
    """One app in one workspace, and people of other workspaces who share a channel with it."""

    name = "slack"
    capabilities = CAPABILITIES

    def __init__(self, account: str, credentials: Credentials, *, clock: Clock, rng: Random, api_base: str = SLACK) -> None:
        self.account, self.vitals = account, Vitals(account)
        self._door = Door(self.name, account)
        self._credentials, self._clock = credentials, clock
        self._line, self._outage = Outage(account, clock, rng, self.vitals), Outage(account, clock, rng)
        self._standing = Standing(account, credentials.bot_token, api_base, clock, self._line)
        self.admission, self._calls = self._standing.admission, self._standing.calls
        self._people = People(account, self._ask_member)
        self._windowing: Windowing | None = None
        self._pages: HomePages | None = None
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def forged(self) -> int:
        """Web requests that were refused since the start: their signature was wrong, too old, or has been here before."""
        return self._door.refused

    def use_windows(self, windows: Windows) -> None:
        self._windowing = Windowing(self.account, self._calls, windows)

    def use_homes(self, homes: Homes) -> None:
        self._pages = HomePages(self.account, self._calls, homes, self._people, self._clock, self._outage.pause)

    def home_moved(self, address: str) -> None:
        if self._pages:
            self._pages.moved(address)

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        if self._credentials.app_token:
            return []
        app = bolt_app(self.account, self._taking(hear))
        return [webhook_route(self.account, self._credentials.signing_secret, app, self._clock, self._door)]

    async def run(self, hear: Hear) -> None:
        await self._standing.introduce()
        log.info("slack_started", extra={"account": self.account, "by": "socket" if self._credentials.app_token else "http"})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._standing.keep())
            if self._credentials.app_token:
                app = bolt_app(self.account, self._taking(hear))
                line = SocketLine(app, lambda: self._calls.socket(self._credentials.app_token), explained, cause_of, self._line)
                tasks.create_task(line.run())

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """As the contract says; `message_id` is of no use, for Slack promises no idempotency key."""
        member = self._member(address)
        return await (self._edit(edits, say) if edits else self._post(member, say))

    async def send_beneath(self, root: str, address: str, say: Say, *, message_id: int) -> str:
        """In the thread of that message; `Say.aloud` stands in the conversation as well."""
        ts = root.partition(":")[2]
        try:
            return await self._post(self._member(address), say, thread_ts=ts, reply_broadcast=say.aloud)
        except Rejected as refused:
            if not thread_is_gone(refused.__cause__):
                raise
            log.info("slack_thread_gone", extra={"account": self.account, "why": refused.why})
            return await self.send(address, say, message_id=message_id)

    async def fetch(self, media: Media, most: int) -> bytes:
        self._standing.demand()
        return await fetch_file(self._calls, media.ref, most, self._outage.pause)

    async def close(self) -> None:
        if self._pages:
            await self._pages.close()
        await self._calls.close()

    def _member(self, address: str) -> str:
        try:
            return member_of(address)
        except ValueError as why:
            raise Rejected(str(why)) from None

    async def _post(self, member: str, say: Say, **thread: Any) -> str:
        self._standing.demand()
        if say.upload:
            shown = await show_file(
                self.account, self._calls, member, say, say.upload, str(thread.get("thread_ts", "")), self._outage.pause
            )
            if shown and not say.choices:
                return ""  # the words stand beside the file, and Slack names no message for it
        content = message_of(say) | thread
        try:
            # To a member's id Slack opens the conversation itself, and tells which it is.
            sent = await self._calls("chat.postMessage", channel=member, **content, unfurl_links=False, unfurl_media=False)
        except Exception as error:
            if say.picture and (say.text or say.choices) and picture_is_refused(error):
                raise WordsOnly(explained(error)) from error
            raise send_error(error, self._outage.pause) from error
        self._outage.over()
        return f"{sent['channel']}:{sent['ts']}"

    async def _edit(self, edits: str, say: Say, *, needed: bool = False) -> str:
        self._standing.demand()
        channel, _, ts = edits.partition(":")
        try:
            await self._calls("chat.update", channel=channel, ts=ts, **message_of(say))
        except Exception as error:
            if say.picture and picture_is_refused(error):
                raise WordsOnly(explained(error)) from error
            # Slack allows 50 edits a minute in a workspace. One too many is left out, unless there is still something to
            # tap in it: an edit carries no news, and the question behind it would have to wait.
            left_out = is_too_fast(error) and not say.choices and not needed
            if not (left_out or edit_is_settled(error)):
                raise send_error(error, self._outage.pause, repeatable=True) from error
            log.info("slack_edit_settled", extra={"account": self.account, "why": explained(error)})
        self._outage.over()
        return edits

    def _taking(self, hear: Hear) -> Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]:
        return lambda body: self._take(body, hear)

    async def _take(self, body: dict[str, Any], hear: Hear) -> dict[str, Any]:
        """Take care of what Slack tells; gives back what it is to be told of it."""
        if self._standing.heard(body.get("event") or {}):
            return {}
        answer = await self._done(body, hear)
        if self._pages and (looking := looked_at_home(body)):
            self._pages.opened(looking)
        return answer

    async def _done(self, body: dict[str, Any], hear: Hear) -> dict[str, Any]:
        """What a person did, taken in; gives back the same."""
        team, user = author_of(body)
        if not user:
            return {}
        # One's words stay in order, even while Slack is asked who they are.
        turn = self._turns.setdefault(user, asyncio.Lock())
        async with turn:
            try:
                member = await self._people.of(user)
                heard = heard_of(body, self.account, member, self._clock.now())
            except (LookupError, TypeError, ValueError) as problem:
                log.error("slack_update_unreadable", extra={"account": self.account, "why": type(problem).__name__})
                return {}
            if self._windowing and body.get("type") in ("view_submission", "block_actions"):
                return await self._windowing.take(body, address_of(team, user), member.lang, heard, hear)
            if heard:
                await hear(heard)
        return {}

    async def _ask_member(self, user: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = (await self._calls.ask("users.info", user=user, include_locale=True))["user"]
        return told
