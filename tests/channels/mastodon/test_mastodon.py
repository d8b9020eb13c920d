"""The whole channel over the line, against a Mastodon server that others wrote.

Opt-in, with MAKEGOOD_LONG=1: it takes a minute and more, and Mastodon's client library leaves sockets for the garbage
collector to close, which then warns in the middle of some other test.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from channels.clock import Clock, SystemClock
from channels.contract import (
    Choice,
    Fetches,
    Heard,
    Link,
    Media,
    MediaKind,
    Rejected,
    Retry,
    Say,
    SendError,
    TooLarge,
    Unreachable,
    Upload,
)
from channels.customers.mastodon import MastodonChannel
from channels.customers.mastodon import channel as module
from channels.customers.mastodon.rendering import length, statuses_of
from tests.channels.conftest import Ears, HurriedClock, listening, until
from tests.channels.mastodon.server import SHOP_TOKEN, CutLine, Server, mastodon_server
from tests.patience import PATIENCE
from tests.pictures import photo

pytestmark = pytest.mark.skipif(
    os.environ.get("MAKEGOOD_LONG") != "1", reason="MAKEGOOD_LONG=1 runs it: over a minute, against mastodon-mock"
)

HELLO = Say("Hello")
QUESTION = Say(
    "How was it?",
    (*(Choice(f"q.1z.1.{n}", f"{n} – {['bad', 'good'][n > 2]}", number=n) for n in range(1, 6)), Choice("q.s", "Skip", aside=True)),
    lang="en",
)


@pytest.fixture
def mastodon() -> Iterator[Server]:
    with mastodon_server() as server:
        yield server


@asynccontextmanager
async def connected(server: Server, ears: Ears, clock: Clock | None = None, **more: Any) -> AsyncIterator[MastodonChannel]:
    """The shop's channel, listening and known to its server."""
    channel = server.channel(clock or SystemClock(), **more)
    async with listening(channel, ears):
        await until(lambda: channel.handle)
        yield channel
    await channel.close()


async def _error(channel: MastodonChannel, address: str, say: Say = HELLO) -> SendError:
    with pytest.raises(SendError) as raised:
        await channel.send(address, say, message_id=1)
    assert SHOP_TOKEN not in str(raised.value)
    return raised.value


def _words(heard: list[Heard]) -> list[str]:
    return [one.text or one.token or one.kind.value for one in heard]


