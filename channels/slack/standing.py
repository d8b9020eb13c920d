"""Whether Slack lets the app in: found out at the start, lost with its token, and looked at again at a quiet pace."""

from __future__ import annotations

import logging
from typing import Any

from channels.clock import Clock
from channels.contract import Admission
from channels.outage import Outage
from channels.slack.calls import Calls
from channels.slack.refusals import AGAIN_WHEN_MENDED, cause_of, explained, shut_out

__all__ = ["Standing"]

log = logging.getLogger(__name__)


class Standing:
    """`admission` is what operators are told by."""

    def __init__(self, account: str, token: str, api_base: str, clock: Clock, outage: Outage) -> None:
        self.admission = Admission()
        self.calls = Calls(token, api_base, self._not_let_in)
        self._account, self._clock, self._outage = account, clock, outage
        self._team = ""
        self._kept = False

    async def introduce(self) -> None:
        """Return once Slack has let the app in."""
        while True:
            try:
                told = await self.calls("auth.test")
            except Exception as error:
                await self._outage.sit_out("slack_start_failed", explained(error), cause_of(error))
            else:
                break
        self._outage.over()
        self._team = str(told.get("team", ""))
        self.admission.admit()

    async def keep(self) -> None:
        """Never returns: whenever the app is shut out, ask now and then whether it is let in again."""
        self._kept = True
        try:
            while True:
                await self.admission.shut()
                await self._clock.sleep_until(self._clock.now() + AGAIN_WHEN_MENDED)
                await self._ask_again()
        finally:
            self._kept = False

    async def _ask_again(self) -> None:
        try:
            await self.calls("auth.test")
        except Exception as error:
            log.info("slack_still_shut_out", extra={"account": self._account, "why": explained(error)})
        else:
            log.info("slack_let_in_again", extra={"account": self._account})
            self.admission.admit()

    def heard(self, event: dict[str, Any]) -> bool:
        """Whether the event was about this; it is then taken care of."""
        kind = event.get("type")
        if kind == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return True  # a person's own token, of which the app has none
        if kind not in ("app_uninstalled", "tokens_revoked"):
            return False
        log.error("slack_app_removed", extra={"account": self._account, "why": kind})
        done = "has removed the app of" if kind == "app_uninstalled" else "has revoked the token of"
        remedy = "install the app again, put its new token into the configuration and start again"
        self.admission.refuse(f"{self._where} {done} {self._account}: {remedy}")
        return True

    def demand(self) -> None:
        """Raises Retry while the app is shut out: nothing that is said now could arrive. Where nobody asks whether it is let in
        again, as in a process that only takes what Slack pushes, each call finds out for itself."""
        if self._kept and (why := self.admission.refused):
            raise shut_out(why)

    def _not_let_in(self, why: str) -> None:
        self.admission.refuse(f"{self._where} does not let {self._account} in: {why}")

    @property
    def _where(self) -> str:
        return f"the Slack workspace “{self._team}”" if self._team else "Slack"
