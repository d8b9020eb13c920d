"""How an account is on X: its keys, what they may do, the money that is left for today, and the webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

from channels.clock import Clock
from channels.contract import Finding
from channels.customers.x.credentials import Credentials
from channels.customers.x.session import X
from channels.customers.x.webhook import webhook_path
from channels.examining import Asking, Json

__all__ = ["XExamination"]

SIGNED_FOR = timedelta(minutes=5)
"""How far the time of a signed call may be off (X's error 135, "Timestamp out of bounds")."""
_ALL = "read-write-directmessages"
_COPY = "copy all four again from the app's page at X, Keys and tokens; make the access token after the permission"
_REGISTER = "register it as docs/x.md says, “Being told instead of asking”"


class XExamination:
    """`address` is our server's, where X `pushed`; `spent` tells what today has cost, in thousandths of a dollar.

    X may charge a cent for the question who we are.
    """

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        *,
        budget: float,
        spent: Callable[[], Awaitable[int]],
        pushed: bool,
        address: str,
        clock: Clock,
        api_base: str = X,
    ) -> None:
        self._credentials, self._budget, self._spent = credentials, budget, spent
        self._url = f"{address}{webhook_path(account)}" if pushed else ""
        self._clock, self._api_base = clock, api_base

    async def examine(self) -> AsyncIterator[Finding]:
        # The library that serves the account takes no notice of proxies in the environment.
        async with Asking(self._api_base, self._clock, by_proxy=False) as asking:
            answer = await asking.get("/2/users/me", headers=self._signed("/2/users/me"))
            yield asking.clock(SIGNED_FOR, "a signed call")
            own = asking.content(answer)
            if answer.status_code != HTTPStatus.OK:
                yield _refused(answer.status_code, own)
                return
            yield Finding.ok("keys", f"X knows them as @{(own.get('data') or {}).get('username')}")
            yield _permission(answer.headers.get("x-access-level", ""))
            yield await self._money()
            if self._url:
                yield await self._webhook(asking)

    async def _money(self) -> Finding:
        spent = await self._spent() / 1000
        found = f"{spent:.2f} $ of today's {self._budget:.2f} $ are spent"
        if spent < self._budget:
            return Finding.ok("budget", found)
        remedy = "raise “budget”, or wait for midnight UTC: until then nothing is read, and only those who wrote today are answered"
        return Finding.warning("budget", found, remedy)

    async def _webhook(self, asking: Asking) -> Finding:
        """X lists webhooks to the app and not to the account: with a token that it gives out for the app's own keys."""
        if not self._url.startswith("https://"):
            remedy = '[server] public_url: write the https address by which the internet reaches this server, or mode = "polling"'
            return Finding.error("webhook", f"X does not push to {self._url}", remedy)
        keys = (self._credentials.api_key, self._credentials.api_secret)
        told = asking.content(await asking.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=keys))
        bearer = {"Authorization": f"Bearer {told.get('access_token')}"}
        answer = await asking.get("/2/webhooks", headers=bearer)
        if answer.status_code != HTTPStatus.OK:
            return Finding.warning("webhook", f"X does not tell which there are ({answer.status_code})", "look in X's developer console")
        hook = next((one for one in asking.content(answer).get("data") or () if one.get("url") == self._url), None)
        if hook is None:
            return Finding.error("webhook", f"X does not know of {self._url}", _REGISTER)
        if not hook.get("valid"):
            remedy = "start Makegood, look that the address is reached from outside, and let X check it again: PUT /2/webhooks/{id}"
            return Finding.error("webhook", f"X has given up on {self._url}: it did not answer its challenge", remedy)
        path = f"/2/account_activity/webhooks/{hook.get('id')}/subscriptions/all"
        subscribed = asking.content(await asking.get(path, headers=self._signed(path))).get("data") or {}
        if not subscribed.get("subscribed"):
            return Finding.error("webhook", "X pushes nothing of this account there: it is not subscribed", _REGISTER)
        return Finding.ok("webhook", f"X pushes to {self._url}")

    def _signed(self, path: str) -> dict[str, str]:
        """As the library signs: for X's own address, whichever is called."""
        return self._credentials.signed(f"{X}{path}")


def _refused(status: int, told: Json) -> Finding:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return Finding.error("keys", "X does not take them: one is wrong, or was made anew", f"{_COPY}, and look at the clock above")
        case HTTPStatus.PAYMENT_REQUIRED:
            return Finding.error("credits", "there are none left for X's API", "buy some in X's developer console")
    said = str(told.get("detail") or told.get("title") or "without a reason")
    remedy = "look in X's developer console whether the app lies in a project with credits, and the account is not locked"
    return Finding.error("keys", f"X refuses them ({status}): {said}", remedy)


def _permission(level: str) -> Finding:
    if not level:
        return Finding.ok("permission", "X does not tell it")
    if level == _ALL:
        return Finding.ok("permission", "to read, to post and to write direct messages")
    remedy = (
        "in the app's settings, User authentication settings, choose “Read and write and Direct message”, "
        "then make the access token anew and put it in"
    )
    return Finding.error("permission", f"the access token has only “{level}”", remedy)
