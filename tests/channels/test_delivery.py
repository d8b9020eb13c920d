from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from channels import sent_ids
from channels.clock import SimulatedClock
from channels.contract import Capabilities, FileWay, Hear, Pace, Rejected, Retry, Say, Unknown, Unreachable, WordsOnly
from channels.delivery import Delivery
from channels.outbox import message_row
from channels.outgoing import Outgoing
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database
from storage.journal import Incident
from storage.outbox import Message, MessageState, Priority
from storage.queries.outbox import settle
from storage.writer import DatabaseUnavailable
from tests.patience import PATIENCE

_message, _address, _incident = Message.__table__, Address.__table__, Incident.__table__  # type: ignore[attr-defined]


PLAIN = Capabilities(edits=True, buttons=True, starts=True, text_limit=4000)


@dataclass
class Post:
    """A channel that notes what it sends and fails as it is told: each entry of `faults` is one call's end."""

    account: str = "post"
    name: str = "post"
    capabilities: Capabilities = PLAIN
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    hold: asyncio.Event | None = None

    def routes(self, hear: Hear) -> Sequence[Any]:
        return ()

    async def run(self, hear: Hear) -> None:
        await asyncio.Event().wait()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        if self.hold:
            await self.hold.wait()
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.sent.append((address, say.text, edits))
        return f"p{len(self.sent)}"

    async def close(self) -> None: ...


class ThreadedPost(Post):
    """Shows what belongs together beneath its first message."""

    async def send_beneath(self, root: str, address: str, say: Say, *, message_id: int) -> str:
        return await self.send(address, say, message_id=message_id, edits=f"beneath {root}")


@asynccontextmanager
async def sending(database: Database, post: Post, clock: SimulatedClock) -> AsyncIterator[Delivery]:
    delivery = Delivery(database, [post], clock)
    task = asyncio.create_task(delivery.run("post"))
    try:
        yield delivery
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def put(
    database: Database, clock: SimulatedClock, *says: Say, address: str = "anna", priority: Priority = Priority.REPLY, **more: Any
) -> list[Any]:
    rows = [message_row(say, channel="post", account="post", address=address, priority=priority, now=clock.now(), **more) for say in says]
    await database.write(lambda conn: insert_many(conn, _message, rows))
    return rows


async def states(database: Database) -> list[str]:
    async with database.read() as conn:
        return list((await conn.execute(select(_message.c.state).order_by(_message.c.id))).scalars())


