"""Every call to X through Prism, by others, which checks calls and answers against X's own description. docs/x.md says how to run it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from channels.clock import SimulatedClock
from channels.contract import Poll, Say
from channels.customers.x import XChannel
from channels.customers.x.credentials import Credentials
from channels.customers.x.examining import XExamination
from tests.channels.conftest import Ears, HurriedClock, until
from tests.channels.x.account import account, hearing, time_flies
from tests.channels.x.notebook import Notebook
from tests.foreign_servers import running
from tests.pictures import photo
from tests.ports import free_port
from tests.simulators.x import KEYS, SHOP, XSimulator
from tests.simulators.x.interface import DESCRIPTION, OLDER_NAMES, is_described

FOLDER = os.environ.get("PRISM_JS", "")
"""A folder in which `npm install @stoplight/prism-cli` was run."""
pytestmark = [
    pytest.mark.skipif(not (FOLDER and shutil.which("node")), reason="PRISM_JS names no folder where npm has installed Prism"),
    pytest.mark.skipif(not is_described(), reason="the folder with X's interface description is not there"),
]
OAUTH = {
    "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"required": ["grant_type"]}}}},
    "responses": {"200": {"description": "A token"}},
}
"""The one call that is not described by X, for it is OAuth 2's own."""


@dataclass(frozen=True, slots=True)
class Prism:
    url: str
    says: Path

    def complaints(self) -> list[str]:
        return [line.split("Violation: ")[1] for line in self.says.read_text(encoding="utf-8").splitlines() if "Violation: " in line]

    async def has_complained_of_nothing(self) -> None:
        """It complains of a call that is wrong, made here, and had complained of none before."""
        wrong = f"{self.url}/2/users/{SHOP}/mentions?max_results=4"
        async with aiohttp.ClientSession() as session, session.get(wrong) as answer:
            assert "max_results" in answer.headers["sl-violations"]
        await until(self.complaints)
        assert self.complaints() == ["request.query.max_results Request query parameter max_results must be >= 5"]


def description() -> str:
    """X's own, as far as X keeps to it."""
    text = DESCRIPTION.read_text(encoding="utf-8")
    for older, name in OLDER_NAMES.items():
        # Prism takes no notice of parameters that it does not know; by the name that is sent, their values are checked.
        text = text.replace(f'"{name}"', f'"{older}"')
    described = json.loads(text)
    for calls in described["paths"].values():
        for call in calls.values():
            call.pop("security", None)  # the played X checks signatures; Prism knows none of OAuth 1's
            call["responses"]["default"] = {"description": "A refusal, most of which X words otherwise than it says here"}
    described["paths"]["/oauth2/token"] = {"post": OAUTH}
    return json.dumps(described)


@pytest.fixture
async def prism(x: XSimulator, tmp_path: Path) -> AsyncIterator[Prism]:
    described, says, port = tmp_path / "x.json", tmp_path / "prism.txt", free_port()
    described.write_text(description(), encoding="utf-8")
    program = f"{FOLDER}/node_modules/.bin/prism"
    with says.open("wb") as out:
        async with running(port, "node", program, "proxy", str(described), x.url, "-p", str(port), "-v", "warn", says=out):
            yield Prism(f"http://127.0.0.1:{port}", says)


@pytest.mark.proves("polling", "x", against="our simulator behind Prism, on demand")
async def test_what_is_read_and_said_is_as_x_describes_it(
    x: XSimulator, prism: Prism, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    for number in range(7):  # more than a page of either
        anna.post(f"@shop mention {number}", media=(photo(),) * (number % 3))
        anna.message(f"message {number}", media=(photo(),) * (number % 2))
    x.page = 5
    async with hearing(x, notebook, ears, clock, api_base=prism.url) as channel, time_flies(clock, timedelta(seconds=5)):
        await ears.wait_for(14)
        await until(anna.answered)
        await channel.send(anna.id, Say("Tack & hej!"), message_id=1)
        x.misbehave("done500", "message")
        await channel.send(anna.id, Say("Was it there?"), message_id=2)
        anna.message("yes")
        await ears.wait_for(15)
    async with hearing(x, notebook, ears, clock, api_base=prism.url), time_flies(clock, timedelta(seconds=5)):
        anna.post("@shop behind what was heard")
        await ears.wait_for(16)
    assert anna.inbox() == ["Tack & hej!", "Was it there?"]
    assert x.world.calls.keys() == {"mentions", "messages", "conversation", "message", "post"} and x.world.bill["media read"]
    await prism.has_complained_of_nothing()


@pytest.fixture
async def shop(x: XSimulator, prism: Prism, notebook: Notebook, clock: SimulatedClock) -> AsyncIterator[XChannel]:
    channel = account(x, notebook, HurriedClock(clock.now()), api_base=prism.url)
    yield channel
    await channel.close()


@pytest.mark.proves("polls", "x", against="our simulator behind Prism, on demand")
async def test_polls_are_as_x_describes_them(x: XSimulator, prism: Prism, shop: XChannel, clock: SimulatedClock) -> None:
    ends = clock.now() + timedelta(days=1)
    poll = Poll("colour", "Which colour?", ("Blue", "Red"), multiple=False, anonymous=True, closes_at=ends, drawn="")
    x.misbehave("done500", "post")
    posted = await shop.post_poll("public", poll, message_id=1)
    x.person("Anna", "anna_k").vote(x.world.posts[0], "Red")
    counted = await shop.read_poll(posted)
    assert counted is not None and counted.counts == (0, 1)
    assert x.world.calls.keys() == {"post", "own_posts", "one_post"}
    await prism.has_complained_of_nothing()


@pytest.mark.proves("doctor", "x", against="our simulator behind Prism, on demand")
async def test_what_the_doctor_asks_is_as_x_describes_it(x: XSimulator, prism: Prism, clock: SimulatedClock) -> None:
    async def spent() -> int:
        return 0

    shop = "https://feedback.shop.example"
    x.world.webhooks = [{"id": "77", "url": f"{shop}/hooks/x/shop", "valid": True, "subscribed": False}]
    examination = XExamination(
        "shop", Credentials(**KEYS), budget=5.0, spent=spent, pushed=True, address=shop, clock=clock, api_base=prism.url
    )
    found = {finding.about: finding.found async for finding in examination.examine()}
    assert found["keys"] == "X knows them as @shop" and "not subscribed" in found["webhook"]
    assert x.world.calls.keys() == {"me", "/oauth2/token", "/2/webhooks", "subscription"}
    await prism.has_complained_of_nothing()
