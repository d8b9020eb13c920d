"""Photos and voice notes between a customer and staff where one of them, or both, are in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, until
from tests.files.shop import Shop, config_of, opened
from tests.pictures import VOICE, photo, size_of
from tests.simulators.slack import Person, SlackSimulator
from tests.simulators.telegram import TelegramSimulator
from tests.story.one_time import OneTime

STAFF_TOKEN, STAFF_APP_TOKEN = "xoxb-2-staff-token", "xapp-2-staff-token"


@pytest.fixture
async def slack(one_time: OneTime) -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(now=one_time.now) as simulator:
        simulator.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN)
        simulator.app(STAFF_TOKEN, app_token=STAFF_APP_TOKEN)
        yield simulator
        assert simulator.world.faults == [] and simulator.world.events["floods"] == 0


@pytest.fixture
async def shop(telegram: TelegramSimulator, slack: SlackSimulator, tmp_path: Path, one_time: OneTime) -> AsyncIterator[Shop]:
    told = config_of(telegram, tmp_path).model_dump()
    kind = {"kind": "slack", "api_base": slack.url}
    told["channels"] = {"team_slack": {**kind, "bot_token": SLACK_TOKEN, "app_token": SLACK_APP_TOKEN}} | {
        "shop_bot": config_of(telegram, tmp_path).channels["shop_bot"]
    }
    told["staff"] = {"channels": {"desk_slack": {**kind, "bot_token": STAFF_TOKEN, "app_token": STAFF_APP_TOKEN}}}
    async with opened(telegram, Config.model_validate(told), one_time) as shop:
        await until(lambda: all(app.sockets for app in slack.world.apps.values()))
        yield shop


async def _maja(shop: Shop, slack: SlackSimulator) -> Person:
    maja = slack.person(STAFF_TOKEN, "U0MAJA", name="Maja")
    staff_id = await shop.app.desk.staffing.add("Maja", role="agent", lang="en", departments=())
    assert isinstance(staff_id, int)
    maja.text(f"start {await shop.app.desk.staffing.new_code(staff_id)}")
    await maja.hears(20)
    return maja


async def _anna(slack: SlackSimulator) -> Person:
    """A customer in Slack with an open case, who has ended the survey."""
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")
    anna.text("My kettle is broken, I want to talk to a person")
    await anna.hears(20)
    anna.text("STOP")
    while "any more questions" not in (await anna.hears(20))["text"]:
        pass
    return anna


async def _taken(maja: Person) -> str:
    """Take the case, and give back the name of its thread."""
    alert = await maja.hears(20)
    maja.tap(label="I take it")
    await maja.hears(20)
    return str(alert["ts"])


async def test_a_photo_from_telegram_is_shown_in_the_thread_of_its_case(shop: Shop, slack: SlackSimulator) -> None:
    maja = await _maja(shop, slack)
    anna = await shop.complaining()
    thread = await _taken(maja)
    anna.photo("It fell off", photo())
    file, words = await maja.hears(20), await maja.hears(20)
    assert (file["files"], file["thread"], words["thread"]) == (["image/jpeg"], thread, thread)
    assert words["text"] == "📎 Anna sent a photo:\n“It fell off”" and "Write" in words["buttons"]
    assert size_of(maja.sees(file["ts"])) == (64, 48) and b"Secret Camera" not in maja.sees(file["ts"])


async def test_a_photo_written_beneath_a_case_reaches_the_customer_on_telegram(shop: Shop, slack: SlackSimulator) -> None:
    maja = await _maja(shop, slack)
    anna = await shop.complaining()
    thread = await _taken(maja)
    maja.file(words="Is it this part?", content=photo(), thread_ts=thread)
    preview = await maja.hears(20)
    assert "Is it this part?\n📎 a photo" in preview["text"]
    await shop.settled()
    maja.tap(label="Send")
    shown = await anna.hears(20)
    assert (shown["kind"], shown["text"]) == ("photo", "Is it this part?") and size_of(anna.sees(shown["message_id"])) == (64, 48)


@pytest.mark.proves("files in", "slack")
@pytest.mark.proves("files out", "slack")
async def test_photos_and_voice_notes_go_both_ways_between_two_slack_apps(shop: Shop, slack: SlackSimulator) -> None:
    maja = await _maja(shop, slack)
    anna = await _anna(slack)
    thread = await _taken(maja)
    anna.file("audio/mp4", subtype="slack_audio", content=b"\x00\x00\x00\x20ftypM4A " + bytes(64))
    note = await maja.hears(20)
    assert note["files"] == ["audio/mp4"]
    maja.file(words="Like this <one> & that?", content=photo(), thread_ts=thread)
    await shop.settled(2)
    await until(lambda: "Send" in [button for line in maja.transcript() for button in line["buttons"]])
    assert "passed" in (await anna.hears(20))["text"]
    maja.tap(label="Send")
    shown = await anna.hears(20)
    assert (shown["files"], shown["text"]) == (["image/jpeg"], "Like this &lt;one&gt; &amp; that?")
    assert b"Secret Camera" not in anna.sees(shown["ts"])


@pytest.mark.parametrize("how", ["gone", "sign-in page", "large"])
async def test_a_file_that_slack_does_not_hand_out_is_noted(
    shop: Shop, slack: SlackSimulator, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.files.fetching.PAUSES", ())
    maja = await _maja(shop, slack)
    anna = await _anna(slack)
    await _taken(maja)
    reason = {"gone": "is not there any more", "sign-in page": "did not hand it over", "large": "is too large"}[how]
    content = photo() + bytes(11 * 1024 * 1024 if how == "large" else 0)
    if how == "sign-in page":
        monkeypatch.setattr("channels.slack.calls.Calls.download", _sign_in_page)
    anna.file(words="Look", content=content)
    if how == "gone":
        slack.world.files[max(slack.world.files)].gone = True
    told = [(await maja.hears(20))["text"] for _ in range(2)]
    assert "📎 Anna sent a photo:\n“Look”" in told and any(reason in text for text in told), told


async def _sign_in_page(*_: object) -> tuple[str, bytes]:
    return "text/html", b"<!DOCTYPE html>"


async def test_an_app_that_may_not_send_files_yet_sends_the_words(
    shop: Shop, slack: SlackSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    maja = await _maja(shop, slack)
    anna = await shop.complaining()
    await _taken(maja)
    slack.world.missing_scopes = {"files.getUploadURLExternal"}
    anna.photo("It fell off", photo())
    words = await maja.hears(20)
    assert words["text"] == "📎 Anna sent a photo:\n“It fell off”" and words["files"] == []


async def test_a_voice_note_from_telegram_is_heard_in_slack(shop: Shop, slack: SlackSimulator) -> None:
    maja = await _maja(shop, slack)
    anna = await shop.complaining()
    await _taken(maja)
    anna.voice(content=VOICE)
    note = await maja.hears(20)
    assert note["files"] == ["audio/ogg"] and maja.sees(note["ts"]) == VOICE
