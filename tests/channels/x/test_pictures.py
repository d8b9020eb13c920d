"""Pictures that customers send on X: fetched from where X keeps them and from nowhere else, and seen by staff in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.app import App
from channels.clock import SimulatedClock
from channels.contract import Fetches, Media, MediaKind, Rejected, Retry, TooLarge, Vitals
from channels.customers.x import XChannel
from channels.customers.x.session import Session, X
from storage.files import KeptFile
from tests.channels.conftest import Ears, HurriedClock, until
from tests.channels.slack.shop import at_work
from tests.channels.x.account import account, counted, hearing, time_flies
from tests.channels.x.notebook import Notebook
from tests.channels.x.stage import Reader, desk_in_slack, opened, presses
from tests.pictures import noise, photo, size_of
from tests.serving import serving
from tests.simulators.slack import Person as Colleague
from tests.simulators.slack import SlackSimulator
from tests.simulators.x import KEYS, Person, XSimulator
from tests.simulators.x.media import Medium
from tests.simulators.x.pushing import message_event, post_event, push

FILM = bytes(4) + b"ftypmp42"
MOST = 10_000_000


def media(address: str) -> Media:
    return Media(MediaKind.PHOTO, address)


@pytest.fixture
async def channel(x: XSimulator, notebook: Notebook, clock: SimulatedClock) -> AsyncIterator[XChannel]:
    channel = account(x, notebook, HurriedClock(clock.now()))
    yield channel
    await channel.close()


@pytest.fixture
def anna(x: XSimulator) -> Person:
    return x.person("Anna", "anna_k")


@pytest.fixture
def private(x: XSimulator, anna: Person) -> Medium:
    """A picture in a direct message."""
    anna.message("look", media=(photo(),))
    return list(x.world.media.values())[-1]


async def test_where_a_picture_lies_comes_along_with_what_is_read_and_is_paid_for(
    x: XSimulator, anna: Person, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    sent = photo()
    anna.post("@shop look", media=(sent, noise(9, 9)))
    anna.message("and here", media=(sent,))
    anna.message("a film", media=(FILM,))
    async with hearing(x, notebook, ears, clock) as channel, time_flies(clock):
        heard = {one.text: one.media for one in await ears.wait_for(3)}
        assert isinstance(channel, Fetches)
        public, _, private, film = x.world.media.values()
        assert heard == {"look": media(public.address), "and here": media(private.address), "a film": Media(MediaKind.VIDEO, film.key)}
        assert [await channel.fetch(media(one.address), MOST) for one in (public, private)] == [sent, sent]
        await counted(x, notebook)
    assert x.world.bill["media read"] >= 4 and (x.world.calls["picture"], x.world.calls["private_picture"]) == (1, 1)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "3_77",
        "http://pbs.twimg.com/media/aB.jpg",
        "https://pbs.twimg.com.evil.example/media/aB.jpg",
        "https://evil.example/https://pbs.twimg.com/media/aB.jpg",
        "https://pbs.twimg.com@evil.example/media/aB.jpg",
        "https://pbs.twimg.com:8443/media/aB.jpg",
        "https://pbs.twimg.com/media/aB.jpg\n",
        "https://pbs-twimg.com/media/aB.jpg",
        "https://ton.twitter.com/1.1/account/settings.json",
        "https://ton.twitter.com/1.1/ton/data/dm/1/2/../../../../account/settings.json",
        "https://ton.twitter.com/1.1/ton/data/dm/1/2/%2e%2e",
        "https://ton.twitter.com/1.1/ton/data/dm/1/2/..",
        "https://api.twitter.com/2/users/me",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ],
)
async def test_nothing_is_fetched_or_signed_for_but_where_x_keeps_pictures(
    channel: XChannel, x: XSimulator, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Rejected):
        await channel.fetch(media(address), MOST)
    assert not x.world.calls
    (told,) = [record for record in caplog.records if record.getMessage() == "x_picture_elsewhere"]
    assert "/" not in vars(told)["host"], "whoever has the rest may see what was sent"


async def test_no_answer_leads_to_another_address(channel: XChannel, x: XSimulator, private: Medium) -> None:
    x.misbehave("302", "private_picture")
    with pytest.raises(Retry):
        await channel.fetch(media(private.address), MOST)
    assert not x.world.calls["me"]


async def test_a_picture_is_read_no_further_than_it_may_be_large(channel: XChannel, private: Medium) -> None:
    assert len(await channel.fetch(media(private.address), len(private.content))) == len(private.content)
    with pytest.raises(TooLarge):
        await channel.fetch(media(private.address), len(private.content) - 1)


async def test_a_picture_that_is_gone_is_not_asked_for_again(channel: XChannel, x: XSimulator, private: Medium) -> None:
    x.misbehave("410", "private_picture")
    private.gone = True
    for _ in ("410", "404"):
        with pytest.raises(Rejected):
            await channel.fetch(media(private.address), MOST)


@pytest.mark.parametrize("how", ["401", "403", "500", "503", "html502", "drop_before", "timeout"])
async def test_trouble_of_xs_is_no_reason_to_give_a_picture_up(channel: XChannel, x: XSimulator, private: Medium, how: str) -> None:
    x.misbehave(how, "private_picture", times=2)  # a line that breaks once is repeated by the HTTP library
    with pytest.raises(Retry) as trouble:
        await channel.fetch(media(private.address), MOST)
    assert timedelta(seconds=1) <= trouble.value.after < timedelta(minutes=1)


async def test_too_many_at_once_wait_for_the_end_of_the_limit(channel: XChannel, x: XSimulator, private: Medium) -> None:
    x.misbehave("429", "private_picture")
    with pytest.raises(Retry) as trouble:
        await channel.fetch(media(private.address), MOST)
    assert trouble.value.after == timedelta(minutes=15), "X named no end"


@pytest.mark.parametrize("key", KEYS)
async def test_what_was_sent_in_private_is_given_to_nobody_else(
    x: XSimulator, private: Medium, notebook: Notebook, clock: SimulatedClock, key: str
) -> None:
    stranger = account(x, notebook, HurriedClock(clock.now()), keys=KEYS | {key: "wrong0123456789abc"})
    with pytest.raises(Retry):
        await stranger.fetch(media(private.address), MOST)
    await stranger.close()
    async with aiohttp.ClientSession() as session, session.get(f"{x.url}{private.path}") as unsigned:
        assert unsigned.status == 401
    assert x.world.answers == {401: 2}


async def test_with_x_itself_each_call_goes_to_the_host_that_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(aiohttp.ClientSession, "request", lambda _, method, url, **more: asked.append(str(url)))
    session = Session(X, Vitals("shop"))
    for address in ("https://pbs.twimg.com/media/aB.jpg", "https://api.twitter.com/2/users/me"):
        session.request("GET", address)
    await session.close()
    assert asked == ["https://pbs.twimg.com/media/aB.jpg", "https://api.twitter.com/2/users/me"]


@pytest.fixture
async def desk(clock: SimulatedClock) -> AsyncIterator[SlackSimulator]:
    async with desk_in_slack(clock) as slack:
        yield slack


async def shown(maja: Colleague, number: int = 1) -> list[bytes]:
    """The pictures that she sees, once there are so many."""

    def files() -> list[str]:
        return [str(line["ts"]) for line in maja.transcript() if line["files"]]

    await until(lambda: len(files()) >= number)
    return [maja.sees(ts) for ts in files()]


async def kept(app: App) -> list[Any]:
    async with app.database.read() as conn:
        return list((await conn.execute(select(KeptFile.__table__).order_by(KeptFile.__table__.c.id))).all())  # type: ignore[attr-defined]


@pytest.mark.proves("files in", "x")
async def test_a_picture_in_a_public_complaint_is_seen_by_staff_without_its_place(
    x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path
) -> None:
    anna = x.person("Anna", "anna_k", lang="sv", takes_messages=False)
    async with opened(x, desk, tmp_path, clock) as app:
        maja = await at_work(desk, app)
        anna.post("@shop stolen kom trasig, jag vill ha pengarna tillbaka!", media=(photo(),))
        assert "pengarna tillbaka" in (await maja.hears())["text"]
        (seen,) = await shown(maja)
        assert size_of(seen) == (64, 48) and b"Secret Camera" not in seen
        (file,) = await kept(app)
        assert (file.state, file.account, file.address, file.case_id is None) == ("kept", "shop_x", anna.id, False)


@pytest.mark.proves("files in", "x")
async def test_a_picture_in_a_message_reaches_whoever_has_the_case_and_one_that_x_does_not_give_is_noted(
    x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path
) -> None:
    anna = Reader(x.person("Anna", "anna_k", lang="sv"))
    async with opened(x, desk, tmp_path, clock) as app:
        maja = await at_work(desk, app)
        anna.person.message("Stolen kom trasig, jag vill prata med en människa")
        await maja.hears()
        await presses(maja, "I take it")
        x.misbehave("500", "private_picture")
        anna.person.message("Se själv", media=(photo(),))
        assert size_of((await shown(maja))[0]) == (64, 48)
        assert any("Se själv" in line["text"] for line in maja.transcript())
        anna.person.message("En till", media=(photo(),))
        list(x.world.media.values())[-1].gone = True
        await until(lambda: any("is not there any more" in line["text"] for line in maja.transcript()))
        assert [(one.state, one.reason) for one in await kept(app)] == [("kept", ""), ("failed", "gone")]


@pytest.mark.proves("files in", "x")
async def test_pictures_that_x_pushes_are_seen_as_well(x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path) -> None:
    anna = x.person("Anna", "anna_k", lang="sv")
    async with opened(x, desk, tmp_path, clock, mode="webhook") as app:
        routes = [route for channel in app.channels for route in channel.routes(app.receiver.hear)]
        maja = await at_work(desk, app)
        async with serving(Starlette(routes=routes)) as address:
            door = f"{address}/hooks/x/shop_x"
            post = anna.post("@shop stolen kom trasig, jag vill ha pengarna tillbaka!", media=(photo(),))
            assert await push(door, post_event(anna, post)) == 200
            assert [size_of(one) for one in await shown(maja)] == [(64, 48)]
            assert await push(door, message_event(anna, anna.message("Så här", media=(photo(48, 64),)))) == 200
            assert [size_of(one) for one in await shown(maja, 2)] == [(64, 48), (48, 64)]
    assert (x.world.calls["picture"], x.world.calls["private_picture"]) == (1, 1)
