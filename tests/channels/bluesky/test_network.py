"""The channel against the software that Bluesky itself runs: server, index and all. docs/bluesky.md says how to run it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest
from atproto import AsyncClient, client_utils, exceptions, models

from channels.clock import SystemClock
from channels.contract import Cause, HeardKind, Level, Retry, Unreachable
from channels.customers.bluesky import BlueskyChannel
from channels.customers.bluesky import channel as module
from channels.customers.bluesky.examining import BlueskyExamination
from channels.customers.bluesky.rendering import LIMIT, graphemes
from tests.channels.bluesky.memory import WAY_OVER
from tests.channels.bluesky.network import FOLDER, LACKING, network
from tests.channels.bluesky.stage import BlueskyStage
from tests.channels.conftest import listening, until
from tests.patience import PATIENCE

pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="MAKEGOOD_ATPROTO names no folder where npm has installed @atproto/dev-env: see docs/bluesky.md"),
    pytest.mark.skipif(bool(LACKING), reason=f"Bluesky's software needs {LACKING}"),
]
_T = TypeVar("_T")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with network() as address:
        yield address


async def eventually(look: Callable[[], Awaitable[_T]]) -> _T:
    """What a look gives, once it gives something."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found


class Person:
    """Somebody with an account: what they post, and what Bluesky's app shows them."""

    def __init__(self, api: AsyncClient, handle: str, did: str, password: str, app_password: str) -> None:
        self.api, self.handle, self.did, self.password, self.app_password = api, handle, did, password, app_password

    async def says(self, *words: str | Person, answers: str = "", langs: Sequence[str] = ("en",)) -> str:
        """Post it, with the people among the words mentioned; the post's address."""
        text, reply = client_utils.TextBuilder(), None
        for word in words:
            text = text.text(word) if isinstance(word, str) else text.mention(f"@{word.handle}", word.did)
        if answers:
            (post,) = await eventually(lambda: self.sees(answers))
            parent = models.create_strong_ref(post)
            reply = models.AppBskyFeedPost.ReplyRef(parent=parent, root=post.record.reply.root if post.record.reply else parent)
        return (await self.api.send_post(text, reply_to=reply, langs=list(langs))).uri

    async def writes(self, records: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
        """Write many records of their own at once; where they are."""
        written: list[dict[str, str]] = []
        creates = [models.ComAtprotoRepoApplyWrites.Create(collection=record["$type"], value=record) for record in records]
        for start in range(0, len(creates), 200):  # as many as the server takes
            batch = models.ComAtprotoRepoApplyWrites.Data(repo=self.did, writes=creates[start : start + 200], validate=False)
            done: Any = await self.api.com.atproto.repo.apply_writes(batch)
            written += [{"uri": one.uri, "cid": one.cid} for one in done.results]
        return written

    async def sees(self, post: str) -> list[Any]:
        """The post, where the app has it."""
        return list((await self.api.get_posts([post])).posts)

    async def replies(self, post: str) -> list[Any]:
        """What the app shows beneath this post."""
        shown: Any = (await self.api.get_post_thread(post)).thread
        return [one.post for one in shown.replies or ()]

    async def told_of(self, other: Person) -> list[Any]:
        """What the app tells them that the other did."""
        return [one for one in (await self.api.app.bsky.notification.list_notifications()).notifications if one.author.did == other.did]


class Stage(BlueskyStage):
    """The network with a shop of its own and two customers, and the shop's channel."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service
        self.shop: Person
        self.anna: Person
        self.bert: Person

    async def person(self, name: str) -> Person:
        handle, password = f"{name.lower()}-{next(_numbers)}.test", f"all of {name}'s account"
        api = AsyncClient(self.service)
        account = models.ComAtprotoServerCreateAccount.Data(handle=handle, email=f"{handle}@shop.example", password=password)
        made = await api.com.atproto.server.create_account(account)

        async def signed_in() -> bool:
            try:
                return await api.login(handle, password) is not None
            except exceptions.BadRequestError:
                return False  # the index does not know them yet

        await eventually(signed_in)
        profile = models.AppBskyActorProfile.Record(display_name=name)
        await api.app.bsky.actor.profile.create(made.did, profile, "self")
        key = await api.com.atproto.server.create_app_password(models.ComAtprotoServerCreateAppPassword.Data(name="test"))
        return Person(api, handle, made.did, password, key.password)

    def channel(self) -> BlueskyChannel:
        handle, password = self.shop.handle, self.shop.app_password
        return BlueskyChannel("shop", handle, password, self.service, memory=self.memory, clock=SystemClock(), rng=Random(7))


@pytest.fixture
async def stage(service: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(module, "LOOK_EVERY", timedelta(seconds=0.5))
    made = Stage(service)
    made.shop, made.anna, made.bert = [await made.person(name) for name in ("Northlight", "Anna", "Bert")]
    yield made
    for person in (made.shop, made.anna, made.bert):
        await person.api.request.close()


@pytest.mark.proves("public complaint", "bluesky", against="the real network software, on demand")
@pytest.mark.proves("lengths", "bluesky", against="the real network software, on demand")
async def test_a_complaint_in_public_is_heard_once_and_replied_to_once_with_the_way_to_a_private_place(stage: Stage) -> None:
    shop, anna = stage.shop, stage.anna
    async with stage.connected() as channel:
        post = await anna.says(shop, " my lamp came broken 😡", langs=["sv-SE"])
        (heard,) = await stage.hears(1)
        assert (heard.kind, heard.text, heard.name, heard.address, heard.lang) == (
            HeardKind.TEXT,
            "my lamp came broken 😡",
            "Anna",
            anna.did,
            "sv-SE",
        )
        shown = await stage.says(channel, anna)
        (reply,) = await eventually(lambda: anna.replies(post))
        assert (reply.uri, reply.author.did) == (shown, shop.did)
        text, (facet,) = reply.record.text, reply.record.facets
        assert text.startswith("Tack för att du skriver till oss.") and graphemes(text) <= LIMIT
        assert text.encode()[facet.index.byte_start : facet.index.byte_end].decode() == "feedback.shop.example/chat"
        assert [feature.uri for feature in facet.features] == [WAY_OVER]

        again = await anna.says(shop, " and nobody answers")
        assert [one.text for one in await stage.hears(2)] == ["my lamp came broken 😡", "and nobody answers"]
        assert await stage.says(channel, anna) == ""
        later = await anna.says(shop, " hello?")
        await stage.hears(3)
    assert [await anna.replies(one) for one in (again, later)] == [[], []]
    assert [one.uri for one in await anna.replies(post)] == [shown]
    assert [one.reason for one in await anna.told_of(shop)] == ["reply"]


@pytest.mark.proves("dropped", "bluesky", against="the real network software, on demand")
async def test_a_reply_that_is_sent_again_under_its_key_is_shown_once(stage: Stage) -> None:
    shop, anna = stage.shop, stage.anna
    post = await anna.says(shop, " hello", langs=["fr"])
    async with stage.connected() as channel:
        await stage.hears(1)
        first = await stage.says(channel, anna, message_id=1 << 62)
        (before,) = await eventually(lambda: anna.replies(post))
    async with stage.connected() as channel:
        assert await stage.says(channel, anna, message_id=1 << 62) == first

    async def written_anew() -> bool:
        return before.cid not in [one.cid for one in await anna.replies(post)]

    await eventually(written_anew)
    assert [one.uri for one in await anna.replies(post)] == [first]
    assert [one.uri for one in await anna.told_of(shop)] == [first]


@pytest.mark.proves("polling", "bluesky", against="the real network software, on demand")
@pytest.mark.proves("restart", "bluesky", against="the real network software, on demand")
async def test_what_was_said_while_nobody_listened_is_heard_in_order_and_once(stage: Stage) -> None:
    shop, anna, bert = stage.shop, stage.anna, stage.bert
    async with stage.connected():
        await anna.says(shop, " one")
        await stage.hears(1)
    ours = await shop.says("New lamps are in!")
    nice = await anna.says("Nice", answers=ours)
    await bert.says("I hate them", answers=nice)
    await bert.says("Still, ", shop, answers=nice)
    last = await anna.says("hm ", bert, " ", shop)
    await eventually(lambda: shop.sees(last))
    async with stage.connected() as channel:
        await until(lambda: len({one.update_id for one in stage.ears.all}) == 4)
        await stage.says(channel, bert)
    fresh = {one.update_id: (one.text, one.message) for one in stage.ears.all}
    assert list(fresh.values()) == [("one", ""), ("Nice", ours), ("Still", nice), (f"hm @{bert.handle}", "")]


async def _deletes(anna: Person, shop: Person, post: str) -> None:
    await anna.api.delete_post(post)


async def _blocks(anna: Person, shop: Person, post: str) -> None:
    block = models.AppBskyGraphBlock.Record(subject=shop.did, created_at=anna.api.get_current_time_iso())
    await anna.api.app.bsky.graph.block.create(anna.did, block)


async def _leaves(anna: Person, shop: Person, post: str) -> None:
    await anna.api.com.atproto.server.deactivate_account(models.ComAtprotoServerDeactivateAccount.Data())


async def _wants_no_replies(anna: Person, shop: Person, post: str) -> None:
    gate = models.AppBskyFeedThreadgate.Record(post=post, allow=[], created_at=anna.api.get_current_time_iso())
    await anna.api.app.bsky.feed.threadgate.create(anna.did, gate, post.rpartition("/")[2])


async def test_strangers_are_heard_whatever_the_account_set_for_its_own_bell(stage: Stage) -> None:
    setting = models.AppBskyNotificationPutPreferences.Data(priority=True)
    await stage.shop.api.app.bsky.notification.put_preferences(setting)
    await stage.anna.says(stage.shop, " one")
    async with stage.connected():
        await stage.hears(1)


@pytest.mark.proves("late", "bluesky", against="the real network software, on demand")
async def test_a_customer_whose_clock_is_behind_is_heard_behind_what_others_said(stage: Stage) -> None:
    shop, anna = stage.shop, stage.anna
    async with stage.connected():
        await stage.bert.says(shop, " one")
        await stage.hears(1)
        text = client_utils.TextBuilder().mention(f"@{shop.handle}", shop.did).text(" two")
        earlier = (datetime.now(UTC) - timedelta(minutes=50)).isoformat()
        post = models.AppBskyFeedPost.Record(text=text.build_text(), facets=text.build_facets(), created_at=earlier)
        await anna.api.app.bsky.feed.post.create(anna.did, post)
        assert [one.text for one in await stage.hears(2)] == ["one", "two"]


async def test_a_mention_behind_more_than_a_thousand_likes_is_heard(stage: Stage) -> None:
    shop, anna, at = stage.shop, stage.anna, datetime.now(UTC) - timedelta(minutes=1)
    posts = await shop.writes({"$type": "app.bsky.feed.post", "text": f"Lamp {n}", "createdAt": at.isoformat()} for n in range(1050))
    first = models.ComAtprotoRepoStrongRef.Main(**posts[0])
    said = models.AppBskyFeedPost.Record(
        text="one", reply=models.AppBskyFeedPost.ReplyRef(parent=first, root=first), created_at=at.isoformat()
    )
    await stage.bert.api.app.bsky.feed.post.create(stage.bert.did, said)
    # Each at a moment of its own: the index's pages skip what is of the same moment as their last.
    moments = ((at + timedelta(milliseconds=10 * n)).isoformat() for n in range(1, 1051))
    likes = await anna.writes(
        {"$type": "app.bsky.feed.like", "subject": post, "createdAt": moment} for post, moment in zip(posts, moments, strict=True)
    )

    async def all_are_told_of() -> bool:
        return likes[-1]["uri"] in [one.uri for one in await shop.told_of(anna)]

    await eventually(all_are_told_of)
    async with stage.connected():
        assert [one.text for one in await stage.hears(1)] == ["one"]


@pytest.mark.proves("opt-out", "bluesky", against="the real network software, on demand")
@pytest.mark.parametrize("shuts_the_door", [_deletes, _blocks, _leaves, _wants_no_replies])
async def test_somebody_whom_no_reply_can_reach_is_unreachable(
    stage: Stage, shuts_the_door: Callable[[Person, Person, str], Awaitable[None]]
) -> None:
    shop, anna = stage.shop, stage.anna
    async with stage.connected() as channel:
        post = await anna.says(shop, " hello")
        await stage.hears(1)
        await shuts_the_door(anna, shop, post)

        async def is_shut() -> bool:
            found = await shop.sees(post)
            return not found or bool(found[0].viewer.reply_disabled)

        await eventually(is_shut)
        with pytest.raises(Unreachable):
            await stage.says(channel, anna)


@pytest.mark.proves("429", "bluesky", against="the real network software, on demand")
async def test_after_the_rate_limit_it_waits_as_long_as_the_server_says(stage: Stage) -> None:
    shop, anna = stage.shop, stage.anna
    async with stage.connected() as channel:
        await anna.says(shop, " hello")
        await stage.hears(1)
        with pytest.raises(exceptions.RateLimitExceededError):
            await shop.writes([{"$type": "example.shop.note"}] * 1700)  # of 3 points each; 5,000 an hour are allowed
        with pytest.raises(Retry) as raised:
            await stage.says(channel, anna)
    assert raised.value.account_wide and raised.value.cause is Cause.FLOOD
    assert timedelta(0) < raised.value.after <= timedelta(hours=1, seconds=1)


@pytest.mark.proves("doctor", "bluesky", against="the real network software, on demand")
async def test_the_doctor_tells_an_app_password_from_one_of_the_whole_account_and_from_a_wrong_one(stage: Stage) -> None:
    async def found(handle: str, password: str) -> dict[str, Level]:
        examination = BlueskyExamination(handle, password, stage.service, clock=SystemClock())
        return {finding.about: finding.level async for finding in examination.examine()}

    handle, well = stage.shop.handle, {"handle": Level.OK, "clock": Level.OK}
    assert await found(handle, stage.shop.app_password) == well | {"app_password": Level.OK}
    assert await found(handle, stage.shop.password) == well | {"app_password": Level.WARNING}
    assert await found(handle, "wron-gwro-ngwr-ongw") == well | {"app_password": Level.ERROR}
    assert await found("nobody.test", stage.shop.app_password) == {"handle": Level.ERROR}


async def test_an_app_password_that_was_revoked_is_told_to_the_operator(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    revoked = models.ComAtprotoServerRevokeAppPassword.Data(name="test")
    await stage.shop.api.com.atproto.server.revoke_app_password(revoked)
    channel = stage.channel()
    async with listening(channel, stage.ears):
        await until(lambda: "bluesky_sign_in_failed" in caplog.messages)
    await channel.close()
    record = caplog.records[caplog.messages.index("bluesky_sign_in_failed")]
    assert "app password" in vars(record)["why"] and stage.shop.app_password not in caplog.text
