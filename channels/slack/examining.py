"""How an app is in Slack: its tokens, what it may do, and by which way it hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from channels.clock import Clock
from channels.contract import Finding, PublicPlaces
from channels.examining import Asking, Json
from channels.slack.places import place_found
from channels.slack.refusals import MENDED_BY_OPERATOR
from channels.slack.rules import BELIEVED_FOR, SLACK, webhook_path

__all__ = ["SlackExamination"]


class SlackExamination:
    """`scopes` are those that the app's manifest asks for; `address` is our server's; without an `app_token` Slack posts to it.
    `places` tells where polls and focus groups are aimed.

    For Socket Mode it lets Slack give out the address of a line, and opens none: events go on to whoever listens.
    """

    def __init__(
        self,
        account: str,
        bot_token: str,
        app_token: str,
        *,
        scopes: Sequence[str],
        address: str,
        clock: Clock,
        places: PublicPlaces,
        api_base: str = SLACK,
    ) -> None:
        self._places = places
        self._account, self._bot_token, self._app_token, self._scopes = account, bot_token, app_token, scopes
        self._url, self._clock, self._api_base = f"{address}{webhook_path(account)}", clock, api_base

    async def examine(self) -> AsyncIterator[Finding]:
        async with Asking(self._api_base, self._clock) as asking:
            answer = await asking.post("/auth.test", headers=_bearer(self._bot_token))
            told = asking.content(answer)
            if not told.get("ok"):
                yield _refused("bot_token", told)
                return
            yield Finding.ok("bot_token", f"Slack knows it as {told.get('user')} in the workspace {told.get('team')}")
            yield self._clocks(asking)
            if (scopes := answer.headers.get("x-oauth-scopes")) is not None:
                yield self._permissions(scopes)
            for place in await self._places():
                answer = await asking.post("/conversations.info", headers=_bearer(self._bot_token), data={"channel": place.place})
                yield place_found(place, asking.content(answer), scopes, self._account)
            if not self._app_token:
                yield self._requests()
                return
            told = asking.content(await asking.post("/apps.connections.open", headers=_bearer(self._app_token)))
            yield Finding.ok("app_token", "Slack opens a line for Socket Mode") if told.get("ok") else _refused("app_token", told)

    def _clocks(self, asking: Asking) -> Finding:
        return asking.clock() if self._app_token else asking.clock(BELIEVED_FOR, "a request that Slack signs")

    def _permissions(self, header: str) -> Finding:
        given = {scope.strip() for scope in header.split(",")}
        if lacking := [scope for scope in self._scopes if scope not in given]:
            remedy = (
                f"paste what “makegood slack manifest {self._account}” prints into the app's settings (App Manifest), "
                "and install the app again: its token stays"
            )
            return Finding.error("scopes", f"the app may not {', '.join(lacking)}", remedy)
        return Finding.ok("scopes", f"all {len(self._scopes)} that the manifest asks for")

    def _requests(self) -> Finding:
        if not self._url.startswith("https://"):
            remedy = '[server] public_url: write the https address by which the internet reaches this server, or mode = "socket"'
            return Finding.error("requests", f"Slack does not post to {self._url}", remedy)
        return Finding.ok("requests", f"the app's settings must name {self._url}; Slack tells nobody whether they do")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _refused(about: str, told: Json) -> Finding:
    code = str(told.get("error") or "no reason")
    if about == "app_token" and code in ("missing_scope", "no_permission"):
        remedy = "make another one with the scope connections:write: Basic Information, App-Level Tokens"
    elif code == "forbidden_team":
        remedy = "switch Socket Mode on in the app's settings"
    else:
        remedy = MENDED_BY_OPERATOR.get(code, "compare the app's settings with what “makegood slack manifest” prints")
    return Finding.error(about, f"Slack refuses it: {code}", remedy)
