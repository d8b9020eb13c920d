"""What becomes of a message that X does not take, or of which nobody knows whether it did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.contract import Choice, Rejected, Retry, Say, SendError, Unknown, Unreachable
from channels.customers.x import XChannel
from channels.customers.x.inviting import invitation
from channels.customers.x.refusals import limit_ends, send_error
from channels.customers.x.trouble import Trouble
from tests.channels.conftest import HurriedClock
from tests.channels.x.account import account
from tests.channels.x.notebook import Notebook
from tests.simulators.x import KEYS, Person, XSimulator

HELLO = Say("Hello")


@pytest.fixture
def clock(hurried: HurriedClock) -> HurriedClock:
    return hurried


@pytest.fixture
async def channel(x: XSimulator, notebook: Notebook, clock: HurriedClock) -> AsyncIterator[XChannel]:
    channel = account(x, notebook, clock)
    yield channel
    await channel.close()
    assert notebook.days.total() >= x.world.mills


@pytest.fixture
def anna(x: XSimulator) -> Person:
    return x.person("Anna", "anna_k")


@pytest.fixture(autouse=True)
def _no_secret_in_any_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    told = "".join(record.getMessage() + str(vars(record)) for record in caplog.records)
    assert [secret for secret in KEYS.values() if secret in told] == []


async def _error(channel: XChannel, address: str, say: Say = HELLO) -> SendError:
    with pytest.raises(SendError) as raised:
        await channel.send(address, say, message_id=1)
    assert [secret for secret in KEYS.values() if secret in str(raised.value)] == []
    return raised.value


def problem(kind: str = "about:blank", detail: str = "Forbidden", **more: Any) -> dict[str, Any]:
    return {"title": "Forbidden", "type": kind, "detail": detail} | more


@pytest.mark.proves("opt-out", "x")
async def test_somebody_who_takes_no_messages_or_is_gone_is_unreachable(channel: XChannel, anna: Person) -> None:
    anna.user.takes_messages = False
    error = await _error(channel, anna.id)
    assert isinstance(error, Unreachable) and error.reason == "takes no direct message from us"
    assert isinstance(await _error(channel, "424242"), Unreachable)


@pytest.mark.parametrize("address", ["", "anna", "12 34", "-5", "٣"])
async def test_an_address_that_is_none_of_xs_is_rejected(channel: XChannel, address: str) -> None:
    assert isinstance(await _error(channel, address), Rejected)


OURS = "https://api.twitter.com/2/problems"


@pytest.mark.parametrize(
    ("status", "body", "kind", "account_wide"),
    [
        ("401", {}, Retry, True),
        ("402", {"title": "CreditsDepleted", "detail": "no credits"}, Retry, True),
        ("403", problem(f"{OURS}/client-forbidden"), Retry, True),
        ("403", problem(f"{OURS}/oauth1-permissions"), Retry, True),
        ("403", {"errors": [{"code": 326, "message": "locked"}]}, Retry, True),
        ("403", {"errors": [{"code": 349, "message": "cannot send"}]}, Unreachable, None),
        ("403", {"errors": [{"code": 63, "message": "suspended"}]}, Unreachable, None),
        ("403", {"errors": [{"code": 999, "message": "something else"}]}, Rejected, None),
        ("403", problem(detail="You cannot send messages to this user."), Unreachable, None),
        ("404", problem(f"{OURS}/resource-not-found"), Unreachable, None),
        ("408", {}, Retry, False),
        ("400", problem(f"{OURS}/invalid-request", "text is too long"), Rejected, None),
        ("400", {"errors": [{"parameters": {}, "message": "text is missing"}]}, Rejected, None),
        ("503", {}, Retry, True),
        ("drop_before", {}, Retry, True),
        ("500", {}, Retry, True),
        ("html502", {}, Retry, True),
    ],
)
async def test_each_refusal_has_its_consequence(
    channel: XChannel, x: XSimulator, anna: Person, status: str, body: dict[str, Any], kind: type[SendError], account_wide: bool | None
) -> None:
    x.misbehave(status, "message", body=body)
    error = await _error(channel, anna.id)
    assert isinstance(error, kind)
    assert (error.account_wide if isinstance(error, Retry) else None) is account_wide
    assert anna.inbox() == []
    await channel.send(anna.id, HELLO, message_id=1)
    assert anna.inbox() == ["Hello"]


async def test_wrong_keys_wait_for_the_operator(x: XSimulator, notebook: Notebook, clock: HurriedClock, anna: Person) -> None:
    channel = account(x, notebook, clock, keys=KEYS | {"access_secret": "wrong0123456789abc"})
    error = await _error(channel, anna.id)
    await channel.close()
    assert isinstance(error, Retry) and error.account_wide and "Keys and tokens" in error.why


@pytest.mark.proves("outage", "x")
async def test_where_there_is_no_line_the_message_waits(x: XSimulator, notebook: Notebook, clock: HurriedClock, anna: Person) -> None:
    channel = account(x, notebook, clock, api_base="http://127.0.0.1:9")
    error = await _error(channel, anna.id)
    await channel.close()
    assert isinstance(error, Retry) and error.why == "no line to X"
    assert notebook.days.total() == 0


@pytest.mark.proves("flood control", "x")
async def test_the_sixteenth_message_waits_until_the_time_that_x_names(channel: XChannel, x: XSimulator, anna: Person) -> None:
    for number in range(15):
        await channel.send(anna.id, HELLO, message_id=number)
    error = await _error(channel, anna.id)
    assert isinstance(error, Retry) and error.account_wide
    assert timedelta(minutes=14) < error.after <= timedelta(minutes=15)
    slot = channel.capabilities.pace.account
    assert slot * 14.5 >= timedelta(minutes=15), "the first may be half a slot late, and the sixteenth in time"
    assert slot * 1440 >= timedelta(days=1)


async def test_the_limit_of_a_day_is_waited_for_as_well(channel: XChannel, x: XSimulator, anna: Person, clock: HurriedClock) -> None:
    await channel.send(anna.id, HELLO, message_id=0)
    x.limits.of("message")[1].used = 1440
    clock.move_to(clock.now() + timedelta(hours=1))
    error = await _error(channel, anna.id)
    assert isinstance(error, Retry) and timedelta(hours=22) < error.after <= timedelta(hours=23)


@pytest.mark.proves("dropped", "x")
@pytest.mark.parametrize("how", ["drop_after", "done500"])
async def test_a_message_that_x_took_without_saying_so_is_found_and_shown_once(
    channel: XChannel, x: XSimulator, anna: Person, how: str
) -> None:
    anna.message("Hello")
    first = await channel.send(anna.id, HELLO, message_id=1)
    x.misbehave(how, "message")
    again = await channel.send(anna.id, Say("See https://shop.example/a & tell us"), message_id=2)
    assert len(anna.inbox()) == 2 and int(again) > int(first)
    x.misbehave(how, "message")
    third = await channel.send(anna.id, HELLO, message_id=3)
    assert len(anna.inbox()) == 3 and third not in (first, again), "the same words from before are not taken for it"


async def test_a_message_whose_fate_cannot_be_found_out_is_unknown(
    channel: XChannel, x: XSimulator, anna: Person, notebook: Notebook
) -> None:
    x.misbehave("drop_after", "message")
    x.misbehave("500", "conversation")
    assert isinstance(await _error(channel, anna.id), Unknown)
    assert notebook.days.total() == x.world.mills == 15, "it is paid for"


@pytest.mark.proves("lengths", "x")
async def test_a_long_text_goes_in_pieces_and_a_retry_goes_on_behind_those_that_arrived(
    channel: XChannel, x: XSimulator, anna: Person
) -> None:
    long = Say("A sentence that is said. " * 1000, (Choice("q.1", "1", number=1),), lang="en")
    x.misbehave("503", "message", after=1)
    assert isinstance(await _error(channel, anna.id, long), Retry)
    assert len(anna.inbox()) == 1
    await channel.send(anna.id, Say("to another"), message_id=2)
    last = await channel.send(anna.id, long, message_id=1)
    pieces = [said for said in anna.inbox() if said != "to another"]
    assert len(pieces) == 3 and all(len(piece) <= 10_000 for piece in pieces)
    assert "".join(pieces).count("A sentence that is said.") == 1000 and pieces[-1].endswith("Write a number:\n1")
    assert x.world.messages[-1]["id"] == last
    await channel.send(anna.id, long, message_id=1)
    assert len(anna.inbox()) == 7, "sent whole, it is forgotten"


async def test_once_the_budget_is_spent_only_those_who_wrote_lately_are_answered(
    x: XSimulator, notebook: Notebook, clock: HurriedClock, anna: Person
) -> None:
    channel = account(x, notebook, clock, budget=0.01)
    await channel.send(anna.id, HELLO, message_id=1)
    error = await _error(channel, anna.id)
    assert isinstance(error, Retry) and not error.account_wide and error.after <= timedelta(minutes=15)
    notebook.spoken[anna.id] = clock.now() - timedelta(hours=23)
    await channel.send(anna.id, HELLO, message_id=1)
    x.misbehave("drop_after", "message")
    assert isinstance(await _error(channel, anna.id), Unknown), "looking whether it arrived would cost"
    notebook.spoken[anna.id] = clock.now() - timedelta(hours=25)
    assert isinstance(await _error(channel, anna.id), Retry)
    await channel.close()


async def test_trouble_with_our_storage_leaves_no_doubt_about_what_was_sent(
    channel: XChannel, x: XSimulator, notebook: Notebook, anna: Person
) -> None:
    notebook.unreadable = [RuntimeError("SELECT …")]
    error = await _error(channel, anna.id)
    assert isinstance(error, Retry) and error.account_wide and anna.inbox() == []

    notebook.unwritable = [RuntimeError("INSERT …")]
    await channel.send(anna.id, HELLO, message_id=1)
    assert (anna.inbox(), notebook.days.total()) == (["Hello"], 0)
    await channel.send(anna.id, HELLO, message_id=2)
    assert notebook.days.total() == x.world.mills == 30, "noted with the next"


def test_a_limit_that_has_ended_by_our_clock_is_not_run_against_at_once() -> None:
    now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    over = Trouble("Too Many Requests", status=429, reset=now.timestamp() - 30)
    error = send_error(over, timedelta(0), now)
    assert isinstance(error, Retry) and error.after == timedelta(seconds=5)
    assert limit_ends(Trouble("Too Many Requests", status=429), now) == now + timedelta(minutes=15)


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
def test_the_public_answer_fits_into_a_post_and_costs_no_more_than_one_without_a_link(lang: str) -> None:
    text = invitation("a" * 15, lang, "en")
    assert len(text) <= 280 and text.startswith("@" + "a" * 15 + " ")
    assert "http" not in text and ".com" not in text and "{" not in text
    assert lang == "en" or text != invitation("a" * 15, "en", "en")


def test_whose_language_is_not_known_is_answered_in_the_shops() -> None:
    assert invitation("a", "", "sv") == invitation("a", "sv", "en") == invitation("a", "de", "sv")
    assert invitation("a", "de", "de") == invitation("a", "en", "en")
