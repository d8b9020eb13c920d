"""What each kind of `Say` becomes: the message that people see in the workspace, over the line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import CHOICE_REF_LIMIT, Choice, Layout, Link, Say, WordsOnly
from channels.customers.slack import SlackChannel
from channels.slack.blocks import message_of
from tests.channels.conftest import SLACK_TOKEN, HurriedClock
from tests.simulators.slack import SlackSimulator
from tests.simulators.slack.limits import faults_of

CASES = json.loads((Path(__file__).parent / "cases" / "said.json").read_text())


def _say(case: dict[str, Any]) -> Say:
    return Say(
        text=case["text"],
        choices=tuple(Choice(ref, label, picked="picked" in more, aside="aside" in more) for ref, label, *more in case.get("choices", ())),
        layout=Layout(case.get("layout", "column")),
        link=Link(*case["link"]) if "link" in case else None,
        picture=case.get("picture", ""),
    )


def _shortly(block: dict[str, Any]) -> Any:
    """A block as the table writes it: words, rows of [ref, label], a menu, a link, a picture."""
    match block:
        case {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}:
            return text
        case {"type": "image", "image_url": url}:
            return {"picture": url}
        case {"type": "actions", "elements": [{"type": "static_select", "options": options}]}:
            return {"menu": [[option["value"], option["text"]["text"]] for option in options]}
        case {"type": "actions", "elements": [{"url": url, "text": {"text": label}}]}:
            return {"link": [label, url]}
        case {"type": "actions", "elements": buttons}:
            assert all(button["action_id"] == button["value"] for button in buttons)
            return [[button["value"], button["text"]["text"]] for button in buttons]
    raise AssertionError(block)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
async def test_a_say_becomes_this_message(
    case: dict[str, Any], slack_bot: SlackChannel, slack: SlackSimulator, hurried: HurriedClock
) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")
    edits = await slack_bot.send(anna.address, Say("first", (Choice("q", "x"),)), message_id=1) if case.get("edits") else ""
    hurried.move_to(hurried.now() + timedelta(seconds=1))

    platform_id = await slack_bot.send(anna.address, _say(case["say"]), message_id=2, edits=edits)

    channel, _, ts = platform_id.partition(":")
    message = slack.world.conversations[channel].entries[ts].message
    assert [_shortly(block) for block in message["blocks"]] == case["blocks"]
    assert message["text"] == case.get("text", message["text"])
    assert platform_id == (edits or platform_id)


async def test_a_picture_that_slack_cannot_fetch_is_told_apart_from_its_words(
    slack_bot: SlackChannel, slack: SlackSimulator, hurried: HurriedClock
) -> None:
    anna, say = slack.person(SLACK_TOKEN, "U0ANNA"), Say("This idea?", picture="https://nowhere.example/idea.jpg")
    with pytest.raises(WordsOnly, match="invalid_blocks"):
        await slack_bot.send(anna.address, say, message_id=1)
    assert anna.transcript() == [], "nothing was sent"
    hurried.move_to(hurried.now() + timedelta(seconds=1))
    sent = await slack_bot.send(anna.address, Say("This idea?"), message_id=1)
    with pytest.raises(WordsOnly, match="invalid_blocks"):
        await slack_bot.send(anna.address, say, message_id=2, edits=sent)


async def test_a_text_too_long_for_slack_is_cut_and_arrives(slack_bot: SlackChannel, slack: SlackSimulator) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA")
    await slack_bot.send(anna.address, Say("wet box 😀 & " * 1000, (Choice("q.1", "1"),)), message_id=1)
    assert anna.transcript()[-1]["text"].endswith(("wet…", "box…", "😀…", "&…"))


words = st.text(min_size=1, max_size=200).filter(lambda text: text.strip() != "")
choices = st.lists(
    st.builds(
        Choice,
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=CHOICE_REF_LIMIT),
        words,
        picked=st.booleans(),
        aside=st.booleans(),
    ),
    max_size=120,
    unique_by=lambda choice: choice.ref,
)


@pytest.mark.proves("lengths", "slack", against="Hypothesis and Block Kit's published limits")
@given(st.builds(Say, words | words.map(lambda text: text * 100), choices.map(tuple), layout=st.sampled_from(Layout)))
def test_no_say_exceeds_what_slack_takes(say: Say) -> None:
    assert faults_of(message_of(say)["blocks"]) == []
