"""Hearing by long polling, over the line, with either library: nothing is lost, and nothing ends it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from channels.contract import Channel, Choice, Heard, Layout, Say
from tests.channels.conftest import TOKEN, Ears, MakeBot, listening, until
from tests.patience import PATIENCE
from tests.simulators.telegram import TelegramSimulator


def _words(heard: list[Heard]) -> list[str]:
    return [one.text or one.token or one.choice or one.kind.value for one in heard]


@pytest.mark.proves("buttons", "telegram")
async def test_a_dialog_with_buttons_is_held(bot: Channel, telegram: TelegramSimulator, ears: Ears) -> None:
    anna = telegram.person(TOKEN, 42, name="Anna", lang="lv")
    async with listening(bot, ears):
        anna.start("invitation-1")
        started = (await ears.wait_for(1))[0]
        assert (started.kind, started.token, started.address, started.lang, started.name) == ("start", "invitation-1", "42", "lv", "Anna")

        scores = tuple(Choice(f"q.1z.1.{n}", str(n)) for n in range(1, 6))
        asked = await bot.send("42", Say("How was the delivery?", scores, Layout.SCALE), message_id=1)
        assert (await anna.hears())["message_id"] == int(asked)
        anna.tap(label="2")
        tapped = (await ears.wait_for(2))[1]
        assert (tapped.kind, tapped.choice, tapped.message) == ("choice", "q.1z.1.2", asked)
        await bot.send("42", Say("How was the delivery? 2"), message_id=2, edits=asked)
        assert (await anna.news(edits=True))[-1]["buttons"] == []

        anna.photo("the box")
        anna.block()
        assert _words((await ears.wait_for(4))[2:]) == ["the box", "left"]
    assert telegram.world.calls["answerCallbackQuery"] == 1


@pytest.mark.proves("deep link", "telegram")
async def test_the_link_is_known_once_telegram_has_answered(bot: Channel, telegram: TelegramSimulator, ears: Ears) -> None:
    with pytest.raises(LookupError):
        bot.link("token")  # type: ignore[attr-defined]
    telegram.person(TOKEN, 42).start()
    async with listening(bot, ears):
        await ears.wait_for(1)
        assert bot.link("token") == "https://t.me/sim1234567_bot?start=token"  # type: ignore[attr-defined]


@pytest.mark.proves("polling", "telegram")
@pytest.mark.proves("restart", "telegram")
async def test_what_was_not_durable_when_the_process_died_is_heard_after_the_restart(
    make_bot: MakeBot, telegram: TelegramSimulator, ears: Ears
) -> None:
    reached = asyncio.Event()

    async def dying(heard: Heard) -> None:
        reached.set()
        await asyncio.Event().wait()

    telegram.person(TOKEN, 42).start("one")
    telegram.person(TOKEN, 43).start("two")
    first = asyncio.create_task(make_bot().run(dying))
    await asyncio.wait_for(reached.wait(), PATIENCE)
    first.cancel()
    async with listening(make_bot(), ears):
        assert sorted(_words(await ears.wait_for(2))) == ["one", "two"]


async def test_what_was_heard_for_good_is_confirmed_to_telegram(bot: Channel, telegram: TelegramSimulator, ears: Ears) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start("one")
    async with listening(bot, ears):
        await ears.wait_for(1)
        anna.text("two")
        await ears.wait_for(2)
        await until(lambda: not telegram.world.bot(TOKEN).updates)
    assert _words(ears.all) == ["one", "two"]


@pytest.mark.proves("restart", "telegram")
async def test_an_update_that_could_not_be_stored_is_heard_again_and_in_order(
    bot: Channel, telegram: TelegramSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start("one")
    anna.text("two")
    ears.trouble = [RuntimeError("INSERT … VALUES ('Anna')")]
    async with listening(bot, ears):
        assert _words(await ears.wait_for(2)) == ["one", "two"]
    troubles = [record for record in caplog.records if record.getMessage() == "telegram_updates_not_taken"]
    assert len(troubles) == 1 and vars(troubles[0])["why"] == "RuntimeError", "an error's words may quote a customer"


async def test_chats_do_not_wait_for_each_other_and_each_keeps_its_order(bot: Channel, telegram: TelegramSimulator, ears: Ears) -> None:
    slow = asyncio.Event()

    async def hear(heard: Heard) -> None:
        if heard.address == "42":
            await slow.wait()
        await ears.hear(heard)

    anna, bert = telegram.person(TOKEN, 42), telegram.person(TOKEN, 43)
    anna.start("a1")
    anna.text("a2")
    bert.start("b1")
    bert.text("b2")
    task = asyncio.create_task(bot.run(hear))
    assert _words(await ears.wait_for(2)) == ["b1", "b2"]
    slow.set()
    assert _words(await ears.wait_for(4)) == ["b1", "b2", "a1", "a2"]
    task.cancel()


@pytest.mark.proves("duplicated", "telegram")
@pytest.mark.proves("late", "telegram")
@pytest.mark.proves("reordered", "telegram")
async def test_doubled_swapped_and_late_updates_are_all_heard_under_their_own_ids(
    bot: Channel, telegram: TelegramSimulator, ears: Ears
) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start("one")
    telegram.misbehave("duplicate")
    anna.text("twice")
    telegram.misbehave("reorder")
    anna.text("swapped")
    telegram.misbehave("late", seconds=0.1)
    anna.text("late")
    async with listening(bot, ears):
        heard = await ears.wait_for(5)
    assert _words(heard) == ["one", "twice", "swapped", "twice", "late"]
    assert heard[1].update_id == heard[3].update_id and len({one.update_id for one in heard}) == 4


async def test_an_update_that_cannot_be_read_does_not_hold_up_the_others(
    bot: Channel, telegram: TelegramSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.world.bot(TOKEN).updates.append({"update_id": 5, "message": {"text": "my secret"}})
    telegram.person(TOKEN, 42).start("one")
    async with listening(bot, ears):
        assert _words(await ears.wait_for(1)) == ["one"]
    noted = [record for record in caplog.records if record.getMessage() == "telegram_update_unreadable"]
    assert vars(noted[0])["update"] == 5 and "secret" not in caplog.text


@pytest.mark.proves("outage", "telegram")
@pytest.mark.parametrize("how", ["500", "502", "429", "drop_before", "drop_after"])
async def test_a_failing_poll_is_waited_out(bot: Channel, telegram: TelegramSimulator, ears: Ears, how: Any) -> None:
    telegram.misbehave(how, "getUpdates", times=3)
    telegram.person(TOKEN, 42).start("one")
    async with listening(bot, ears):
        assert _words(await ears.wait_for(1)) == ["one"]


async def test_a_second_poller_is_named_in_the_log_and_both_go_on(
    make_bot: MakeBot, telegram: TelegramSimulator, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with listening(make_bot(), ears):
        await until(lambda: telegram.world.calls["getUpdates"])
        async with listening(make_bot(), ears):
            await until(lambda: telegram.world.events["conflicts"])
            telegram.person(TOKEN, 42).start("one")
            assert "one" in _words(await ears.wait_for(1))
    failed = [vars(record)["why"] for record in caplog.records if record.getMessage() == "telegram_poll_failed"]
    assert failed and all("Telegram serves only one" in why for why in failed)


async def test_a_start_without_telegram_is_waited_out(make_bot: MakeBot, ears: Ears) -> None:
    async with TelegramSimulator() as gone:
        port = int(gone.url.rpartition(":")[2])
    async with listening(make_bot(api_base=gone.url), ears):
        await asyncio.sleep(0.1)
        async with TelegramSimulator(port=port) as back:
            back.person(TOKEN, 42).start("one")
            assert _words(await ears.wait_for(1)) == ["one"]


async def test_a_tap_that_is_too_old_to_answer_is_heard_all_the_same(bot: Channel, telegram: TelegramSimulator, ears: Ears) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start()
    await bot.send("42", Say("How?", (Choice("q.1", "1"),)), message_id=1)
    anna.tap(label="1")
    telegram.world.bot(TOKEN).queries.clear()
    async with listening(bot, ears):
        assert _words(await ears.wait_for(2)) == ["start", "q.1"]
        anna.text("still here")
        assert _words(await ears.wait_for(3))[-1] == "still here"


async def test_an_older_webhook_gives_way_to_polling(bot: Channel, telegram: TelegramSimulator, ears: Ears) -> None:
    await telegram.call(TOKEN, "setWebhook", url="https://shop.example/hooks/telegram/shop")
    telegram.person(TOKEN, 42).start("one")
    async with listening(bot, ears):
        assert _words(await ears.wait_for(1)) == ["one"]
