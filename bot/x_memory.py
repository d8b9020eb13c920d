"""What an account on X must remember beyond a restart, kept in our storage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from storage.database import Database
from storage.queries.platforms import has_spoken_since, invite_again, invite_once, spend, spent
from storage.queries.updates import last_update

__all__ = ["StoredMemory"]


class StoredMemory:
    """The memory that `channels.customers.x` asks for."""

    def __init__(self, database: Database, account: str) -> None:
        self._database, self._account = database, account

    async def last_heard(self, kind: str) -> str:
        async with self._database.read() as conn:
            return await conn.run_sync(last_update, self._account, kind)

    async def spent(self, at: datetime) -> int:
        async with self._database.read() as conn:
            return await conn.run_sync(spent, self._account, at.date())

    async def spend(self, at: datetime, mills: int, alerts: Mapping[int, str]) -> int:
        return await self._database.write(lambda conn: spend(conn, self._account, at, mills, alerts))

    async def invite_once(self, person: str, at: datetime) -> bool:
        return await self._database.write(lambda conn: invite_once(conn, self._account, person, at))

    async def invite_again(self, person: str) -> None:
        await self._database.write(lambda conn: invite_again(conn, self._account, person))

    async def has_spoken_since(self, person: str, since: datetime) -> bool:
        async with self._database.read() as conn:
            return await conn.run_sync(has_spoken_since, self._account, person, since)
