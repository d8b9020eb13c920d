"""The whole channel over the line, against the simulator: what is heard, the one thing said, and every kind of trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from channels.clock import SimulatedClock
from channels.contract import HeardKind, MediaKind, Rejected, Retry, Say, SendError, Unreachable
from channels.customers.bluesky import BlueskyChannel
from channels.customers.bluesky import channel as module
from channels.customers.bluesky.rendering import graphemes, invitation, record_key
from tests.channels.bluesky.memory import WAY_OVER
from tests.channels.bluesky.stage import BlueskyStage
from tests.channels.conftest import listening, until
from tests.simulators.bluesky import Account, BlueskySimulator, Post
from tests.simulators.bluesky.world import Notification

PASSWORD = "abcd-efgh-ijkl-mnop"


class Stage(BlueskyStage):
    """The simulator with the shop and two customers, and the shop's channel."""

    def __init__(self, bluesky: BlueskySimulator, clock: SimulatedClock) -> None:
        self.bluesky, self.world, self.clock = bluesky, bluesky.world, clock
        self.world.session_lasts = timedelta(days=60)
        super().__init__()
        self.shop = self.world.account("northlight.test", name="Northlight", password=PASSWORD)
        self.anna = self.world.account("anna.test", name="Anna")
        self.bert = self.world.account("bert.test")

    def channel(self, password: str = PASSWORD) -> BlueskyChannel:
        return BlueskyChannel("shop", self.shop.handle, password, self.bluesky.url, memory=self.memory, clock=self.clock, rng=Random(7))

    async def fails(self, channel: BlueskyChannel, person: Account) -> SendError:
        with pytest.raises(SendError) as raised:
            await self.says(channel, person, message_id=1 << 62)
        assert PASSWORD not in str(raised.value)
        return raised.value

    def replies(self) -> list[Post]:
        return [post for post in self.world.posts.values() if post.author is self.shop]


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(module, "LOOK_EVERY", timedelta(seconds=0.02))
    clock = SimulatedClock(datetime.now(UTC))
    async with BlueskySimulator(now=clock.now) as bluesky:
        made = Stage(bluesky, clock)
        yield made
        assert bluesky.world.faults == []
        assert sum(bluesky.world.limits.met.values()) == sum(count for (_, status), count in bluesky.calls.items() if status == 429)


@pytest.mark.proves("public complaint", "bluesky")
async def test_a_complaint_in_public_is_heard_and_answered_with_the_way_to_a_private_place(stage: Stage) -> None:
    async with stage.connected() as channel:
        post = stage.world.say(stage.anna, "@northlight.test my lamp came broken 😡", langs=("sv-SE",))
        (heard,) = await stage.hears(1)
        assert (heard.kind, heard.text, heard.name, heard.address, heard.lang) == (
            HeardKind.TEXT,
            "my lamp came broken 😡",
            "Anna",
            stage.anna.did,
            "sv-SE",
        )
        shown = await stage.says(channel, stage.anna)
    (reply,) = stage.world.replies_to(post)
    text, (facet,) = reply.record["text"], reply.record["facets"]
    assert reply.uri == shown and reply.record["langs"] == ["sv"]
    assert text.startswith("Tack för att du skriver till oss.") and text.endswith(": feedback.shop.example/chat")
    place = facet["index"]
    assert text.encode()[place["byteStart"] : place["byteEnd"]].decode() == "feedback.shop.example/chat"
    assert [feature["uri"] for feature in facet["features"]] == [WAY_OVER]


async def test_nothing_of_a_dialog_is_ever_said_in_public(stage: Stage) -> None:
    async with stage.connected() as channel:
        stage.world.say(stage.anna, "@northlight.test my lamp came broken")
        await stage.hears(1)
        shown = [await stage.says(channel, stage.anna, Say(f"Anna, order 471{number}?")) for number in range(5)]
    assert shown[0] and shown[1:] == ["", "", "", ""]
    (reply,) = stage.replies()
    assert "Anna" not in str(reply.record) and "471" not in str(reply.record)


async def test_one_reply_holds_for_a_day_whatever_is_said_in_it(stage: Stage) -> None:
    async with stage.connected() as channel:
        for number in range(3):
            stage.world.say(stage.anna, f"@northlight.test and {number}")
            await stage.hears(number + 1)
            await stage.says(channel, stage.anna)
            stage.clock.move_to(stage.clock.now() + timedelta(hours=1))
        assert len(stage.replies()) == 1
        stage.clock.move_to(stage.clock.now() + timedelta(days=1))
        await stage.says(channel, stage.anna)
        assert len(stage.replies()) == 1, "nobody is written to who has said nothing since"
        stage.world.say(stage.anna, "@northlight.test hello?")
        await stage.hears(4)
        await stage.says(channel, stage.anna)
        assert len(stage.replies()) == 2


