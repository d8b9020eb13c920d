"""A campaign is killed at random moments, while it plans, sends or ends, and started again: everybody is served once.

Six times in the ordinary run, fifty with MAKEGOOD_LONG=1 in the environment. The played platform lives on.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from random import Random

import pytest

from storage.campaigns import CampaignState
from storage.database import open_database
from storage.invitations import Invitation
from storage.outbox import Message
from tests.campaigns.campaign import begun, only_campaign, people, waves_in
from tests.campaigns.sender import send_until_done
from tests.invitations.shop import open_shop
from tests.patience import PATIENCE

KILLS = 50 if os.environ.get("MAKEGOOD_LONG") == "1" else 6
CUSTOMERS = 60 * KILLS


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_killed_again_and_again_a_campaign_serves_everybody_once(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "post"
    file.touch()
    database = await open_database(database_url)
    shop = await open_shop(database)
    customers = await people(shop, CUSTOMERS)
    now = datetime.now().astimezone()
    await begun(database, now, when={"at": (now.replace(tzinfo=None) - timedelta(hours=11)).isoformat(timespec="seconds")})
    await database.close()
    rng = Random(20260302)
    for number in range(KILLS):
        process = started(database_url, file)
        await (in_the_sending(file, rng) if number else planning(rng))
        assert process.exitcode is None, "it ended before it was killed"
        process.kill()
        await asyncio.to_thread(process.join)
        assert process.exitcode == -signal.SIGKILL
    process = started(database_url, file)
    await asyncio.to_thread(process.join, 120)
    assert process.exitcode == 0
    shop.database = await open_database(database_url)
    served = Counter(address for address, _ in {tuple(line.split()) for line in file.read_text().splitlines()})
    assert served == {str(customer): 1 for customer in customers}
    assert Counter(one.state for one in await shop.rows(Invitation)) == {"sent": CUSTOMERS}
    assert Counter(one.state for one in await shop.rows(Message)) == {"sent": CUSTOMERS}
    assert (await only_campaign(shop)).state == CampaignState.DONE
    assert [(wave.seen, wave.chosen) for wave in await waves_in(shop)] == [(CUSTOMERS, CUSTOMERS)]
    await shop.database.close()


def started(url: str, file: Path) -> SpawnProcess:
    process = get_context("spawn").Process(target=send_until_done, args=(url, file))
    process.start()
    return process


async def planning(rng: Random) -> None:
    """Somewhere while it loads, opens the database and begins."""
    await asyncio.sleep(rng.uniform(0.8, 1.6))


def taken(file: Path) -> int:
    return file.read_bytes().count(b"\n")


async def in_the_sending(file: Path, rng: Random) -> None:
    """After some more messages, and up to 20 milliseconds later: in a transaction, before a send, after it, between two."""
    goal = min(taken(file) + rng.randint(1, 40), CUSTOMERS - 10)
    async with asyncio.timeout(PATIENCE):
        while taken(file) < goal:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await asyncio.sleep(rng.uniform(0, 0.02))
