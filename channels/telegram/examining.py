"""How a bot is on Telegram: its token and its webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from channels.clock import Clock
from channels.contract import Finding
from channels.examining import Asking, Json, host_of
from channels.telegram.rules import TELEGRAM
from channels.telegram.webhook import Webhook

__all__ = ["TelegramExamination"]

PORTS = (443, 80, 88, 8443)
"""Where Telegram pushes to (https://core.telegram.org/bots/api#setwebhook)."""
MANY_WAIT = 100
"""Updates that have not been taken, beyond which something is wrong: a bot that listens leaves none."""
LATELY = timedelta(hours=1)
_SETS_IT = "Makegood sets it anew at each start: start it again"


class TelegramExamination:
    """`webhook` is what the account is configured to have, `updates` the kinds that it wants to hear by it.

    It asks for no updates: Telegram serves one who does, and would cut off the bot that runs.
    """

    def __init__(
        self,
        account: str,
        token: str,
        *,
        clock: Clock,
        api_base: str = TELEGRAM,
        webhook: Webhook | None = None,
        updates: Sequence[str] = (),
        by_proxy: bool = True,
    ) -> None:
        self._token, self._api_base, self._clock = token, api_base, clock
        self._url = webhook.url(account) if webhook else ""
        self._updates, self._by_proxy = updates, by_proxy

    async def examine(self) -> AsyncIterator[Finding]:
        async with Asking(f"{self._api_base}/bot{self._token}", self._clock, by_proxy=self._by_proxy) as asking:
            told = asking.content(await asking.get("/getMe"))
            if not told.get("ok"):
                yield _refused(told)
                return
            me: Json = told["result"]
            yield Finding.ok("token", f"Telegram knows it as @{me.get('username')}, “{me.get('first_name')}”")
            yield asking.clock()
            async for finding in self._besides(asking, me):
                yield finding
            info: Json = asking.content(await asking.get("/getWebhookInfo")).get("result") or {}
            for finding in self._webhook(info) if self._url else self._polling(info):
                yield finding

    async def _besides(self, asking: Asking, me: Json) -> AsyncIterator[Finding]:
        """What else is looked at of this kind of bot; `me` is what Telegram says of it."""
        for finding in list[Finding]():
            yield finding

    def _polling(self, info: Json) -> list[Finding]:
        if other := str(info.get("url") or ""):
            remedy = "stop the other program, or give it a bot of its own; when Makegood starts, it takes the webhook away"
            found = f"polling is configured, but Telegram pushes to {host_of(other)}: another program uses this bot"
            return [Finding.warning("webhook", found, remedy)]
        return [Finding.ok("webhook", "none, as polling wants it"), *self._waiting(info)]

    def _webhook(self, info: Json) -> list[Finding]:
        there, port = str(info.get("url") or ""), urlsplit(self._url).port or 443
        if not self._url.startswith("https://") or port not in PORTS:
            ports = ", ".join(map(str, PORTS[:-1]))
            remedy = f'[server] public_url: write an https address at one of the ports {ports} and {PORTS[-1]}, or mode = "polling"'
            return [Finding.error("webhook", f"Telegram does not push to {_origin(self._url)}", remedy)]
        if not there:
            return [Finding.warning("webhook", "Telegram knows of none yet", "Makegood sets it when it starts")]
        if there != self._url:
            remedy = "stop whatever uses this bot there; Makegood sets its own again when it starts, and soon while it runs"
            found = f"Telegram pushes to {_shown(there, self._url)} and not to {self._url}"
            return [Finding.error("webhook", found, remedy)]
        findings = [Finding.ok("webhook", f"Telegram pushes to {self._url}")]
        if lacking := set(self._updates) - set(info.get("allowed_updates") or self._updates):
            findings.append(Finding.warning("updates", f"Telegram does not push {', '.join(sorted(lacking))}", _SETS_IT))
        return [*findings, *self._failures(info), *self._waiting(info)]

    def _failures(self, info: Json) -> list[Finding]:
        failed, now = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC), self._clock.now()
        if now - failed > LATELY:
            return []
        minutes = round((now - failed).total_seconds() / 60)
        found = f"a push failed {minutes} min ago: {info.get('last_error_message')}"
        remedy = "look whether Makegood runs, whether its address is reached from outside, and its log of that time"
        return [Finding.warning("pushes", found, remedy)]

    def _waiting(self, info: Json) -> list[Finding]:
        waiting = int(info.get("pending_update_count") or 0)
        if waiting <= MANY_WAIT:
            return []
        remedy = "start Makegood, or look into its log: Telegram keeps what was said for a day"
        return [Finding.warning("updates", f"{waiting} wait to be heard", remedy)]


def _refused(told: Json) -> Finding:
    if told.get("error_code") in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        remedy = "copy the bot's token whole from @BotFather (/mybots, API Token) into the configuration"
        return Finding.error("token", "Telegram does not know this token: it is wrong, or was revoked", remedy)
    return Finding.error("token", f"Telegram refuses it: {told.get('description')}", "see what @BotFather says of the bot")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _shown(there: str, ours: str) -> str:
    """Their address: of a stranger's no more than the host, for what follows may be a secret."""
    return there if _origin(there) == _origin(ours) else host_of(there)
