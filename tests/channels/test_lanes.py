from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise

from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Pace
from channels.lanes import LATENESS, Lanes

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Message:
    id: int
    priority: int = 1
    address: str = "anna"
    paced: bool = True


def send(lanes: Lanes[Message], now: datetime) -> Message | None:
    if message := lanes.pick(now):
        lanes.leaves(message, now)
    return message


def test_the_more_urgent_message_goes_first() -> None:
    lanes: Lanes[Message] = Lanes(Pace())
    lanes.add(Message(1, priority=3, address="anna"))
    lanes.add(Message(2, priority=0, address="berzins"))
    assert [lanes.pick(START), lanes.pick(START)] == [Message(2, 0, "berzins"), Message(1, 3, "anna")]


def test_a_more_urgent_message_overtakes_within_its_address() -> None:
    lanes: Lanes[Message] = Lanes(Pace())
    lanes.add(Message(1, priority=3))
    lanes.add(Message(2, priority=1))
    assert lanes.pick(START) == Message(2, priority=1)
    assert lanes.pick(START) is None
    lanes.done(Message(1), START)
    assert lanes.pick(START) == Message(1, priority=3)


def test_one_address_has_one_message_under_way() -> None:
    lanes: Lanes[Message] = Lanes(Pace())
    lanes.add(Message(1))
    lanes.add(Message(2))
    assert lanes.pick(START) == Message(1)
    assert lanes.pick(START) is None
    lanes.done(Message(1), START)
    assert lanes.pick(START) == Message(2)


def test_an_address_rests_for_its_pace_and_others_do_not_wait_for_it() -> None:
    lanes: Lanes[Message] = Lanes(Pace(address=SECOND))
    for message in (Message(1), Message(2), Message(3, address="berzins")):
        lanes.add(message)
    assert lanes.pick(START) == Message(1)
    lanes.done(Message(1), START)
    assert lanes.pick(START) == Message(3, address="berzins")
    assert lanes.pick(START + SECOND / 2) is None
    assert lanes.next_time() == START + SECOND
    assert lanes.pick(START + SECOND) == Message(2)


def test_an_edit_needs_no_pause_behind_it() -> None:
    lanes: Lanes[Message] = Lanes(Pace(account=SECOND, address=SECOND))
    edit = Message(1, paced=False)
    lanes.add(edit)
    lanes.add(Message(2))
    assert send(lanes, START) == edit
    lanes.done(edit, START)
    assert lanes.pick(START) == Message(2)


def test_a_held_address_gives_back_what_waited_in_it() -> None:
    lanes: Lanes[Message] = Lanes(Pace())
    lanes.add(Message(1))
    lanes.add(Message(2))
    lanes.pick(START)
    assert lanes.hold("anna", START + SECOND) == [Message(2)]
    lanes.add(Message(3))
    assert lanes.pick(START) is None
    assert lanes.pick(START + SECOND) == Message(3)


def test_who_was_held_up_makes_good_for_as_much_as_lateness_allows() -> None:
    pace = timedelta(milliseconds=1)
    lanes: Lanes[Message] = Lanes(Pace(account=pace))
    for id in range(100):
        lanes.add(Message(id, address=f"a{id}"))
    assert send(lanes, START)
    held_up = START + 3 * LATENESS
    at_once = 0
    while send(lanes, held_up):
        at_once += 1
    assert at_once == LATENESS / pace + 1
    assert lanes.next_time() == held_up + pace


def test_what_was_lost_between_picking_and_leaving_is_not_made_good() -> None:
    pace = timedelta(milliseconds=1)
    lanes: Lanes[Message] = Lanes(Pace(account=pace))
    for id in range(100):
        lanes.add(Message(id, address=f"a{id}"))
    assert send(lanes, START)
    held_up = START + 3 * LATENESS
    picked = []
    while message := lanes.pick(held_up):
        picked.append(message)
    assert lanes.pick(held_up + 3 * LATENESS) is None  # so many are on their way that another would be one too many
    for message in picked:
        lanes.leaves(message, held_up + 3 * LATENESS)
    assert len(picked) == LATENESS / pace + 1
    assert lanes.next_time() == held_up + 3 * LATENESS + pace


def test_a_held_account_sends_nothing_to_anybody() -> None:
    lanes: Lanes[Message] = Lanes(Pace())
    lanes.add(Message(1))
    lanes.hold_all(START + SECOND)
    assert lanes.pick(START + SECOND * 0.9) is None
    assert lanes.pick(START + SECOND) == Message(1)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 40)), max_size=60),
    st.integers(0, 100),
    st.integers(0, 1000),
    st.lists(st.integers(0, 60), min_size=1),
)
def test_pace_order_and_completeness_hold_for_any_traffic(
    traffic: list[tuple[int, int, int]], account_ms: int, address_ms: int, stalls_ms: list[int]
) -> None:
    pace = Pace(timedelta(milliseconds=account_ms), timedelta(milliseconds=address_ms))
    lanes: Lanes[Message] = Lanes(pace)
    in_order = sorted(traffic, key=lambda each: each[2])
    arriving = [(at * 0.02, Message(id, priority, f"a{address}")) for id, (priority, address, at) in enumerate(in_order)]
    sent: list[tuple[datetime, Message]] = []
    stalls = cycle(timedelta(milliseconds=each) for each in stalls_ms)
    now = START
    while arriving or len(lanes):
        while arriving and START + timedelta(seconds=arriving[0][0]) <= now:
            lanes.add(arriving.pop(0)[1])
        picked = []
        while message := lanes.pick(now := now + next(stalls)):
            picked.append(message)
        for message in picked:
            now += next(stalls)
            lanes.leaves(message, now)
            sent.append((now, message))
            lanes.done(message, now)
        moments = [START + timedelta(seconds=arriving[0][0])] if arriving else []
        if later := lanes.next_time():
            moments.append(later)
        now = max(now + timedelta(microseconds=1), min(moments)) if moments else now

    assert sorted(message.id for _, message in sent) == list(range(len(traffic)))
    late = max(pace.account / 2, LATENESS)
    for first, (earlier, _) in enumerate(sent):
        for further, (later, _) in enumerate(sent[first + 1 :], start=1):
            assert later - earlier >= further * pace.account - late
    for address in {message.address for _, message in sent}:
        here = [(at, message) for at, message in sent if message.address == address]
        assert all(later - earlier >= pace.address for (earlier, _), (later, _) in pairwise(here))
        for priority in range(4):
            ids = [message.id for _, message in here if message.priority == priority]
            assert ids == sorted(ids)


def test_a_clock_that_is_set_back_makes_nobody_wait_until_it_has_caught_up() -> None:
    lanes: Lanes[Message] = Lanes(Pace(account=SECOND, address=SECOND))
    lanes.add(Message(1))
    lanes.add(Message(2))
    send(lanes, START)
    lanes.done(Message(1), START)
    assert lanes.pick(START - 600 * SECOND) == Message(2)
