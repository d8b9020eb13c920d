"""What a sender knows of the platform's ids of what it has sent: at hand for what went out lately, else from the database."""

from __future__ import annotations

from collections import OrderedDict

from channels.outgoing import Outgoing
from storage.database import Database
from storage.queries.outbox import has_gone_on, platform_ids
from storage.queries.topics import topic_root

__all__ = ["SentIds"]

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
        async with self._database.read() as conn:
            return (await conn.run_sync(platform_ids, [key])).get(key, "")

    async def is_answered(self, one: Outgoing) -> bool:
        """Whether the dialog of this question has gone on since it was sent, perhaps."""
        async with self._database.read() as conn:
            return await conn.run_sync(has_gone_on, one.id)

    async def root_of(self, one: Outgoing) -> str:
        """The first message of the topic, which may not be settled yet; empty where there is none."""
        if root := self._lately.get(one.topic):
            return root
        async with self._database.read() as conn:
            return await conn.run_sync(topic_root, one.account, one.address, one.say.topic)