@pytest.mark.proves("numbers in words", "mastodon", against="mastodon-mock, on demand")
@pytest.mark.proves("public complaint", "mastodon", against="mastodon-mock, on demand")
async def test_a_dialog_is_held_that_nobody_else_sees(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        public = await mastodon.direct(mastodon.anna, "@shop my chair came broken", visibility="public")
        heard = (await ears.wait_for(1))[0]
        assert (heard.kind, heard.text, heard.name, heard.address) == (
            "text",
            "my chair came broken",
            "Anna",
            mastodon.id_of(mastodon.anna),
        )

        asked = await channel.send(heard.address, QUESTION, message_id=1)
        told = mastodon.seen_by(mastodon.anna)
        assert [(one["visibility"], one["answers"], one["id"], one["mentions"]) for one in told] == [("direct", public, asked, ["anna"])]
        assert told[0]["words"] == (
            "<p>@anna How was it?</p><p>Write a number:<br />1 – bad<br />2 – bad<br />3 – good<br />4 – good<br />5 – good</p>"
            "<p>Or write: Skip</p>"
        )

        await mastodon.direct(mastodon.anna, "@shop 2", in_reply_to_id=asked)
        answer = (await ears.wait_for(2))[1]
        assert (answer.text, answer.message) == ("2", asked)
        await channel.send(heard.address, Say("Thank you!"), message_id=2)
        assert mastodon.seen_by(mastodon.anna)[1]["answers"] not in (None, asked), "it answers what was written last"
    assert mastodon.seen_by(mastodon.bert) == []


async def test_the_same_message_sent_twice_is_shown_once(mastodon: Server, ears: Ears) -> None:
    anna = mastodon.id_of(mastodon.anna)
    long = Say("wet box\n\n" * 100)
    async with connected(mastodon, ears) as channel:
        first = await channel.send(anna, long, message_id=7)
        shown = len(mastodon.seen_by(mastodon.anna))
        assert shown > 1
        assert await channel.send(anna, long, message_id=7) == first
    async with connected(mastodon, ears) as channel:
        assert await channel.send(anna, long, message_id=7) == first, "and after a restart"
    assert len(mastodon.seen_by(mastodon.anna)) == shown


@pytest.mark.proves("lengths", "mastodon", against="mastodon-mock, on demand")
async def test_a_long_text_goes_as_several_statuses_none_of_them_too_long(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        assert channel.capabilities.text_limit == 500
        say = Say("A sentence that is said. " * 40, QUESTION.choices, link=Link("Read", "https://x.example"), lang="en")
        await channel.send(mastodon.id_of(mastodon.anna), say, message_id=1)
    told = mastodon.seen_by(mastodon.anna)
    assert len(told) == 3 and [one["answers"] for one in told] == [None, told[0]["id"], told[1]["id"]]
    assert "".join(one["words"] for one in told).count("A sentence that is said.") == 40
    assert told[-1]["words"].endswith("<p>Or write: Skip</p>")


async def test_a_handle_in_our_words_shows_them_to_nobody_else(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        await channel.send(mastodon.id_of(mastodon.anna), Say("You said: @bert was rude. Write to us@shop.example"), message_id=1)
    assert mastodon.seen_by(mastodon.anna)[0]["mentions"] == ["anna"]
    assert mastodon.seen_by(mastodon.bert) == []
    assert statuses_of(Say("See https://x.example/@bert"), "anna", 500) == ["@anna See https://x.example/@bert"]


def test_a_short_link_counts_as_mastodon_counts_every_link() -> None:
    assert length("see https://a.example") == 4 + 23
    assert length("see https://a.example/" + "x" * 40) == 4 + 58, "and a long one as it is, for servers that count so"
    assert all(length(status) <= 100 for status in statuses_of(Say("https://a.example " * 30), "anna@far.example", 100))


@pytest.mark.proves("restart", "mastodon", against="mastodon-mock, on demand")
async def test_mentions_that_came_while_nobody_listened_are_heard_in_order(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears):
        await mastodon.direct(mastodon.anna, "@shop one")
        last = (await ears.wait_for(1))[0].update_id
    for number in range(50):  # more than a page
        await mastodon.direct((mastodon.anna, mastodon.bert)[number % 2], f"@shop {number}")
    async with connected(mastodon, ears, heard=last):
        heard = await ears.wait_for(51)
    assert _words(heard) == ["one", *map(str, range(50))]
    assert len({one.update_id for one in heard}) == 51


async def test_what_was_not_durable_when_the_process_died_is_heard_after_the_restart(mastodon: Server, ears: Ears) -> None:
    reached = asyncio.Event()

    async def dying(heard: Heard) -> None:
        reached.set()
        await asyncio.Event().wait()

    await mastodon.direct(mastodon.anna, "@shop one")
    first = asyncio.create_task(mastodon.channel(SystemClock()).run(dying))
    await asyncio.wait_for(reached.wait(), PATIENCE)
    first.cancel()
    async with connected(mastodon, ears):
        assert _words(await ears.wait_for(1)) == ["one"]


@pytest.mark.proves("restart", "mastodon", against="mastodon-mock, on demand")
async def test_a_mention_that_could_not_be_stored_is_heard_again_and_in_order(
    mastodon: Server, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    ears.trouble = [RuntimeError("INSERT … VALUES ('Anna')")]
    await mastodon.direct(mastodon.anna, "@shop one")
    await mastodon.direct(mastodon.anna, "@shop two")
    async with connected(mastodon, ears):
        assert _words(await ears.wait_for(2)) == ["one", "two"]
    troubles = [record for record in caplog.records if record.getMessage() == "mastodon_mentions_not_taken"]
    assert len(troubles) == 1 and vars(troubles[0])["why"] == "RuntimeError", "an error's words may quote a customer"


async def test_favourites_follows_and_our_own_words_are_not_heard(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        asked = await channel.send(mastodon.id_of(mastodon.anna), QUESTION, message_id=1)
        await asyncio.to_thread(mastodon.anna.status_favourite, asked)
        await asyncio.to_thread(mastodon.anna.account_follow, mastodon.id_of(mastodon.shop))
        await mastodon.direct(mastodon.anna, "@shop 4")
        assert _words(await ears.wait_for(1)) == ["4"]


@pytest.mark.proves("streaming", "mastodon", against="mastodon-mock, on demand")
@pytest.mark.proves("polling", "mastodon", against="mastodon-mock, on demand")
async def test_the_stream_brings_news_at_once_and_a_dead_one_is_opened_anew(
    mastodon: Server, ears: Ears, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN", timedelta(days=1))  # the look that needs no bell
    with mastodon.trouble("/api/v1/streaming/user/notification", "GET", status=503):
        async with connected(mastodon, ears):
            await mastodon.direct(mastodon.anna, "@shop one")
            assert _words(await ears.wait_for(1)) == ["one"]
            await mastodon.direct(mastodon.anna, "@shop two")
            assert _words(await ears.wait_for(2)) == ["one", "two"]
    assert [record.getMessage() for record in caplog.records if "stream" in record.getMessage()] == ["mastodon_stream_ended"]


@pytest.mark.proves("outage", "mastodon", against="mastodon-mock, on demand")
@pytest.mark.parametrize("path", ["/api/v1/notifications", "/api/v1/accounts/verify_credentials"])
@pytest.mark.parametrize("kind", ["status", "ratelimit", "malformed"])
async def test_trouble_with_the_server_is_waited_out(mastodon: Server, ears: Ears, hurried: HurriedClock, path: str, kind: str) -> None:
    with mastodon.trouble(path, "GET", kind=kind, count=2):
        await mastodon.direct(mastodon.anna, "@shop one")
        async with connected(mastodon, ears, hurried):
            assert _words(await ears.wait_for(1)) == ["one"]


async def test_strangers_are_let_in_where_the_server_would_keep_them_out(mastodon: Server, ears: Ears) -> None:
    await asyncio.to_thread(lambda: mastodon.shop.update_notifications_policy(for_private_mentions="filter", for_limited_accounts="filter"))
    async with connected(mastodon, ears):
        policy = await asyncio.to_thread(mastodon.shop.notifications_policy)
        assert (policy.for_private_mentions, policy.for_limited_accounts) == ("accept", "filter")


@pytest.mark.proves("opt-out", "mastodon", against="mastodon-mock, on demand")
async def test_a_customer_who_blocked_the_shop_is_unreachable(mastodon: Server, ears: Ears) -> None:
    anna, shop = mastodon.id_of(mastodon.anna), mastodon.id_of(mastodon.shop)
    async with connected(mastodon, ears) as channel:
        mastodon.anna.account_block(shop)
        assert isinstance(await _error(channel, anna), Unreachable)
        mastodon.anna.account_unblock(shop)
        assert await channel.send(anna, HELLO, message_id=1)


async def test_an_account_that_is_gone_is_unreachable(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        assert isinstance(await _error(channel, "999999"), Unreachable)


async def test_a_status_that_was_deleted_need_not_be_answered(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        await mastodon.direct(mastodon.anna, "@shop one")
        anna = (await ears.wait_for(1))[0].address
        with mastodon.trouble("/api/v1/statuses", status=404, body={"error": "The post you are trying to reply to does not exist"}):
            await channel.send(anna, HELLO, message_id=1)
    assert [one["answers"] for one in mastodon.seen_by(mastodon.anna)] == [None]


@pytest.mark.proves("429", "mastodon", against="mastodon-mock, on demand")
async def test_the_rate_limit_is_obeyed_until_its_reset(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        with mastodon.trouble("/api/v1/statuses", kind="ratelimit"):
            error = await _error(channel, mastodon.id_of(mastodon.anna))
        assert isinstance(error, Retry) and error.account_wide
        assert timedelta(seconds=270) < error.after <= timedelta(seconds=310)


@pytest.mark.proves("flood control", "mastodon", against="mastodon-mock, on demand")
async def test_the_servers_own_limit_is_met_with_waiting(ears: Ears) -> None:
    with mastodon_server(calls=30) as server:
        anna = server.id_of(server.anna)
        async with connected(server, ears) as channel:
            for number in range(30):
                try:
                    await channel.send(anna, HELLO, message_id=number)
                except Retry as retry:
                    assert retry.account_wide and timedelta(seconds=270) < retry.after <= timedelta(seconds=310)
                    break
            else:
                pytest.fail("the server never said that it was too much")


@pytest.mark.proves("dropped", "mastodon", against="mastodon-mock, on demand")
async def test_a_line_that_breaks_after_the_server_took_a_status_shows_it_once(mastodon: Server, ears: Ears) -> None:
    anna = mastodon.id_of(mastodon.anna)
    async with CutLine(mastodon.url) as line, connected(mastodon, ears, via=line.url) as channel:
        line.cuts = 1
        error = await _error(channel, anna)
        assert isinstance(error, Retry), "it may have arrived, and may be sent again"
        assert len(mastodon.seen_by(mastodon.anna)) == 1
        sent = await channel.send(anna, HELLO, message_id=1)
        assert [one["id"] for one in mastodon.seen_by(mastodon.anna)] == [sent]


@pytest.mark.proves("500", "mastodon", against="mastodon-mock, on demand")
@pytest.mark.parametrize("effect", [{"status": 500}, {"status": 503}, {"kind": "malformed"}])
async def test_a_server_in_trouble_is_tried_again(mastodon: Server, ears: Ears, effect: dict[str, Any]) -> None:
    anna = mastodon.id_of(mastodon.anna)
    async with connected(mastodon, ears) as channel:
        with mastodon.trouble("/api/v1/statuses", **effect):
            error = await _error(channel, anna)
        assert isinstance(error, Retry) and error.account_wide and error.after >= timedelta(seconds=1)
        assert await channel.send(anna, HELLO, message_id=1)
    assert len(mastodon.seen_by(mastodon.anna)) == 1


async def test_a_status_that_the_server_never_takes_is_rejected(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        with mastodon.trouble("/api/v1/statuses", status=422, body={"error": "Validation failed: Text is too long"}):
            error = await _error(channel, mastodon.id_of(mastodon.anna))
        assert isinstance(error, Rejected) and "too long" in error.why


async def test_nothing_is_sent_before_the_server_knows_us(mastodon: Server, ears: Ears, caplog: pytest.LogCaptureFixture) -> None:
    channel = mastodon.channel(SystemClock(), token="no-such-token")
    async with listening(channel, ears):
        await until(lambda: "mastodon_start_failed" in caplog.text)
        assert isinstance(await _error(channel, "42"), Retry)
    (failed, *_) = [record for record in caplog.records if record.getMessage() == "mastodon_start_failed"]
    assert "Preferences → Development" in vars(failed)["why"] and "no-such-token" not in caplog.text


async def test_a_server_that_cannot_be_reached_is_waited_for(mastodon: Server, ears: Ears, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(mastodon.channel(SystemClock(), via="http://127.0.0.1:9"), ears):
        await until(lambda: "mastodon_start_failed" in caplog.text)
    assert vars(caplog.records[-1])["why"] == "no line to the server"


@pytest.mark.proves("files in", "mastodon", against="mastodon-mock, on demand")
@pytest.mark.proves("files out", "mastodon", against="mastodon-mock, on demand")
async def test_a_photo_is_fetched_from_our_server_and_one_of_ours_is_attached(mastodon: Server, ears: Ears) -> None:
    sent = photo()
    attached = mastodon.anna.media_post(BytesIO(sent), mime_type="image/jpeg", file_name="box.jpg")
    async with connected(mastodon, ears) as channel:
        await mastodon.direct(mastodon.anna, "@shop look", media_ids=[attached])
        (heard,) = await ears.wait_for(1)
        assert heard.media and isinstance(channel, Fetches)
        assert await channel.fetch(heard.media, 10_000_000) == sent
        with pytest.raises(TooLarge):
            await channel.fetch(heard.media, 100)
        for wrong in ("", "http://169.254.169.254/latest", "file:///etc/passwd", f"{mastodon.url}/media/attachments/none.jpg"):
            with pytest.raises(Rejected):
                await channel.fetch(Media(MediaKind.PHOTO, wrong), 100)
        await channel.send(heard.address, Say("Is it this part?", upload=Upload(MediaKind.PHOTO, sent, "image/jpeg")), message_id=1)
        await channel.send(heard.address, Say("", upload=Upload(MediaKind.PHOTO, sent, "image/jpeg")), message_id=2)
    told = mastodon.anna.notifications(types=["mention"])
    assert [len(one.status.media_attachments) for one in told] == [1, 1]


async def test_words_go_without_a_file_that_the_server_does_not_take(mastodon: Server, ears: Ears) -> None:
    async with connected(mastodon, ears) as channel:
        file = Upload(MediaKind.PHOTO, photo(), "image/jpeg")
        with mastodon.trouble("/api/v2/media", status=422):
            await channel.send(mastodon.id_of(mastodon.anna), Say("Is it this part?", upload=file), message_id=1)
    assert ["Is it this part?" in one["words"] for one in mastodon.seen_by(mastodon.anna)] == [True]
