"""Operators hear of trouble once, and once that it is over."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.health.telling import tell_incidents
from bot.health.words import HEALTH_WORDS
from bot.surveys.filling import needed_names
from channels.clock import SimulatedClock
from storage.database import Database
from storage.outbox import Message
from storage.queries.incidents import clear_incident, incidents_since, note_incidents
from storage.queries.platforms import spend
from tests.complaints.world import World

_message = Message.__table__  # type: ignore[attr-defined]
TOKEN = "token.shop_bot"


class Watch:
    """Trouble comes and goes; each round tells what there is to tell."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self.world = World(database, clock)
        self._clock = clock

    async def trouble(self, key: str = TOKEN, what: str = "Telegram does not know this bot's token") -> None:
        await self.world.database.write(lambda conn: note_incidents(conn, [(key, what, self._clock.now())]))

    async def over(self, key: str = TOKEN) -> None:
        await self.world.database.write(lambda conn: clear_incident(conn, key, self._clock.now()))

    async def round_after(self, minutes: float = 0) -> list[tuple[str, str]]:
        """To whom what is written after so many minutes."""
        self._clock.move_to(self._clock.now() + timedelta(minutes=minutes))
        async with self.world.database.read() as conn:
            before = set((await conn.execute(select(_message.c.id))).scalars())
        await self.world.database.write(lambda conn: tell_incidents(conn, self.world.rules.hours.zone, self._clock.now()))
        async with self.world.database.read() as conn:
            rows = (await conn.execute(select(_message).order_by(_message.c.id))).all()
        return [(row.address, row.say["text"]) for row in rows if row.id not in before]


@pytest.fixture
async def watch(database: Database, clock: SimulatedClock) -> Watch:
    return Watch(database, clock)


async def test_trouble_is_told_to_operators_once_and_so_is_its_end(watch: Watch) -> None:
    await watch.world.staff("Olle", role="operator", lang="sv")
    await watch.world.staff("Maria", role="lead")
    await watch.world.staff("Anna")
    await watch.trouble()
    ((who, text),) = await watch.round_after(0)
    assert who == "Olle"
    assert text.startswith("⚠️ shop_bot släpps inte in\nTelegram does not know this bot's token\n\nGör så här: Skapa en ny nyckel")
    await watch.trouble()
    assert await watch.round_after(30) == []
    await watch.over()
    assert await watch.round_after(1) == [], "it may come back at once"
    ((who, text),) = await watch.round_after(1)
    assert (who, text.splitlines()[0]) == ("Olle", "✅ Över: shop_bot släpps inte in")
    assert "30 minuter" in text
    assert await watch.round_after(60) == []


async def test_trouble_that_comes_and_goes_is_one_and_is_told_once(watch: Watch, database: Database) -> None:
    await watch.world.staff("Olle", role="operator")
    told = []
    for _ in range(5):
        await watch.trouble()
        told += await watch.round_after(0)
        await watch.over()
        told += await watch.round_after(1.5)
    assert len(told) == 1
    async with database.read() as conn:
        (incident,) = await conn.run_sync(lambda conn: incidents_since(conn, watch.world.clock.now() - timedelta(days=7), most=9))
    assert (incident.count, incident.cleared_at is None) == (5, False)


async def test_trouble_that_comes_back_later_is_another_one(watch: Watch, database: Database) -> None:
    await watch.world.staff("Olle", role="operator")
    await watch.trouble()
    await watch.round_after(0)
    await watch.over()
    assert len(await watch.round_after(5)) == 1
    await watch.trouble()
    assert len(await watch.round_after(0)) == 1
    async with database.read() as conn:
        found = await conn.run_sync(lambda conn: incidents_since(conn, watch.world.clock.now() - timedelta(days=7), most=9))
    assert [one.cleared_at is None for one in found] == [True, False], "what is open stands first"


async def test_without_an_operator_in_a_chat_leads_hear_of_it(watch: Watch) -> None:
    await watch.world.staff("Olle", role="operator", door=False)
    await watch.world.staff("Maria", role="lead")
    await watch.trouble()
    assert [who for who, _ in await watch.round_after(0)] == ["Maria"]


async def test_what_nobody_could_be_told_of_is_told_when_somebody_can(watch: Watch) -> None:
    await watch.trouble()
    assert await watch.round_after(0) == []
    await watch.world.staff("Olle", role="operator")
    assert [who for who, _ in await watch.round_after(1)] == ["Olle"]


async def test_what_happens_now_and_then_is_over_when_it_has_not_happened_for_an_hour(watch: Watch) -> None:
    await watch.world.staff("Olle", role="operator")
    await watch.trouble("rejected.shop_bot", "shop_bot does not take a message: too long")
    assert len(await watch.round_after(0)) == 1
    await watch.trouble("rejected.shop_bot", "shop_bot does not take a message: too long")
    assert await watch.round_after(59) == []
    assert await watch.round_after(2) == []
    assert [text.splitlines()[0] for _, text in await watch.round_after(3)] == ["✅ Over: shop_bot does not take a message"]


async def test_a_budget_is_told_at_each_of_its_limits_and_is_over_at_midnight(watch: Watch, database: Database) -> None:
    await watch.world.staff("Olle", role="operator")
    alerts = {80: "four fifths are spent", 100: "all is spent"}

    async def told_of(mills: int, after: float = 0) -> list[str]:
        if mills:
            await database.write(lambda conn: spend(conn, "shop_x", watch.world.clock.now(), mills, alerts))
        return [text.splitlines()[1] for _, text in await watch.round_after(after)]

    assert await told_of(79) == []
    assert await told_of(1) == ["four fifths are spent"]
    assert await told_of(10) == []
    assert await told_of(10) == ["all is spent"]
    assert await told_of(30) == []
    assert await told_of(0, 14 * 60 + 59) == [], "it is nine in the morning when the day begins here"
    assert await told_of(0, 2) == []
    (over,) = await told_of(0, 3)
    assert over.startswith("It lasted 15 hours")


async def test_of_trouble_that_has_no_name_here_the_words_of_who_met_it_are_told(watch: Watch) -> None:
    await watch.world.staff("Olle", role="operator")
    await watch.trouble("moon.shop_bot", "the moon is full")
    ((_, text),) = await watch.round_after(0)
    assert text.startswith("⚠️ Trouble with shop_bot\nthe moon is full\n")


@pytest.mark.parametrize("lang", ["sv", "lv", "fr"])
def test_every_sentence_about_trouble_is_there_with_the_same_facts(lang: str) -> None:
    english, theirs = HEALTH_WORDS.sections("en"), HEALTH_WORDS.sections(lang)
    assert {section: words.keys() for section, words in theirs.items()} == {section: words.keys() for section, words in english.items()}
    for section, words in english.items():
        for key, text in words.items():
            assert needed_names(theirs[section][key]) == needed_names(text), f"{section}.{key}"
    assert english["title"].keys() == english["remedy"].keys()
    assert not re.search(r"\b(the|and)\b", str(theirs))