async def until(done: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            result = done()
            if await result if asyncio.iscoroutine(result) else result:
                return
            await asyncio.sleep(0.005)


async def settled(database: Database) -> bool:
    return not {MessageState.DUE, MessageState.SENDING} & set(await states(database))


async def test_what_is_due_is_sent_once_and_noted_with_the_platforms_id(database: Database, clock: SimulatedClock) -> None:
    post = Post()
    await put(database, clock, Say("one"), Say("two"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "one", ""), ("anna", "two", "")]
    async with database.read() as conn:
        rows = (await conn.execute(select(_message.c.state, _message.c.platform_id, _message.c.attempts).order_by(_message.c.id))).all()
    assert [tuple(row) for row in rows] == [("sent", "p1", 1), ("sent", "p2", 1)]


async def test_what_is_due_later_waits_for_its_time(database: Database, clock: SimulatedClock) -> None:
    post = Post()
    await put(database, clock, Say("tomorrow"), due_at=clock.now() + timedelta(days=1))
    async with sending(database, post, clock):
        await asyncio.sleep(0.3)
        assert post.sent == []
        clock.move_to(clock.now() + timedelta(days=1))
        await until(lambda: post.sent)


class CountedPost(Post):
    calls = 0

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        self.calls += 1
        return await super().send(address, say, message_id=message_id, edits=edits)


async def test_the_first_message_goes_alone_for_its_channel_makes_itself_ready_with_it(database: Database, clock: SimulatedClock) -> None:
    ready = asyncio.Event()
    post = CountedPost(hold=ready)
    for who in ("anna", "berta", "carl"):
        await put(database, clock, Say("hello"), address=who)
    async with sending(database, post, clock):
        await until(lambda: post.calls)
        await asyncio.sleep(0.05)
        assert post.calls == 1
        ready.set()
        await until(lambda: len(post.sent) == 3)
        ready.clear()
        for who in ("anna", "berta", "carl"):
            await put(database, clock, Say("again"), address=who)
        await until(lambda: post.calls == 6)
        ready.set()


async def test_an_alert_overtakes_a_hundred_campaign_messages(database: Database, clock: SimulatedClock) -> None:
    post = Post(capabilities=replace(PLAIN, pace=Pace(account=timedelta(seconds=0.01))))
    for number in range(100):
        await put(database, clock, Say("campaign"), address=f"customer {number}", priority=Priority.CAMPAIGN)
    async with sending(database, post, clock) as delivery:
        await until(lambda: post.sent)
        await put(database, clock, Say("alert"), address="staff", priority=Priority.ALERT)
        before = len(post.sent)
        delivery.wake()
        await until(lambda: ("staff", "alert", "") in post.sent)
    assert post.sent.index(("staff", "alert", "")) - before < 40


async def test_told_to_wait_it_waits_and_keeps_the_order(database: Database, clock: SimulatedClock) -> None:
    post = Post(faults=[Retry(timedelta(seconds=60), "slow down")])
    await put(database, clock, Say("one"), Say("two"))
    async with sending(database, post, clock):
        await until(lambda: not post.faults)
        await asyncio.sleep(0.3)
        assert post.sent == []
        clock.move_to(clock.now() + timedelta(seconds=61))
        await until(lambda: settled(database))
    assert [text for _, text, _ in post.sent] == ["one", "two"]


async def test_a_days_outage_loses_nothing_and_what_is_older_is_given_up(database: Database, clock: SimulatedClock) -> None:
    post = Post(faults=[Retry(timedelta(hours=1), "down")] * 40)
    await put(database, clock, Say("one"))
    async with sending(database, post, clock):
        for _ in range(23):
            before = len(post.faults)
            await until(lambda before=before: len(post.faults) < before)  # type: ignore[misc]
            clock.move_to(clock.now() + timedelta(hours=1, seconds=1))
        assert await states(database) != ["rejected"]
        clock.move_to(clock.now() + timedelta(hours=2))
        await until(lambda: settled(database))
    assert await states(database) == ["rejected"]


async def test_an_address_that_cannot_be_reached_is_marked_and_left_alone(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()

    def somebody(conn: Any) -> None:
        insert_many(conn, Customer.__table__, [{"id": 1, "created_at": now}])  # type: ignore[attr-defined]
        anna = {"id": 2, "customer_id": 1, "channel": "post", "account": "post", "native_id": "anna", "created_at": now}
        insert_many(conn, _address, [anna])

    await database.write(somebody)
    post = Post(faults=[Unreachable("blocked")])
    await put(database, clock, Say("one"), Say("two"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert await states(database) == ["unreachable", "unreachable"]
    assert post.sent == []
    async with database.read() as conn:
        address = (await conn.execute(select(_address.c.reachable, _address.c.unreachable_reason))).one()
    assert tuple(address) == (False, "blocked")


async def test_a_refused_message_is_an_incident_and_does_not_stop_the_next(database: Database, clock: SimulatedClock) -> None:
    post = Post(faults=[Rejected("too long")])
    await put(database, clock, Say("one"), Say("two"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert await states(database) == ["rejected", "sent"]
    async with database.read() as conn:
        assert (await conn.execute(select(_incident.c.key))).scalars().all() == ["rejected.post"]


async def test_a_picture_that_is_refused_keeps_the_words_from_nobody_and_why_is_noted(database: Database, clock: SimulatedClock) -> None:
    class Wordy(ThreadedPost):
        async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
            if say.picture or say.upload:
                raise WordsOnly("wrong type of the web page content")
            return await super().send(address, say, message_id=message_id, edits=edits)

    post = Wordy()
    pictured = Say("This idea?", picture="https://shop.example/idea.pdf", topic="idea")
    await put(database, clock, pictured, replace(pictured, text="Or this?"), Say("Or none?"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "This idea?", ""), ("anna", "Or this?", "beneath p1"), ("anna", "Or none?", "")]
    async with database.read() as conn:
        told = (await conn.execute(select(_message.c.state, _message.c.reason).order_by(_message.c.id))).all()
        assert (await conn.execute(select(_incident.c.id))).all() == []
    assert [tuple(row) for row in told] == [("sent", "wrong type of the web page content")] * 2 + [("sent", "")]


async def test_a_question_of_unknown_fate_is_sent_once_more_and_says_so(database: Database, clock: SimulatedClock) -> None:
    post = Post(faults=[Unknown("the line died"), Unknown("and again")])
    await put(database, clock, Say("How was it?", again="Perhaps you have this already."))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert await states(database) == ["unknown"]
    post.faults = []
    await put(database, clock, Say("And the price?", again="Perhaps you have this already."))
    post.faults = [Unknown("the line died")]
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "Perhaps you have this already.\n\nAnd the price?", "")]


async def test_what_was_being_sent_when_the_process_ended_is_of_unknown_fate(database: Database, clock: SimulatedClock) -> None:
    await put(database, clock, Say("How was it?", again="Perhaps again."))
    await put(database, clock, Say("Thank you."), address="bo")
    await database.write(lambda conn: conn.execute(_message.update().values(state=MessageState.SENDING.value)))
    post = Post()
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "Perhaps again.\n\nHow was it?", "")]
    assert await states(database) == ["sent", "unknown"]


async def test_what_waited_behind_it_was_not_begun_and_is_sent_however_many_processes_end(
    database: Database, clock: SimulatedClock
) -> None:
    await put(database, clock, Say("We are sorry."), Say("How was it?", again="Perhaps again."), Say("Thank you."))
    post = Post()
    for _ in range(6):
        await database.write(lambda conn: conn.execute(_message.update().values(state=MessageState.SENDING.value)))
        async with sending(database, post, clock):
            await until(lambda: _is(database, ["unknown", "due", "due"]))
    clock.move_to(clock.now() + timedelta(seconds=3))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "Perhaps again.\n\nHow was it?", ""), ("anna", "Thank you.", "")]


