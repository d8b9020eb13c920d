"""Polls for the tests, and the accounts they are posted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.campaigns.polls.definition import Definition
from bot.campaigns.polls.result import PollResult, result_of
from bot.campaigns.polls.steering import draft_poll, post_poll
from bot.campaigns.polls.votes import take_vote
from channels.contract import Counted, PollPlaces, PollRules, Voted
from storage.database import Database

__all__ = ["Letterbox", "begin", "poll", "stands"]


def poll(account: str = "shop", *places: str, **what: Any) -> Definition:
    where = [{"account": account, "place": place} for place in places or ("-100",)]
    asked = {"name": "colour", "question": "Which colour?", "options": ["Blue", "Green", "Red"]}
    return Definition.model_validate({**asked, "place": where, **what})


async def begin(database: Database, definition: Definition, accounts: Mapping[str, PollPlaces], now: datetime) -> None:
    """Draft it and let it be posted."""
    rules: dict[str, PollRules] = {name: account.poll_rules for name, account in accounts.items()}
    await database.write(lambda conn: draft_poll(conn, definition, now))
    await database.write(lambda conn: post_poll(conn, definition.name, rules, now))


async def stands(database: Database, name: str = "colour", accounts: Sequence[str] = ("shop",)) -> PollResult:
    async with database.read() as conn:
        found = await conn.run_sync(result_of, name, accounts)
    assert found is not None
    return found


class Letterbox:
    """Takes votes for the database, as a channel hands them over, and counts them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.taken = 0

    async def hear(self, vote: Voted | Counted) -> None:
        await self._database.write(lambda conn: take_vote(conn, vote))
        self.taken += 1
