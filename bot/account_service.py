"""Serving one account: hearing and sending for as long as this process owns it, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from traceback import format_tb

from sqlalchemy import Connection

from channels.clock import Clock
from channels.contract import Admission, Admitted, Channel, Hear
from channels.delivery import Delivery
from storage.database import Database
from storage.ownership import owning
from storage.queries.incidents import clear_incident, note_incidents
from storage.writer import DatabaseUnavailable

__all__ = ["serve_account"]

log = logging.getLogger(__name__)

COME_BACK = 5.0
"""Seconds that an account which failed rests before it is tried again."""


async def serve_account(channel: Channel, hear: Hear, delivery: Delivery, database: Database, clock: Clock) -> None:
    """Never returns. An account's illness is an incident, and nobody else's."""
    key = f"account.{channel.account}"
    while True:
        try:
            async with owning(database, key) as lost:
                await database.write(partial(clear_incident, key=key, at=clock.now()))
                delivery.vitals(channel.account).serve(clock.now())
                try:
                    await _until_lost(channel, hear, delivery, database, clock, lost)
                finally:
                    delivery.vitals(channel.account).serve(None)
        except Exception as error:
            # Kind and place only: what an error says may quote a customer.
            place = "".join(format_tb(error.__traceback__)[-5:])
            log.error("account_failed account=%s why=%s\n%s", channel.account, type(error).__name__, place)
            await _note(database, key, f"the account {channel.account} stopped: {type(error).__name__}", clock)
            await asyncio.sleep(COME_BACK)
        else:
            log.warning("account_lost account=%s", channel.account)


async def _until_lost(channel: Channel, hear: Hear, delivery: Delivery, database: Database, clock: Clock, lost: asyncio.Event) -> None:
    serving = [asyncio.create_task(channel.run(hear)), asyncio.create_task(delivery.run(channel.account))]
    if isinstance(channel, Admitted):
        serving.append(asyncio.create_task(_tell_admission(channel.account, channel.admission, database, clock)))
    watching = asyncio.create_task(lost.wait())
    try:
        done, _ = await asyncio.wait([*serving, watching], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*serving, watching):
            task.cancel()
        await asyncio.wait([*serving, watching])
    for task in done:
        task.result()


async def _tell_admission(account: str, admission: Admission, database: Database, clock: Clock) -> None:
    """Never returns. That a platform shuts an account out is an incident until it lets it in again."""
    key = f"token.{account}"
    while True:
        refused = await admission.news()
        while True:
            now = clock.now()
            noted = partial(note_incidents, found=[(key, refused, now)]) if refused else partial(clear_incident, key=key, at=now)
            if await _written(database, key, noted):
                break
            await asyncio.sleep(COME_BACK)


async def _note(database: Database, key: str, what: str, clock: Clock) -> None:
    # It is in the log in any case, and the account comes back all the same.
    await _written(database, key, partial(note_incidents, found=[(key, what, clock.now())]))


async def _written(database: Database, key: str, work: Callable[[Connection], None]) -> bool:
    try:
        await database.write(work)
    except DatabaseUnavailable:
        log.warning("incident_not_noted what=%s", key)
        return False
    return True