async def test_a_question_that_was_answered_meanwhile_is_not_sent_again(database: Database, clock: SimulatedClock) -> None:
    dialog = {"dialog_id": 7}
    await put(database, clock, Say("How was it?", key="q.7.1", again="Perhaps again."), **dialog)
    await database.write(lambda conn: conn.execute(_message.update().values(state=MessageState.SENDING.value)))
    post = Post()
    async with sending(database, post, clock):
        await put(database, clock, Say("How was it? ✓ 4", edits="q.7.1"), Say("Thank you."), **dialog)
        clock.move_to(clock.now() + timedelta(seconds=3))
        await until(lambda: settled(database))
    assert [text for _, text, _ in post.sent] == ["Thank you."]


async def test_processes_that_end_one_after_the_other_before_it_is_begun_lose_no_question(
    database: Database, clock: SimulatedClock
) -> None:
    await put(database, clock, Say("How was it?", again="Perhaps again."))
    post = Post()
    for _ in range(3):
        await database.write(lambda conn: conn.execute(_message.update().values(state=MessageState.SENDING.value)))
        async with sending(database, post, clock):
            await until(lambda: _is(database, ["due"]))
    clock.move_to(clock.now() + timedelta(seconds=3))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "Perhaps again.\n\nHow was it?", "")]


async def _is(database: Database, expected: list[str]) -> bool:
    return await states(database) == expected


async def test_where_repetition_is_harmless_everything_of_unknown_fate_is_sent_again(database: Database, clock: SimulatedClock) -> None:
    post = Post(
        capabilities=replace(PLAIN, idempotent=True),
        faults=[Unknown("the line died")],
    )
    await put(database, clock, Say("Thank you."))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "Thank you.", "")]


async def test_what_a_platform_shows_once_however_often_it_is_sent_does_not_say_that_it_is_a_copy(
    database: Database, clock: SimulatedClock
) -> None:
    post = Post(capabilities=replace(PLAIN, idempotent=True), faults=[Unknown("the line died")])
    await put(database, clock, Say("How was it?", again="Perhaps again."))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "How was it?", "")]
    async with database.read() as conn:
        assert (await conn.execute(select(_message.c.repeated))).scalar_one(), "it is not asked anew as if nothing had arrived"


