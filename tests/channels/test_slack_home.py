"""The home pages of Slack's two apps: what somebody sees there, what they can do, and when it is drawn anew."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.surveys.wording import phrase
from bot.touchpoints.taking import take_touchpoints
from channels.contract import Choice, Home, HomeItem, HomePart
from channels.slack.home_view import home_view
from tests.channels.conftest import SLACK_TOKEN, HurriedClock
from tests.channels.slack_shop import at_work, delivered, opened
from tests.simulators.slack import Person, SlackSimulator
from tests.simulators.slack.limits import faults_of_view


async def asked(slack: SlackSimulator, app: App, clock: HurriedClock) -> Person:
    """Anna, to whom the first question about her order has come."""
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna", locale="sv-SE")
    await app.database.write(lambda conn: take_touchpoints(conn, [delivered(app, anna)], app.planner, clock.now()))
    clock.move_to(clock.now() + timedelta(hours=3))
    await app.sweep()
    return anna


def address_of(person: Person, ts: str) -> str:
    return f"https://home.slack.com/archives/{person.conversation.id}/p{ts.replace('.', '')}"


async def shows(person: Person, *words: str) -> str:
    """The home page, once all of these stand on it."""
    await person.at.until(lambda: (home := person.at.home) and all(word in home["text"] for word in words))
    assert person.at.home is not None
    return str(person.at.home["text"])


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_customer_sees_the_question_that_waits_and_the_page_goes_along_with_the_survey(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, mode: str
) -> None:
    async with opened(slack, tmp_path, hurried, mode) as app:
        anna = await asked(slack, app, hurried)
        first = await anna.hears()
        assert slack.world.calls["views.publish"] == 0, "nobody has opened a page yet"
        anna.at.open_home("messages")
        anna.at.open_home()
        page = await shows(anna, "Northlight", "Vi undrar:", "Dina rättigheter")
        assert first["text"].splitlines()[-1] in page
        assert anna.at.home and anna.at.home["links"] == {"Svara": address_of(anna, first["ts"])}

        anna.tap(label=next(button for button in first["buttons"] if button.startswith("5")))
        second = await anna.hears()
        await shows(anna, second["text"].splitlines()[-1])
        await anna.at.until(lambda: anna.at.home and anna.at.home["links"] == {"Svara": address_of(anna, second["ts"])})
    assert slack.world.events["breaches"] == slack.world.events["floods"] == slack.world.events["unanswered_interactions"] == 0


async def test_who_wants_to_be_asked_nothing_more_says_so_on_the_page(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        anna = await asked(slack, app, hurried)
        await anna.hears()
        anna.at.open_home()
        await shows(anna, "Vi undrar:")
        anna.at.tap("Fråga mig inget mer", home=True)
        assert (await anna.hears())["text"] == phrase("stopped", "sv")
        page = await shows(anna, "Vi frågar dig inget mer.")
        assert "Vi undrar" not in page and anna.at.home and "Fråga mig inget mer" not in anna.at.home["buttons"]


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
async def test_what_is_kept_of_somebody_is_asked_of_a_person_in_their_language(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, lang: str
) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        maja = await at_work(slack, app)
        lina = slack.person(SLACK_TOKEN, "U0LINA", name="Lina", locale=f"{lang}-XX")
        lina.at.open_home()
        await shows(lina, phrase("home_nothing_open", lang), phrase("home_rights", lang))
        lina.at.tap(phrase("wish_erase", lang), home=True)
        assert (await lina.hears())["text"] == phrase("human_called", lang, shop="Northlight")
        assert phrase("wish_erase_words", lang) in (await maja.hears())["text"]
        await shows(lina, phrase("home_case", lang, shop="Northlight"))


async def test_a_page_that_slack_does_not_take_now_is_drawn_later(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket"):
        slack.misbehave("429", "views.publish", times=2)
        slack.misbehave("500", "views.publish")
        anna = slack.person(SLACK_TOKEN, "U0ANNA")
        anna.at.open_home()
        await shows(anna, "Northlight")
        assert slack.world.calls["views.publish"] == 4


words = st.text(min_size=1, max_size=200).filter(lambda text: text.strip() != "")
choices = st.lists(st.builds(Choice, st.text("abc.", min_size=1, max_size=60), words), max_size=6, unique_by=lambda choice: choice.ref)
items = st.builds(HomeItem, words.map(lambda text: text * 20), choices.map(tuple), st.sampled_from(["", "D1:1.0"]), words)
homes = st.builds(Home, st.lists(st.builds(HomePart, words, st.lists(items, min_size=1, max_size=40).map(tuple)), max_size=4).map(tuple))


@settings(max_examples=20)
@given(homes)
def test_no_page_exceeds_what_slack_takes(home: Home) -> None:
    assert faults_of_view(home_view(home, {"D1:1.0": "https://home.slack.com/archives/D1/p10"})) == []
