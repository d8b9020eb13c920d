"""A customer's phone over the real receiver, and nobody who sends."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from bot.complaints.listening import sounds_like_complaint
from bot.dialogs.move_tokens import MoveTokens
from bot.dialogs.receive import Receiver
from channels.contract import Heard, HeardKind, Say
from tests.complaints.world import CUSTOMERS, World


class NobodySends:
    """Leaves every message in the outbox."""

    def adopts(self, account: str) -> bool:
        return False

    def take(self, rows: Sequence[dict[str, Any]]) -> None:
        pass

    def wake(self) -> None:
        pass


def receiver_of(world: World) -> Receiver:
    """What hears customers in that world."""
    return Receiver(
        world.database,
        world.published,
        world.clock,
        shop="Sample Shop",
        zone=world.rules.hours.zone,
        default_lang="en",
        listener=world.listener,
        complains=sounds_like_complaint,
        handover=NobodySends(),
        move_tokens=MoveTokens("a secret of the tests"),
    )


class Phone:
    """A customer's phone."""

    def __init__(self, world: World, address: str = "phone") -> None:
        self._world, self._address = world, address
        self._updates = itertools.count(1)
        self._receiver = receiver_of(world)

    async def scans(self, token: str) -> None:
        await self._hear(HeardKind.START, token=token)

    async def writes(self, words: str) -> list[Say]:
        before = len(await self._world.messages(self._address, account=CUSTOMERS))
        await self._hear(HeardKind.TEXT, text=words)
        return (await self._world.messages(self._address, account=CUSTOMERS))[before:]

    async def _hear(self, kind: HeardKind, **what: str) -> None:
        update = f"{self._address}.{next(self._updates)}"
        now = self._world.clock.now()
        await self._receiver.hear(Heard("telegram", CUSTOMERS, self._address, update, kind, now, lang="en", name="Eve", **what))