async def test_an_edit_replaces_the_message_of_its_key_also_after_a_restart(database: Database, clock: SimulatedClock) -> None:
    await put(database, clock, Say("How was it?", key="q.1.1"))
    async with sending(database, post := Post(), clock):
        await until(lambda: settled(database))
    await put(database, clock, Say("How was it? ✓ 4", edits="q.1.1"), Say("never sent", edits="q.9.9"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "How was it?", ""), ("anna", "How was it? ✓ 4", "p1")]


async def test_what_is_about_the_same_thing_stands_beneath_its_first_message_also_after_a_restart(
    database: Database, clock: SimulatedClock
) -> None:
    post = ThreadedPost()
    await put(database, clock, Say("first", topic="case.1"), Say("second", topic="case.1"), Say("other", topic="case.2"), Say("plain"))
    await put(database, clock, Say("first elsewhere", topic="case.1"), address="olle")
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    async with sending(database, post, clock):
        await put(database, clock, Say("third", topic="case.1"), Say("fourth", topic="case.1"))
        await until(lambda: settled(database))
    beneath = {text: edits for _, text, edits in post.sent}
    assert {text for text, root in beneath.items() if not root} == {"first", "other", "plain", "first elsewhere"}
    first = f"p{1 + [text for _, text, _ in post.sent].index('first')}"
    assert [beneath[text] for text in ("second", "third", "fourth")] == [f"beneath {first}"] * 3


async def test_where_a_channel_knows_no_threads_everything_stands_by_itself(database: Database, clock: SimulatedClock) -> None:
    post = Post()
    await put(database, clock, Say("first", topic="case.1"), Say("second", topic="case.1"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "first", ""), ("anna", "second", "")]


async def test_an_edit_of_unknown_fate_is_sent_again_for_it_shows_the_same_twice(database: Database, clock: SimulatedClock) -> None:
    await put(database, clock, Say("How was it?", key="q.1.1"))
    post = Post(faults=[None, Unknown("the line died"), None])
    async with sending(database, post, clock):
        await until(lambda: settled(database))
        await put(database, clock, Say("How was it? ✓ 4", edits="q.1.1"))
        await until(lambda: settled(database))
    assert post.sent == [("anna", "How was it?", ""), ("anna", "How was it? ✓ 4", "p1")]
    assert await states(database) == ["sent", "sent"]


async def test_what_may_be_sent_again_is_not_tried_without_a_pause(database: Database, clock: SimulatedClock) -> None:
    post = Post(capabilities=replace(PLAIN, idempotent=True), faults=[ZeroDivisionError("a bug")] * 100)
    await put(database, clock, Say("Thank you."))
    async with sending(database, post, clock):
        await asyncio.sleep(0.5)
        assert len(post.faults) == 98
        clock.move_to(clock.now() + timedelta(days=2))
        await until(lambda: settled(database))
    assert await states(database) == ["unknown"]


async def test_adopted_messages_leave_without_being_looked_for(database: Database, clock: SimulatedClock) -> None:
    post = Post()
    async with sending(database, post, clock) as delivery:
        await until(lambda: delivery.adopts("post"))
        row = message_row(Say("at once"), channel="post", account="post", address="anna", priority=Priority.REPLY, now=clock.now())
        row["state"] = MessageState.SENDING.value
        await database.write(lambda conn: insert_many(conn, _message, [row]))
        delivery.take([row])
        await until(lambda: settled(database))
    assert post.sent == [("anna", "at once", "")]


async def test_a_channels_bug_is_not_the_senders_end(database: Database, clock: SimulatedClock) -> None:
    post = Post(faults=[ZeroDivisionError("a bug")])
    await put(database, clock, Say("one"), Say("two"))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert await states(database) == ["unknown", "sent"]


async def test_ending_lets_what_is_under_way_finish(database: Database, clock: SimulatedClock) -> None:
    post = Post(hold=asyncio.Event())
    await put(database, clock, Say("one"))
    delivery = Delivery(database, [post], clock)
    task = asyncio.create_task(delivery.run("post"))
    await until(lambda: _is_sending(database))
    task.cancel()
    await asyncio.sleep(0.05)
    assert post.hold is not None
    post.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await states(database) == ["sent"]


