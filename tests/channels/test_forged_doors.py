"""At every door: what is forged, old or replayed is refused with 401, counted, told without its words, and leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.app import App, open_app
from bot.config import Config
from bot.health.overview import overview_of
from bot.touchpoints.hook import touchpoint_routes
from channels.clock import SimulatedClock
from storage.dialogs import SeenUpdate, Utterance
from storage.outbox import Message
from storage.platforms import Spending
from storage.touchpoints import Touchpoint
from tests.channels.pushed import CHANNELS, DOORS, SECRETS, STAFF, WORDS, Push
from tests.patience import caller
from tests.serving import serving

ACCOUNTS = {
    "telegram": "shop_bot",
    "slack": "team_slack",
    "staff_slack": "desk_slack",
    "x": "shop_x",
    "webchat": "chat",
    "touchpoints": "touchpoints",
}
LEFT_BEHIND = SeenUpdate, Utterance, Message, Touchpoint
OLD = {
    "telegram": (timedelta(hours=26), timedelta()),
    "x": (timedelta(hours=26), timedelta()),
    "slack": (timedelta(minutes=6), timedelta(minutes=6)),
    "staff_slack": (timedelta(minutes=6), timedelta(minutes=6)),
    "touchpoints": (timedelta(minutes=6), timedelta(minutes=6)),
}
"""How long ago something was said and signed that nobody would send any more. A form of the web chat bears no time: its cookie is
good for a year."""
SIGNED_ANEW = {"slack", "staff_slack", "touchpoints"}
"""Where the sender signs the time: what comes again under the same signature was recorded by somebody."""


@dataclass(frozen=True, slots=True)
class House:
    """All doors of a shop, and what came in by them."""

    app: App
    client: httpx.AsyncClient

    async def refused(self) -> dict[str, int]:
        """By account how many were refused, as the page of the accounts' health shows it."""
        await self.app.health.look()
        async with self.app.database.read() as conn:
            found = await conn.run_sync(overview_of, self.app.accounts, self.app.clock.now())
        return {one.account.name: one.refused for one in found.standings if one.refused}

    async def left_behind(self) -> list[int]:
        """How many rows each table has, and what was spent."""
        counts = [select(func.count()).select_from(table.__table__) for table in LEFT_BEHIND]  # type: ignore[attr-defined]
        spent = select(func.coalesce(func.sum(Spending.__table__.c.mills), 0))  # type: ignore[attr-defined]
        async with self.app.database.read() as conn:
            return [int((await conn.execute(one)).scalar_one()) for one in (*counts, spent)]

    async def push(self, door: str, *, said: timedelta = timedelta(), signed: timedelta = timedelta(), genuine: bool = True) -> Push:
        now = self.app.clock.now()
        return await DOORS[door](self.client, now - said, now - signed, genuine)


@pytest.fixture
async def house(tmp_path: Path, sqlite_template: Path, clock: SimulatedClock) -> AsyncIterator[House]:
    file = tmp_path / "shop.db"
    shutil.copyfile(sqlite_template, file)
    config = Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{file}"},
            "server": {"public_url": "https://feedback.shop.example"},
            "channels": CHANNELS,
            "staff": {"channels": STAFF},
            "touchpoints": {"secrets": {"webshop": SECRETS["shop"]}},
        }
    )
    async with open_app(config, clock) as app:
        doors = [(channel, app.receiver.hear) for channel in app.channels]
        doors += [(channel, app.staff_receiver.hear) for channel in app.staff_channels]
        routes = [route for channel, hear in doors for route in channel.routes(hear)]
        async with (
            serving(Starlette(routes=[*routes, *touchpoint_routes(app.hook)])) as address,
            caller(address) as client,
        ):
            yield House(app, client)


def forgeries(right: Push, wrong: Push) -> list[Push]:
    """What somebody might try who has seen a genuine push, or knows of the door only."""
    *stamps, name = right.proof  # the signature comes last
    begin, mark, rest = right.proof[name].partition("=")
    begin, signature = (begin + mark, rest) if mark else ("", begin)
    proofs = ["é" * len(signature), signature[:-1], f"{signature}0", signature.swapcase(), signature[::-1], "0" * 5000]
    tries = [wrong, *(right.proven_by(**{name: begin + proof}) for proof in proofs)]
    for stamp in stamps:
        times = ("", "soon", "-1", "é", "9" * 5000, str(int(right.proof[stamp]) + 1))
        tries += [right.proven_by(**{stamp: time}) for time in times]
    if name == "Cookie":  # a browser without a cookie forges nothing; what another site's page sends does
        return [*tries, replace(right, headers={"Origin": "https://elsewhere.example"})]
    body = replace(right, body=right.body.replace(b"broken", b"cheap!"))
    return [*tries, right.proven_by(**{name: ""}), replace(right, proof={}), *([body] if "Secret" not in name else [])]


@pytest.mark.proves("forged webhook", "telegram", "slack", "x", "webchat")
@pytest.mark.parametrize("door", DOORS)
async def test_what_is_forged_is_refused_counted_and_leaves_nothing(house: House, caplog: pytest.LogCaptureFixture, door: str) -> None:
    right, wrong = await house.push(door), await house.push(door, genuine=False)
    before = await house.left_behind()
    tries = forgeries(right, wrong)
    for push in tries:
        assert await push.to(house.client) == 401, push
    assert await house.refused() == {ACCOUNTS[door]: len(tries)}
    assert await house.left_behind() == before
    said = " ".join(str(record.__dict__) for record in caplog.records)
    assert said.count("_refused") >= len(tries)
    assert not any(secret in said for secret in (WORDS, "Anna", *right.proof.values(), *wrong.proof.values()))
    assert await right.to(house.client) in (200, 204) and await house.left_behind() != before, "and what is genuine is taken"
    assert await house.refused() == {ACCOUNTS[door]: len(tries)}


@pytest.mark.proves("old webhook", "telegram", "slack", "x")
@pytest.mark.parametrize("door", OLD)
async def test_what_nobody_would_send_any_more_is_refused_and_counted(house: House, door: str) -> None:
    said, signed = OLD[door]
    before = await house.left_behind()
    old = await house.push(door, said=said, signed=signed)
    assert (await old.to(house.client), await house.refused()) == (401, {ACCOUNTS[door]: 1})
    assert await house.left_behind() == before
    late = await house.push(door, said=said * 0.8, signed=signed * 0.8)
    assert (await late.to(house.client), await house.refused()) == (200, {ACCOUNTS[door]: 1}), "what comes late is heard"
    assert await house.left_behind() != before


@pytest.mark.proves("replayed webhook", "telegram", "slack", "x", "webchat")
@pytest.mark.proves("duplicated", "x")
@pytest.mark.parametrize("door", DOORS)
async def test_what_comes_again_is_never_taken_twice(house: House, door: str) -> None:
    push = await house.push(door)
    assert await push.to(house.client) in (200, 204)
    taken = await house.left_behind()
    again = [await push.to(house.client) for _ in range(2)]
    replays = door in SIGNED_ANEW
    assert set(again) <= ({401} if replays else {200, 204})
    assert await house.refused() == ({ACCOUNTS[door]: 2} if replays else {})
    assert await house.left_behind() == taken
    if replays:  # the platform itself, which did not hear our answer
        retry = await house.push(door, signed=timedelta(seconds=-30))
        assert await retry.to(house.client) == 200
        assert (await house.left_behind())[1:] == taken[1:]
