"""What a sender knows of the platform's ids of what it has sent: at hand for what went out lately, else from the database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from channels.contract import Retry
from channels.outgoing import Outgoing
from channels.settling import DATABASE_PAUSE
from storage.database import Database
from storage.queries.outbox import has_gone_on, platform_ids
from storage.queries.topics import topic_root

__all__ = ["SentIds"]

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 4096
"""Keys of messages sent lately, and topics begun, whose platform ids are at hand without asking the database."""


class SentIds:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lately: OrderedDict[str, str] = OrderedDict()

    def remember(self, key: str, platform_id: str) -> None:
        """Of a message's key, or a topic."""
        if key and platform_id:
            self._lately[key] = platform_id
            if len(self._lately) > KEPT:
                self._lately.popitem(last=False)

    async def of(self, key: str) -> str:
        """The message of that key; empty where it was not sent."""
        if platform_id := self._lately.get(key):
            return platform_id
        return (await self._read(platform_ids, [key])).get(key, "")

    async def is_answered(self, one: Outgoing) -> bool:
        """Whether the dialog of this question has gone on since it was sent, perhaps."""
        return await self._read(has_gone_on, one.id)

    async def root_of(self, one: Outgoing) -> str:
        """The first message of the topic, which may not be settled yet; empty where there is none."""
        if root := self._lately.get(one.topic):
            return root
        return await self._read(topic_root, one.account, one.address, one.say.topic)

    async def _read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Retry while the database cannot be asked: nothing of the message was sent yet."""
        try:
            async with self._database.read() as conn:
                return await conn.run_sync(query, *args, **kwargs)
        except (SQLAlchemyError, OSError) as error:
            raise Retry(timedelta(seconds=DATABASE_PAUSE), "the database could not be asked", blameless=True) from error
