"""How the customers' bot is on Telegram: as any bot, and with groups and polls besides."""

from __future__ import annotations

from collections.abc import AsyncIterator

from channels.clock import Clock
from channels.contract import Finding, PublicPlaces
from channels.customers.telegram.places import place_found
from channels.customers.telegram.polls import UPDATES
from channels.examining import Asking, Json
from channels.telegram.examining import TelegramExamination
from channels.telegram.rules import TELEGRAM
from channels.telegram.webhook import Webhook

__all__ = ["CustomerExamination"]


class CustomerExamination(TelegramExamination):
    """`places` tells where polls and focus groups are aimed."""

    def __init__(
        self, account: str, token: str, *, clock: Clock, places: PublicPlaces, webhook: Webhook | None = None, api_base: str = TELEGRAM
    ) -> None:
        # Its library takes no notice of proxies in the environment: a way that it does not go proves nothing.
        super().__init__(account, token, clock=clock, webhook=webhook, api_base=api_base, updates=UPDATES, by_proxy=False)
        self._places = places

    async def _besides(self, asking: Asking, me: Json) -> AsyncIterator[Finding]:
        yield _groups(me)
        for place in await self._places():
            yield await place_found(asking, me, place)


def _groups(me: Json) -> Finding:
    if not me.get("can_join_groups", True):
        return Finding.ok("groups", "it cannot be added to any, so no polls and focus groups there (@BotFather, /setjoingroups)")
    if me.get("can_read_all_group_messages"):
        return Finding.ok("groups", "it hears all that is said in them, as focus groups need it")
    return Finding.ok("groups", "it hears only what is said to it; for focus groups: @BotFather, /setprivacy, Disable")