async def _is_sending(database: Database) -> bool:
    return await states(database) == [MessageState.SENDING]


async def test_what_was_claimed_and_not_begun_goes_back_at_a_stop_and_is_sent_by_the_next_owner(
    database: Database, clock: SimulatedClock
) -> None:
    paced = replace(PLAIN, pace=Pace(address=timedelta(seconds=1)))
    await put(database, clock, *(Say(f"alert {number}") for number in range(10)))
    async with sending(database, first := Post(capabilities=paced), clock):
        await until(lambda: first.sent)
    assert set(await states(database)) == {"sent", "due"}
    async with sending(database, second := Post(), clock):
        await until(lambda: settled(database))
    assert [text for _, text, _ in first.sent + second.sent] == [f"alert {number}" for number in range(10)]


async def test_the_same_sender_comes_back_with_nothing_left_over(database: Database, clock: SimulatedClock) -> None:
    post = Post(capabilities=replace(PLAIN, pace=Pace(address=timedelta(seconds=1))))
    await put(database, clock, *(Say(f"question {number}", again="Again.") for number in range(4)))
    delivery = Delivery(database, [post], clock)
    for _ in range(2):
        task = asyncio.create_task(delivery.run("post"))
        await until(lambda: post.sent)
        task.cancel()
        await asyncio.wait([task])
    task = asyncio.create_task(delivery.run("post"))
    while not await settled(database):
        clock.move_to(clock.now() + timedelta(seconds=1))
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])
    assert [text for _, text, _ in post.sent] == [f"question {number}" for number in range(4)]


async def test_a_sender_with_all_its_calls_under_way_rests(database: Database, clock: SimulatedClock) -> None:
    post = Post(hold=asyncio.Event())
    for number in range(60):
        await put(database, clock, Say("wave"), address=f"customer {number}")
    async with sending(database, post, clock):
        await asyncio.sleep(0.3)
        before = time.process_time()
        await asyncio.sleep(0.5)
        assert time.process_time() - before < 0.2
        assert post.hold is not None
        post.hold.set()
        await until(lambda: settled(database))


async def test_one_crowded_address_does_not_hold_up_the_others(database: Database, clock: SimulatedClock) -> None:
    post = Post(capabilities=replace(PLAIN, pace=Pace(address=timedelta(seconds=1))))
    await put(database, clock, *(Say("alert") for _ in range(60)), address="lead")
    await put(database, clock, Say("alert"), address="agent")
    async with sending(database, post, clock):
        await until(lambda: ("agent", "alert", "") in post.sent)
    assert len(post.sent) < 5


async def test_a_database_that_is_away_for_a_moment_makes_nothing_be_sent_twice(
    database: Database, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.line.DATABASE_PAUSE", 0.02)
    submit, away = database.writer.submit, 3

    async def hesitant(work: Any, item: Any, *, key: int = 0) -> Any:
        nonlocal away
        if getattr(work, "func", None) is settle and away:
            away -= 1
            raise DatabaseUnavailable("locked")
        return await submit(work, item, key=key)

    monkeypatch.setattr(database.writer, "submit", hesitant)
    post = Post()
    await put(database, clock, Say("How was it?", again="Again."))
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "How was it?", "")]
    assert away == 0


