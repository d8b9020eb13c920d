"""How an account is on its Mastodon server: its token, what that may do, and what the server lets through to us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus

from channels.clock import Clock
from channels.contract import Finding, NoAnswer
from channels.customers.mastodon.library import LET_IN, USUAL_LIMIT
from channels.examining import Asking, Json

__all__ = ["SCOPES", "MastodonExamination"]

SCOPES = (
    "read:accounts",
    "read:follows",
    "read:notifications",
    "read:statuses",
    "write:media",
    "write:notifications",
    "write:statuses",
)
_DEVELOPMENT = "Preferences → Development"
_NEW_TOKEN = f"give the application its scopes under {_DEVELOPMENT}, press “Regenerate access token”, and put the new one in"


class MastodonExamination:
    def __init__(self, server: str, token: str, *, clock: Clock) -> None:
        self._server, self._token, self._clock = server, token, clock

    async def examine(self) -> AsyncIterator[Finding]:
        async with Asking(self._server, self._clock, headers={"Authorization": f"Bearer {self._token}"}) as asking:
            answer = await asking.get("/api/v1/accounts/verify_credentials")
            own = asking.content(answer)
            if answer.status_code != HTTPStatus.OK:
                yield _refused(answer.status_code, own)
                return
            yield Finding.ok("token", f"{asking.host} knows it as @{own.get('acct')}")
            yield asking.clock()
            for finding in _account(own):
                yield finding
            yield await self._scopes(asking)
            yield await self._stream(await self._rules(asking))
            yield await self._strangers(asking)

    async def _scopes(self, asking: Asking) -> Finding:
        """Since 4.3 a server tells what the application may do. Whether the token is older than that shows in what it may read."""
        told = asking.content(await asking.get("/api/v1/apps/verify_credentials")).get("scopes")
        if isinstance(told, list) and (lacking := [scope for scope in SCOPES if not _covered(scope, told)]):
            return Finding.error("scopes", f"the application may not {', '.join(lacking)}", _NEW_TOKEN)
        if (await asking.get("/api/v1/notifications", params={"limit": 1})).status_code == HTTPStatus.FORBIDDEN:
            return Finding.error("scopes", "the token may not read notifications", _NEW_TOKEN)
        if told is None:
            return Finding.ok("scopes", "it may read notifications; the server does not tell what else it may")
        return Finding.ok("scopes", "all that are needed")

    async def _rules(self, asking: Asking) -> Json:
        answer = await asking.get("/api/v2/instance")
        if answer.status_code == HTTPStatus.NOT_FOUND:  # before version 4
            answer = await asking.get("/api/v1/instance")
        return asking.content(answer)

    async def _stream(self, rules: Json) -> Finding:
        """Where the server says that it streams, which may be another host; its health is asked, nothing is listened to."""
        settings = rules.get("configuration") or {}
        limit = (settings.get("statuses") or {}).get("max_characters") or USUAL_LIMIT
        told = str((settings.get("urls") or {}).get("streaming") or (rules.get("urls") or {}).get("streaming_api") or self._server)
        base = told.replace("wss://", "https://").replace("ws://", "http://").rstrip("/")
        try:
            async with Asking(base, self._clock) as asking:  # without the token, which is for the server alone
                status = (await asking.get("/api/v1/streaming/health")).status_code
        except NoAnswer as none:
            why = none.finding.found
        else:
            if status == HTTPStatus.NOT_FOUND:  # other servers that speak Mastodon's language
                return Finding.ok("server", f"it does not tell how its stream is; a status may have {limit} characters")
            if status == HTTPStatus.OK:
                return Finding.ok("server", f"it streams, and a status may have {limit} characters")
            why = f"it answers {status}"
        remedy = "nothing needs to be done: mentions are looked for every minute besides; or ask the server's administrators"
        return Finding.warning("server", f"its stream does not answer: {why}", remedy)

    async def _strangers(self, asking: Asking) -> Finding:
        answer = await asking.get("/api/v2/notifications/policy")
        policy = asking.content(answer) if answer.status_code == HTTPStatus.OK else {}
        if kept := [group for group in LET_IN if policy.get(group) not in (None, "accept")]:
            found = f"the server keeps some people's messages from the account ({', '.join(kept)})"
            remedy = "Makegood lets them in when it starts; or Preferences → Notifications, and accept them all"
            return Finding.warning("strangers", found, remedy)
        return Finding.ok("strangers", "their messages come through")


def _refused(status: int, told: Json) -> Finding:
    said = str(told.get("error") or "without a reason")
    if status == HTTPStatus.UNAUTHORIZED:
        remedy = f"copy “Your access token” whole from {_DEVELOPMENT}, or regenerate it there"
        return Finding.error("token", "the server does not know this access token: it is wrong, or was revoked", remedy)
    if status == HTTPStatus.FORBIDDEN and "scope" in said:
        return Finding.error("scopes", "the token may not read its own account", _NEW_TOKEN)
    if status == HTTPStatus.FORBIDDEN:
        return Finding.error("account", f"the server does not let it in: {said}", "sign in there in a browser, and see to what it asks")
    remedy = 'look whether "server" is the address of a Mastodon server'
    return Finding.error("server", f"it answers {status} to the question who we are: {said}", remedy)


def _account(own: Json) -> list[Finding]:
    findings = []
    if own.get("suspended") or own.get("limited"):
        remedy = "ask the server's moderators what they want changed"
        findings.append(Finding.warning("account", "the server's moderators have limited it: strangers do not see its messages", remedy))
    if not own.get("bot"):
        remedy = "Preferences → Public profile: tick “This is an automated account”"
        findings.append(Finding.warning("profile", "it is not marked as automated, which most servers' rules ask of a bot", remedy))
    return findings


def _covered(scope: str, given: list[str]) -> bool:
    """`read` holds all of `read:…`."""
    return scope in given or scope.partition(":")[0] in given
