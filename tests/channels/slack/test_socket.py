"""Hearing by Socket Mode: nothing is acknowledged before it is durable, and nothing is lost between two lines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from channels.contract import Choice, Heard, Layout, Say
from channels.customers.slack import SlackChannel
from tests.channels.conftest import SLACK_TOKEN, Ears, listening, until
from tests.patience import PATIENCE
from tests.simulators.slack import SlackSimulator


def _words(heard: list[Heard]) -> list[str]:
    return [one.text or one.token or one.choice or one.kind.value for one in heard]


def _lines(slack: SlackSimulator) -> int:
    return len(slack.world.apps[SLACK_TOKEN].sockets)


@pytest.mark.proves("buttons", "slack")
@pytest.mark.proves("streaming", "slack")
@pytest.mark.proves("edit", "slack")
async def test_a_dialog_with_buttons_is_held(slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna", locale="lv-LV")
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        anna.text("start aB3-_xYz09QwErTy")
        started = (await ears.wait_for(1))[0]
        assert (started.kind, started.token, started.address) == ("start", "aB3-_xYz09QwErTy", "T0HOME:U0ANNA")
        assert (started.lang, started.name) == ("lv-LV", "Anna")

        scores = tuple(Choice(f"q.1z.1.{n}", str(n)) for n in range(1, 6))
        asked = await slack_bot.send(anna.address, Say("How was the delivery?", scores, Layout.SCALE), message_id=1)
        assert (await anna.hears())["buttons"] == ["1", "2", "3", "4", "5"]
        anna.tap(label="2")
        tapped = (await ears.wait_for(2))[1]
        assert (tapped.kind, tapped.choice, tapped.message) == ("choice", "q.1z.1.2", asked)
        await slack_bot.send(anna.address, Say("How was the delivery? 2"), message_id=2, edits=asked)
        assert anna.transcript()[-1]["buttons"] == []

        anna.file("image/png", "the box")
        anna.tap(ref="q.1z.1.4")
        assert _words((await ears.wait_for(4))[2:]) == ["the box", "q.1z.1.4"]
        await until(lambda: not slack.pusher.pending)
    assert len(ears.all) == 4, "an app hears its own messages too, and they are nobody's"
    assert slack.world.calls["users.info"] == 1
    assert slack.world.events["retries"] == slack.world.events["unanswered_interactions"] == 0


@pytest.mark.proves("buttons", "slack")
async def test_a_menu_is_chosen_from(slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA")
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        await slack_bot.send(anna.address, Say("Which?", tuple(Choice(f"q.1.{n}", f"Shop {n}") for n in range(12))), message_id=1)
        anna.tap(label="Shop 11")
        assert (await ears.wait_for(1))[0].choice == "q.1.11"


async def test_an_event_is_acknowledged_only_when_it_is_durable(slack_bot: SlackChannel, slack: SlackSimulator) -> None:
    durable, begun = asyncio.Event(), asyncio.Event()

    async def storing(_: Heard) -> None:
        begun.set()
        await durable.wait()

    task = asyncio.create_task(slack_bot.run(storing))
    await until(lambda: _lines(slack))
    slack.person(SLACK_TOKEN, "U0ANNA").text("one")
    await asyncio.wait_for(begun.wait(), PATIENCE)
    await asyncio.sleep(0.05)
    assert slack.pusher.pending == 1
    durable.set()
    await until(lambda: not slack.pusher.pending)
    assert slack.world.events["retries"] == 0
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.proves("restart", "slack")
async def test_what_could_not_be_stored_is_pushed_again_under_the_same_id(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    ids: list[str] = []

    async def hear(heard: Heard) -> None:
        ids.append(heard.update_id)
        if len(ids) == 1:
            raise RuntimeError("INSERT … VALUES ('Anna')")

    task = asyncio.create_task(slack_bot.run(hear))
    await until(lambda: _lines(slack))
    slack.person(SLACK_TOKEN, "U0ANNA").text("one")
    await until(lambda: len(ids) == 2)
    assert ids[0] == ids[1]
    assert "Anna" not in caplog.text and "slack_update_not_taken" in caplog.text
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.proves("streaming", "slack")
async def test_a_broken_line_loses_nothing(slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA")
    begun, never = asyncio.Event(), asyncio.Event()

    async def hear(heard: Heard) -> None:
        if not begun.is_set():
            begun.set()
            await never.wait()
        await ears.hear(heard)

    task = asyncio.create_task(slack_bot.run(hear))
    await until(lambda: _lines(slack))
    anna.text("one")
    await asyncio.wait_for(begun.wait(), PATIENCE)
    await slack.break_lines(SLACK_TOKEN)
    anna.text("two")
    never.set()
    await until(lambda: {"one", "two"} <= set(_words(ears.all)))
    assert len({one.update_id for one in ears.all}) == 2
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.proves("streaming", "slack")
async def test_a_line_that_slack_renews_is_replaced_before_it_ends(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA")
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack) == 1)
        old = slack.world.apps[SLACK_TOKEN].sockets[0]
        await slack.renew_lines(SLACK_TOKEN)
        await until(lambda: _lines(slack) == 2)
        anna.text("one")
        await ears.wait_for(1)
        await old.close()
        await until(lambda: _lines(slack) == 1)
        anna.text("two")
        assert _words(await ears.wait_for(2)) == ["one", "two"]
    assert slack.world.calls["apps.connections.open"] == 2
    assert "slack_socket_failed" not in caplog.text, "it is nothing that went wrong, and waits for nothing"


@pytest.mark.proves("duplicated", "slack")
@pytest.mark.proves("late", "slack")
async def test_doubled_and_late_events_are_all_heard_under_their_own_ids(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears
) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA")
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        slack.misbehave("duplicate")
        anna.text("twice")
        slack.misbehave("late", seconds=0.2)
        anna.text("late")
        anna.text("after")
        heard = await ears.wait_for(4)
    assert _words(heard) == ["twice", "twice", "after", "late"]
    assert heard[0].update_id == heard[1].update_id and len({one.update_id for one in heard}) == 3


async def test_ones_words_stay_in_order_while_slack_is_asked_who_they_are(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears
) -> None:
    slack.misbehave("slow", "users.info", seconds=0.2)
    anna, bert = slack.person(SLACK_TOKEN, "U0ANNA"), slack.person(SLACK_TOKEN, "U0BERT")
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        anna.text("a1")
        anna.text("a2")
        bert.text("b1")
        assert _words(await ears.wait_for(3)) == ["b1", "a1", "a2"]


async def test_somebody_whom_slack_does_not_tell_of_is_heard_without_a_name(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears
) -> None:
    slack.misbehave("500", "users.info", times=2)
    stranger = slack.person(SLACK_TOKEN, "U0EVA", team="T0AWAY", name="Eva")
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        stranger.text("hello")
        heard = (await ears.wait_for(1))[0]
    assert (heard.address, heard.name, heard.lang) == ("T0AWAY:U0EVA", "", "")


@pytest.mark.proves("outage", "slack")
@pytest.mark.parametrize("how", ["500", "502", "429", "drop_before", "drop_after"])
@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_failing_start_is_waited_out(slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears, how: Any, method: str) -> None:
    slack.misbehave(how, method, times=3)
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        slack.person(SLACK_TOKEN, "U0ANNA").text("one")
        assert _words(await ears.wait_for(1)) == ["one"]


async def test_an_app_that_is_removed_is_named_in_the_log(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        slack.happens(SLACK_TOKEN, {"type": "app_uninstalled"})
        slack.happens(SLACK_TOKEN, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT1"]}})
        await until(lambda: not slack.pusher.pending)
    told = [vars(record)["why"] for record in caplog.records if record.getMessage() == "slack_app_removed"]
    assert told == ["app_uninstalled", "tokens_revoked"]
    assert slack.world.events["retries"] == 0


async def test_an_event_that_cannot_be_read_is_acknowledged_so_that_it_does_not_come_for_ever(
    slack_bot: SlackChannel, slack: SlackSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(slack_bot, ears):
        await until(lambda: _lines(slack))
        slack.happens(SLACK_TOKEN, {"type": "message", "channel_type": "im", "user": "U0ANNA", "text": "my secret"})
        await until(lambda: "slack_update_unreadable" in caplog.text)
        slack.person(SLACK_TOKEN, "U0ANNA").text("one")
        assert _words(await ears.wait_for(1)) == ["one"]
    assert "secret" not in caplog.text and slack.world.events["retries"] == 0
