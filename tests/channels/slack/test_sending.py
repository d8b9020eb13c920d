"""What becomes of a message that Slack does not take, over the line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.contract import Choice, Rejected, Retry, Say, SendError, Unknown, Unreachable
from channels.customers.slack import Credentials, SlackChannel
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, HurriedClock
from tests.serving import serving
from tests.simulators.slack import Person, SlackSimulator

HELLO = Say("Hello")


@pytest.fixture
def anna(slack: SlackSimulator) -> Person:
    return slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")


@pytest.fixture(autouse=True)
def _no_token_in_any_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    told = "".join(record.getMessage() + str(vars(record).get("why")) for record in caplog.records)
    assert SLACK_TOKEN not in told and SLACK_APP_TOKEN not in told


async def _error(bot: SlackChannel, address: str, say: Say = HELLO, **more: Any) -> SendError:
    with pytest.raises(SendError) as raised:
        await bot.send(address, say, message_id=1, **more)
    assert SLACK_TOKEN not in str(raised.value)
    return raised.value


async def test_somebody_who_never_wrote_is_written_to_first(slack_bot: SlackChannel, anna: Person) -> None:
    assert slack_bot.capabilities.starts
    await slack_bot.send(anna.address, HELLO, message_id=1)
    assert (await anna.hears())["text"] == "Hello"


@pytest.mark.proves("opt-out", "slack")
async def test_a_member_who_left_or_never_was_is_unreachable(slack_bot: SlackChannel, anna: Person) -> None:
    anna.user.deleted = True
    error = await _error(slack_bot, anna.address)
    assert isinstance(error, Unreachable) and error.reason == "user_disabled"
    assert isinstance(await _error(slack_bot, "T0HOME:U0NOBODY"), Unreachable)


@pytest.mark.parametrize("address", ["", "42", "U0ANNA", "T0HOME:anna@example.com", "T0HOME:U0ANNA:D0"])
async def test_an_address_that_is_none_of_slacks_is_rejected(slack_bot: SlackChannel, address: str) -> None:
    assert isinstance(await _error(slack_bot, address), Rejected)


@pytest.mark.proves("flood control", "slack")
async def test_a_rate_limit_is_obeyed_for_the_whole_account(slack_bot: SlackChannel, anna: Person, slack: SlackSimulator) -> None:
    slack.misbehave("429", "chat.postMessage", seconds=7)
    error = await _error(slack_bot, anna.address)
    assert isinstance(error, Retry) and error.after == timedelta(seconds=7) and error.account_wide


@pytest.mark.proves("edit", "slack")
async def test_an_answered_question_is_left_as_it_is_when_edits_come_too_fast(
    slack_bot: SlackChannel, anna: Person, slack: SlackSimulator
) -> None:
    sent = await slack_bot.send(anna.address, HELLO, message_id=1)
    slack.misbehave("429", "chat.update", seconds=30)
    assert await slack_bot.send(anna.address, Say("Edited"), message_id=2, edits=sent) == sent
    assert anna.transcript()[-1]["text"] == "Hello"


async def test_an_edit_with_something_to_tap_waits_its_turn_and_keeps_nobody_else_back(
    slack_bot: SlackChannel, anna: Person, slack: SlackSimulator
) -> None:
    sent = await slack_bot.send(anna.address, HELLO, message_id=1)
    slack.misbehave("429", "chat.update", seconds=3)
    error = await _error(slack_bot, anna.address, Say("Edited", (Choice("q", "x"),)), edits=sent)
    assert isinstance(error, Retry) and error.after == timedelta(seconds=3) and not error.account_wide


@pytest.mark.parametrize("how", ["500", "502"])
async def test_a_server_error_is_tried_again(slack_bot: SlackChannel, anna: Person, slack: SlackSimulator, how: Any) -> None:
    slack.misbehave(how, "chat.postMessage")
    error = await _error(slack_bot, anna.address)
    assert isinstance(error, Retry) and error.account_wide and error.after >= timedelta(seconds=1)
    assert await slack_bot.send(anna.address, HELLO, message_id=1)


@pytest.mark.proves("dropped", "slack")
@pytest.mark.parametrize(("how", "arrived"), [("drop_after", 1), ("drop_before", 0), ("timeout", 0)])
async def test_a_line_that_dies_after_the_request_leaves_it_unknown(
    slack_bot: SlackChannel, anna: Person, slack: SlackSimulator, how: Any, arrived: int
) -> None:
    slack.misbehave(how, "chat.postMessage", seconds=0.05)
    assert isinstance(await _error(slack_bot, anna.address), Unknown)
    assert len(anna.transcript()) == arrived, "and nothing sends it again on its own"
    assert slack.world.calls["chat.postMessage"] == 1


async def test_an_edit_whose_end_is_unknown_is_simply_made_again(slack_bot: SlackChannel, anna: Person, slack: SlackSimulator) -> None:
    sent = await slack_bot.send(anna.address, HELLO, message_id=1)
    slack.misbehave("drop_after", "chat.update")
    assert isinstance(await _error(slack_bot, anna.address, Say("Edited"), edits=sent), Retry)
    assert await slack_bot.send(anna.address, Say("Edited"), message_id=1, edits=sent) == sent
    assert anna.transcript()[-1]["text"] == "Edited"


async def test_an_edit_of_a_message_that_is_gone_is_done(slack_bot: SlackChannel, anna: Person) -> None:
    assert await slack_bot.send(anna.address, HELLO, message_id=1, edits="D1ANNA:1.000000") == "D1ANNA:1.000000"


async def test_what_was_never_sent_is_tried_again(hurried: HurriedClock) -> None:
    bot = SlackChannel("shop", Credentials(SLACK_TOKEN, SLACK_APP_TOKEN), clock=hurried, rng=Random(7), api_base="http://127.0.0.1:9/api")
    error = await _error(bot, "T0HOME:U0ANNA")
    assert isinstance(error, Retry) and error.account_wide
    await bot.close()


async def test_a_message_that_slack_never_takes_is_rejected_with_slacks_reason(slack_bot: SlackChannel, anna: Person) -> None:
    error = await _error(slack_bot, anna.address, Say(" "))
    assert isinstance(error, Rejected) and "at least 1 character" in error.why


async def test_messages_of_an_app_that_was_removed_wait_until_it_is_back(
    slack_bot: SlackChannel, anna: Person, slack: SlackSimulator
) -> None:
    slack.world.apps[SLACK_TOKEN].revoked = True
    error = await _error(slack_bot, anna.address)
    assert isinstance(error, Retry) and error.account_wide and error.blameless and "install it again" in error.why


async def test_a_token_of_the_wrong_kind_is_told_so(slack: SlackSimulator, hurried: HurriedClock) -> None:
    bot = SlackChannel("shop", Credentials(SLACK_APP_TOKEN, SLACK_APP_TOKEN), clock=hurried, rng=Random(7), api_base=slack.url)
    error = await _error(bot, "T0HOME:U0ANNA")
    assert isinstance(error, Retry) and "begins with xoxb-" in error.why
    await bot.close()


@pytest.mark.parametrize(("status", "kind"), [(503, Retry), (429, Retry), (200, Unknown), (302, Rejected)])
async def test_an_answer_that_is_not_slacks_is_judged_by_its_status(hurried: HurriedClock, status: int, kind: type[SendError]) -> None:
    async def proxy(_: Request) -> Response:
        return Response("{ a proxy's page", status, {"Content-Type": "application/json"})

    async with serving(Starlette(routes=[Route("/api/chat.postMessage", proxy, methods=["POST"])])) as address:
        bot = SlackChannel("shop", Credentials(SLACK_TOKEN, SLACK_APP_TOKEN), clock=hurried, rng=Random(7), api_base=f"{address}/api")
        error = await _error(bot, "T0HOME:U0ANNA")
        assert isinstance(error, kind) and "not Slack's" in str(error)
        await bot.close()


def test_an_app_that_nothing_could_be_heard_from_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an app token"):
        Credentials(SLACK_TOKEN)


def test_secrets_are_not_shown() -> None:
    shown = repr(Credentials(SLACK_TOKEN, SLACK_APP_TOKEN, "0123456789abcdef"))
    assert "xoxb" not in shown and "xapp" not in shown and "0123" not in shown