async def test_whoever_never_spoke_to_us_is_told_nothing(stage: Stage) -> None:
    async with stage.connected() as channel:
        assert await stage.says(channel, stage.bert) == ""
    assert stage.replies() == []


@pytest.mark.proves("dropped", "bluesky")
async def test_the_same_message_sent_twice_is_one_reply_also_after_a_restart(stage: Stage) -> None:
    stage.world.say(stage.anna, "@northlight.test hello", langs=("fr",))
    async with stage.connected() as channel:
        await stage.hears(1)
        stage.bluesky.misbehave("lost", "com.atproto.repo.putRecord")
        assert isinstance(await stage.fails(channel, stage.anna), Retry)
        assert len(stage.replies()) == 1, "it had arrived"
    async with stage.connected() as channel:
        shown = await stage.says(channel, stage.anna, message_id=1 << 62)
    assert [reply.uri for reply in stage.replies()] == [shown]
    assert stage.world.writes["changed"] == 1


async def test_a_reply_that_a_restart_came_before_is_still_given_once(stage: Stage) -> None:
    post = stage.world.say(stage.anna, "@northlight.test hello")
    async with stage.connected():
        await stage.hears(1)
    stage.clock.move_to(stage.clock.now() + timedelta(minutes=10))
    async with stage.connected() as channel:
        await stage.says(channel, stage.anna)
        stage.memory.replied[stage.anna.did] = stage.clock.now()
    async with stage.connected() as channel:
        assert await stage.says(channel, stage.anna) == ""
    assert len(stage.world.replies_to(post)) == 1


async def test_a_reply_in_a_thread_names_its_beginning(stage: Stage) -> None:
    ours = stage.world.say(stage.shop, "New lamps are in!")
    deep = stage.world.say(stage.anna, "The last one came broken", answers=ours)
    async with stage.connected() as channel:
        (heard,) = await stage.hears(1)
        assert heard.message == ours.uri
        await stage.says(channel, stage.anna)
    (reply,) = stage.world.replies_to(deep)
    assert reply.record["reply"]["root"]["uri"] == ours.uri


async def test_what_others_say_to_each_other_in_our_thread_is_not_heard(stage: Stage) -> None:
    ours = stage.world.say(stage.shop, "New lamps are in!")
    first = stage.world.say(stage.anna, "Nice", answers=ours)
    stage.world.say(stage.bert, "I hate them", answers=first)
    stage.world.say(stage.bert, "Still, @northlight.test", answers=first)
    async with stage.connected():
        heard = await stage.hears(2)
    assert [one.text for one in heard] == ["Nice", "Still"]


@pytest.mark.proves("polling", "bluesky")
@pytest.mark.proves("restart", "bluesky")
async def test_what_came_while_nobody_listened_is_heard_in_order_and_once(stage: Stage) -> None:
    async with stage.connected():
        stage.world.say(stage.anna, "@northlight.test one")
        await stage.hears(1)
    for number in range(150):  # more than a page
        stage.world.say((stage.anna, stage.bert)[number % 2], f"@northlight.test {number}")
        stage.clock.move_to(stage.clock.now() + timedelta(seconds=3))
    async with stage.connected():
        await until(lambda: len({one.update_id for one in stage.ears.all}) == 151)
        await until(lambda: stage.shop.did in stage.world.seen)
    fresh = [one.text for one in stage.ears.all if one.text != "one"]
    assert fresh == [str(number) for number in range(150)]


@pytest.mark.proves("duplicated", "bluesky")
@pytest.mark.proves("late", "bluesky")
@pytest.mark.proves("reordered", "bluesky")
async def test_a_mention_that_is_shown_late_is_heard_behind_what_followed_it_and_however_often_shown_once(stage: Stage) -> None:
    stage.world.say(stage.anna, "@northlight.test one")
    late = stage.world.notifications.pop()
    stage.clock.move_to(stage.clock.now() + timedelta(minutes=50))
    stage.world.say(stage.bert, "@northlight.test two")
    async with stage.connected():
        await stage.hears(1)
        stage.world.notifications.append(late)
        await stage.hears(2)
        shown = stage.bluesky.calls["app.bsky.notification.listNotifications", 200]
        await until(lambda: stage.bluesky.calls["app.bsky.notification.listNotifications", 200] > shown + 2)
    assert [one.text for one in stage.ears.all] == ["two", "one"]


