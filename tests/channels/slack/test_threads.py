"""For staff in Slack a thread is a case."""

from __future__ import annotations

from pathlib import Path

from channels.contract import Say
from channels.customers.slack import SlackChannel
from tests.channels.conftest import SLACK_TOKEN, HurriedClock, until
from tests.channels.slack.shop import at_work, opened, surveyed
from tests.simulators.slack import SlackSimulator


async def test_all_about_a_case_stands_in_its_thread_and_words_written_there_are_for_its_customer(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path
) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        maja = await at_work(slack, app)
        anna = await surveyed(slack, app, hurried)
        alert = await maja.hears()
        assert alert["thread"] == ""

        maja.text("Hej Anna, jag är ledsen. Jag ser på det nu.", thread=alert["ts"])
        preview = await maja.hears()
        assert preview["text"].startswith("To Anna:\n\nHej Anna, jag är ledsen.") and preview["thread"] == alert["ts"]
        maja.tap(label="Send")
        sent = await maja.hears()
        assert (sent["text"], sent["thread"], sent["aloud"]) == ("Sent to Anna.", alert["ts"], False)
        assert (await anna.hears())["text"] == "Hej Anna, jag är ledsen. Jag ser på det nu."

        anna.text("Tack! När kommer den nya?")
        told = await maja.hears()
        assert "När kommer den nya?" in told["text"]
        assert told["thread"] == alert["ts"] and told["aloud"], "a customer who waits must be seen"


async def test_words_outside_of_a_thread_are_about_no_case(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        maja = await at_work(slack, app)
        await surveyed(slack, app, hurried)
        await maja.hears()
        maja.text("Hej")
        told = await maja.hears()
        assert told["text"].startswith("I was not expecting any text.") and told["thread"] == ""


async def test_the_thread_of_a_case_outlives_a_restart(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        maja = await at_work(slack, app)
        anna = await surveyed(slack, app, hurried)
        alert = await maja.hears()
        maja.text("Hej Anna, jag ser på det nu.", thread=alert["ts"])
        await maja.hears()
        maja.tap(label="Send")
        await maja.hears()
        await anna.hears()
        await until(lambda: not slack.pusher.pending)
    async with opened(slack, tmp_path, hurried, "socket"):
        anna.text("När kommer den nya?")
        assert (await maja.hears())["thread"] == alert["ts"]


async def test_where_the_thread_is_gone_the_message_stands_by_itself(slack_bot: SlackChannel, slack: SlackSimulator) -> None:
    maja = slack.person(SLACK_TOKEN, "U0MAJA")
    await slack_bot.send_beneath("D1:1.000001", maja.address, Say("Due soon"), message_id=1)
    told = await maja.hears()
    assert (told["text"], told["thread"]) == ("Due soon", "")