@pytest.mark.parametrize(
    ("looked_up", "row", "post", "arrives"),
    [
        ("platform_ids", Say("How was it? ✓ 4", edits="earlier"), Post(), ("anna", "How was it? ✓ 4", "p7")),
        ("topic_root", Say("A complaint.", topic="case 3"), ThreadedPost(), ("anna", "A complaint.", "")),
        ("has_gone_on", Say("How was it?", key="q.7.1", again="Perhaps again."), Post(), ("anna", "Perhaps again.\n\nHow was it?", "")),
    ],
)
async def test_what_must_be_looked_up_while_the_database_is_away_is_sent_when_it_is_back(
    looked_up: str,
    row: Say,
    post: Post,
    arrives: tuple[str, str, str],
    database: Database,
    clock: SimulatedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look, away = getattr(sent_ids, looked_up), 3

    def hesitant(conn: Connection, *what: Any) -> Any:
        nonlocal away
        if away:
            away -= 1
            raise OperationalError("", {}, Exception("the line is broken"))
        return look(conn, *what)

    monkeypatch.setattr(sent_ids, looked_up, hesitant)
    await put(database, clock, Say("How was it?", key="earlier"))
    await database.write(lambda conn: conn.execute(_message.update().values(state=MessageState.SENT.value, platform_id="p7")))
    await put(database, clock, row)
    if looked_up == "has_gone_on":
        await database.write(lambda conn: conn.execute(_message.update().where(_message.c.key == "q.7.1").values(repeated=True)))
    post.sent.clear()
    async with sending(database, post, clock):
        while not await settled(database):
            clock.move_to(clock.now() + timedelta(seconds=1))
            await asyncio.sleep(0.01)
    assert post.sent == [arrives]
    assert await states(database) == [MessageState.SENT.value] * 2
    assert away == 0


async def test_who_was_cut_off_and_comes_late_undoes_nothing_that_another_did(database: Database, clock: SimulatedClock) -> None:
    await put(database, clock, Say("How was it?"))
    async with database.read() as conn:
        (row,) = (await conn.execute(select(_message))).all()
    one, now = Outgoing.of(row._mapping), clock.now()
    late = [one.put_back(now), one.unknown(PLAIN, now, "the line broke"), one.settled(MessageState.UNREACHABLE, now, blocked=True)]
    await database.write(lambda conn: settle(conn, [one.settled(MessageState.SENT, now, platform_id="p1")]))
    for each in late:
        await database.write(lambda conn, each=each: settle(conn, [each]))  # type: ignore[misc]
        assert await states(database) == [MessageState.SENT.value]
    await database.write(lambda conn: conn.execute(_message.update().values(state=MessageState.DUE.value, repeated=True)))
    await database.write(lambda conn: settle(conn, [one.settled(MessageState.SENT, now, platform_id="p1")]))
    assert await states(database) == [MessageState.SENT.value]


async def test_an_old_message_is_tried_before_it_is_given_up(database: Database, clock: SimulatedClock) -> None:
    await put(database, clock, Say("one"))
    clock.move_to(clock.now() + timedelta(days=2))
    post = Post(faults=[Retry(timedelta(milliseconds=10), "a moment")])
    async with sending(database, post, clock):
        await until(lambda: settled(database))
    assert post.sent == [("anna", "one", "")]


async def test_a_message_waits_for_its_file_with_all_behind_it_and_trouble_with_the_file_is_no_doubt(
    database: Database, clock: SimulatedClock
) -> None:
    post = Post(capabilities=replace(PLAIN, files=FileWay.UPLOAD))
    there, trouble = asyncio.Event(), [OSError("the disk is away")]

    async def encloses(say: Say, way: FileWay) -> Say:
        await there.wait()
        if trouble:
            raise trouble.pop()
        return replace(say, text=f"{say.text}, by {way.value}")

    await put(database, clock, Say("one", file=7), Say("two"))
    delivery = Delivery(database, [post], clock, encloses)
    task = asyncio.create_task(delivery.run("post"))
    await asyncio.sleep(0.3)
    assert post.sent == []
    there.set()
    await until(lambda: not trouble)
    await asyncio.sleep(0.1)
    clock.move_to(clock.now() + timedelta(seconds=2))
    await until(lambda: settled(database))
    task.cancel()
    await asyncio.wait([task])
    assert [text for _, text, _ in post.sent] == ["one, by upload", "two"]


async def test_a_page_of_our_own_is_told_of_a_file_by_its_number(database: Database, clock: SimulatedClock) -> None:
    post = Post(capabilities=replace(PLAIN, files=FileWay.SHOWN))

    async def encloses(say: Say, way: FileWay) -> Say:
        raise AssertionError("nothing is to be read")

    await put(database, clock, Say("one", file=7))
    task = asyncio.create_task(Delivery(database, [post], clock, encloses).run("post"))
    await until(lambda: settled(database))
    task.cancel()
    await asyncio.wait([task])
    assert post.sent == [("anna", "one", "")]