async def test_a_new_account_begins_with_the_mentions_of_the_last_day(stage: Stage) -> None:
    stage.world.say(stage.anna, "@northlight.test long ago")
    stage.clock.move_to(stage.clock.now() + timedelta(days=1, minutes=1))
    stage.world.say(stage.anna, "@northlight.test just now")
    async with stage.connected():
        assert [one.text for one in await stage.hears(1)] == ["just now"]


@pytest.mark.proves("restart", "bluesky")
async def test_a_mention_that_could_not_be_stored_is_heard_again_and_in_order(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.ears.trouble = [RuntimeError("INSERT … VALUES ('Anna')")]
    stage.world.say(stage.anna, "@northlight.test one")
    stage.clock.move_to(stage.clock.now() + timedelta(seconds=1))
    stage.world.say(stage.anna, "@northlight.test two")
    async with stage.connected():
        await until(lambda: not stage.ears.trouble)
        stage.clock.move_to(stage.clock.now() + timedelta(seconds=2))
        assert [one.text for one in await stage.hears(2)] == ["one", "two"]
    (record,) = [record for record in caplog.records if record.getMessage() == "bluesky_mentions_not_taken"]
    assert vars(record)["why"] == "RuntimeError", "an error's words may quote a customer"


async def test_a_mention_behind_more_than_a_thousand_likes_is_heard(stage: Stage) -> None:
    post = stage.world.say(stage.anna, "@northlight.test one")
    start = stage.clock.now() + timedelta(seconds=1)
    likes = (Notification(stage.shop.did, "like", post, start + timedelta(seconds=number)) for number in range(1500))
    stage.world.notifications.extend(likes)
    stage.clock.move_to(start + timedelta(hours=1))
    async with stage.connected():
        assert [one.text for one in await stage.hears(1)] == ["one"]


async def test_strangers_are_heard_whatever_the_account_set_for_its_own_bell(stage: Stage) -> None:
    stage.shop.hears_followed_only = True
    stage.world.say(stage.anna, "@northlight.test one")
    async with stage.connected():
        await stage.hears(1)


@pytest.mark.parametrize(
    ("words", "more", "kind", "text"),
    [
        ("@northlight.test", {}, HeardKind.START, ""),
        ("hello @northlight.test", {}, HeardKind.TEXT, "hello"),
        ("@northlight.test, hello", {}, HeardKind.TEXT, "hello"),
        ("I asked @northlight.test twice", {}, HeardKind.TEXT, "I asked @northlight.test twice"),
        ("@bert.test @northlight.test look", {}, HeardKind.TEXT, "@bert.test @northlight.test look"),
    ],
)
async def test_our_handle_is_left_out_where_it_only_addresses_us(
    stage: Stage, words: str, more: dict[str, Any], kind: HeardKind, text: str
) -> None:
    stage.world.say(stage.anna, words, **more)
    async with stage.connected():
        (heard,) = await stage.hears(1)
    assert (heard.kind, heard.text, heard.token) == (kind, text, "")


async def test_a_picture_is_heard_with_its_words(stage: Stage) -> None:
    cid = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"
    blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": "image/jpeg", "size": 4711}
    embed = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}
    stage.world.say(stage.anna, "@northlight.test see", embed=embed)
    async with stage.connected():
        (heard,) = await stage.hears(1)
    assert heard.media is not None
    assert (heard.kind, heard.text, heard.media.kind, heard.media.size) == (HeardKind.MEDIA, "see", MediaKind.PHOTO, 4711)
    assert heard.media.ref.startswith(stage.anna.did)


@pytest.mark.proves("opt-out", "bluesky")
@pytest.mark.parametrize("why", ["deleted", "blocked", "gone", "no replies"])
async def test_somebody_whom_no_reply_can_reach_is_unreachable(stage: Stage, why: str) -> None:
    post = stage.world.say(stage.anna, "@northlight.test hello")
    async with stage.connected() as channel:
        await stage.hears(1)
        match why:
            case "deleted":
                del stage.world.posts[post.uri]
            case "blocked":
                stage.anna.blocks.add(stage.shop.did)
            case "gone":
                stage.anna.gone = True
            case _:
                post.replies_disabled = True
        assert isinstance(await stage.fails(channel, stage.anna), Unreachable)
    assert stage.replies() == []


def _exhaust(stage: Stage) -> None:
    stage.world.limits.windows["write"] = ((1, 3600),)


def _shut(stage: Stage) -> None:
    stage.shop.gone = True


def _sign_out(stage: Stage) -> None:
    stage.clock.move_to(stage.clock.now() + timedelta(days=90))


