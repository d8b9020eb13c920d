"""Links by which a customer's conversation goes on in the web chat, wherever it was begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.dialogs.move_tokens import MoveTokens
from bot.invitations.links import webchat_link
from channels.clock import Clock
from storage.database import Database
from storage.queries.moves import last_shown, who_is_at
from storage.queries.updates import last_update

__all__ = ["Recollection", "WaysOver"]


@dataclass(frozen=True, slots=True)
class WaysOver:
    """Makes the links from one account. `valid` is how long each can be opened."""

    database: Database
    clock: Clock
    tokens: MoveTokens
    public_url: str
    account: str
    valid: timedelta

    async def link(self, address: str, *, in_public: bool = False) -> str:
        """A link of this person's own; the plain address of the web chat where they have none.

        A link shown `in_public` may be opened first by somebody else. So nobody whom the shop has named gets one there:
        what is known of them stays with them.
        """
        async with self.database.read() as conn:
            who = await conn.run_sync(partial(who_is_at, account=self.account, native_id=address))
        if who is None or (in_public and who.external_id is not None):
            return f"{self.public_url.rstrip('/')}/chat"
        return webchat_link(self.public_url, self.tokens.make(who.id, self.clock.now() + self.valid))


@dataclass(frozen=True, slots=True)
class Recollection:
    """What a channel that speaks in public must know from before it was started."""

    ways: WaysOver

    async def last_heard(self, kind: str = "") -> str:
        async with self.ways.database.read() as conn:
            return await conn.run_sync(last_update, self.ways.account, kind)

    async def last_replied(self, address: str) -> datetime | None:
        async with self.ways.database.read() as conn:
            return await conn.run_sync(partial(last_shown, account=self.ways.account, address=address))

    async def way_over(self, address: str) -> str:
        return await self.ways.link(address, in_public=True)