@pytest.mark.proves("outage", "bluesky")
@pytest.mark.proves("500", "bluesky")
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (lambda stage: stage.bluesky.misbehave("500", "com.atproto.repo.putRecord"), Retry),
        (lambda stage: stage.bluesky.misbehave("502", "com.atproto.repo.putRecord"), Retry),
        (lambda stage: stage.bluesky.misbehave("html", "com.atproto.repo.putRecord"), Retry),
        (_exhaust, Retry),
        (_shut, Retry),
        (_sign_out, Retry),
    ],
    ids=["500", "502", "a stranger's page", "rate limit", "suspended", "signed out"],
)
async def test_trouble_of_the_server_holds_the_whole_account_and_loses_nothing(
    stage: Stage, trouble: Callable[[Stage], None], error: type[SendError]
) -> None:
    stage.world.say(stage.anna, "@northlight.test hello")
    async with stage.connected() as channel:
        await stage.hears(1)
        trouble(stage)
        raised = await stage.fails(channel, stage.anna)
    assert isinstance(raised, error) and isinstance(raised, Retry) and raised.account_wide
    stage.bluesky.calls.clear()
    stage.world.limits.met.clear()


@pytest.mark.proves("flood control", "bluesky")
@pytest.mark.proves("429", "bluesky")
async def test_after_the_rate_limit_it_waits_as_long_as_the_server_says(stage: Stage) -> None:
    stage.world.say(stage.anna, "@northlight.test hello")
    async with stage.connected() as channel:
        await stage.hears(1)
        _exhaust(stage)
        error = await stage.fails(channel, stage.anna)
    now = stage.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    assert isinstance(error, Retry) and abs(error.after - (hour - now)) < timedelta(seconds=2)


async def test_a_reply_that_bluesky_will_never_take_is_rejected(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "record_key", lambda message_id: "no-tid")
    stage.world.say(stage.anna, "@northlight.test hello")
    async with stage.connected() as channel:
        await stage.hears(1)
        assert isinstance(await stage.fails(channel, stage.anna), Rejected)
    stage.world.faults.clear()


async def test_a_session_that_has_ended_is_opened_anew(stage: Stage) -> None:
    async with stage.connected():
        _sign_out(stage)
        stage.world.say(stage.anna, "@northlight.test still there?")
        await until(lambda: stage.bluesky.calls["app.bsky.notification.listNotifications", 400])
        stage.clock.move_to(stage.clock.now() + timedelta(seconds=2))
        assert [one.text for one in await stage.hears(1)] == ["still there?"]
    assert stage.bluesky.calls["com.atproto.server.createSession", 200] == 2


async def test_a_wrong_password_is_told_to_the_operator_and_tried_ever_less_often(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    channel = stage.channel("wron-gwro-ngwr-ongw")
    async with listening(channel, stage.ears):
        await until(lambda: "bluesky_sign_in_failed" in caplog.messages)
        error = await stage.fails(channel, stage.anna)
    await channel.close()
    assert isinstance(error, Retry) and error.account_wide
    assert stage.bluesky.calls["com.atproto.server.createSession", 401]
    record = caplog.records[caplog.messages.index("bluesky_sign_in_failed")]
    assert "app password" in vars(record)["why"] and "wron-" not in caplog.text


@pytest.mark.proves("lengths", "bluesky")
@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
def test_the_reply_is_within_the_limit_whatever_the_server_is_called(lang: str) -> None:
    for host in ("s.example", "feedback." + "very-long-name-of-a-shop." * 9 + "example"):
        reply = invitation(lang, f"https://{host}/chat/go-{'x' * 39}")
        text, (facet,) = reply.build_text(), reply.build_facets()
        assert graphemes(text) <= 300
        shown = text.encode()[facet.index.byte_start : facet.index.byte_end].decode()
        assert (host in shown) is (len(host) < 40) and text.endswith(shown)


def test_graphemes_are_counted_as_a_reader_would() -> None:
    assert [graphemes(text) for text in ("ab", "👨‍👩‍👧", "e\u0301", "🇸🇪🇱🇻", "👍🏽", "")] == [2, 1, 1, 2, 1, 0]


def test_every_message_has_a_record_key_of_its_own_in_the_order_of_messages() -> None:
    ids = [0, 1, 31, 32, (1 << 63) - 1, 1 << 62]
    keys = [record_key(id) for id in ids]
    assert len(set(keys)) == len(ids) and {len(key) for key in keys} == {13}
    assert sorted(ids) == [id for _, id in sorted(zip(keys, ids, strict=True))]
