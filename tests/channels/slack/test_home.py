"""The home pages of Slack's two apps: what somebody sees there, what they can do, and when it is drawn anew."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.app import App
from bot.complaints.promises import Fix
from bot.complaints.words import STAFF_WORDS
from bot.desk.words import DESK_WORDS
from bot.surveys.wording import phrase
from bot.touchpoints.taking import take_touchpoints
from channels.contract import Choice, Home, HomeItem, HomePart
from channels.slack.home_view import home_view
from storage.bulk import insert_many
from storage.cases import Case, CaseState
from storage.customers import Consent, Customer
from storage.ids import new_id
from storage.queries.cases import CaseView, case_views
from tests.channels.conftest import SLACK_TOKEN, HurriedClock
from tests.channels.slack.shop import STAFF_TOKEN, at_work, delivered, opened, surveyed
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


def title(key: str, lang: str, n: int | None = None) -> str:
    return DESK_WORDS(f"home.{key}", lang, **({} if n is None else {"n": n}))


async def only_case(app: App) -> CaseView:
    async with app.database.read() as conn:
        ids = (await conn.execute(select(Case.__table__.c.id))).scalars().all()  # type: ignore[attr-defined]
        (only,) = (await conn.run_sync(case_views, ids)).values()
    return only


async def shows(person: Person, *words: str) -> str:
    """The home page, once all of these stand on it."""
    await person.at.until(lambda: (home := person.at.home) and all(word in home["text"] for word in words))
    assert person.at.home is not None
    return str(person.at.home["text"])


@pytest.mark.proves("home", "slack")
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


@pytest.mark.proves("home", "slack")
@pytest.mark.proves("opt-out", "slack")
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


async def test_who_may_be_quoted_takes_it_back_on_the_page(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        anna = await asked(slack, app, hurried)
        await anna.hears()
        customer = select(Customer.__table__.c.id).where(Customer.__table__.c.name == "Anna")  # type: ignore[attr-defined]

        def agrees(conn: Connection) -> None:
            granted = {"customer_id": conn.execute(customer).scalar_one(), "granted": True, "source": "survey", "at": hurried.now()}
            insert_many(conn, Consent.__table__, [{"id": new_id(), "purpose": "quote", **granted}])  # type: ignore[attr-defined]

        await app.database.write(agrees)
        anna.at.open_home()
        await shows(anna, phrase("home_quoted", "sv"))
        anna.at.tap(phrase("wish_unquote", "sv"), home=True)
        assert (await anna.hears())["text"] == phrase("not_quoted", "sv")
        await anna.at.until(lambda: anna.at.home and phrase("home_quoted", "sv") not in anna.at.home["text"])
        assert len(anna.transcript()) == 2, "and it is no answer to the question that waits"


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


@pytest.mark.parametrize(("lang", "mode"), [("en", "socket"), ("sv", "http"), ("lv", "socket"), ("fr", "socket")])
async def test_staff_take_a_case_on_their_page_and_see_what_they_have_promised(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, lang: str, mode: str
) -> None:
    async with opened(slack, tmp_path, hurried, mode) as app:
        maja, olle = await at_work(slack, app, lang=lang), await at_work(slack, app, "Olle", lang=lang)
        for one in (maja, olle):
            one.at.open_home()
            await shows(one, title("mine", lang, 0), DESK_WORDS("door.no_cases", lang), title("hours", lang))
        await surveyed(slack, app, hurried)
        alert = await maja.hears()
        for one in (maja, olle):
            await shows(one, title("waiting", lang, 1), "Anna", "Kartongen var trasig")
        thread = {DESK_WORDS("home.thread", lang): address_of(maja, alert["ts"])}
        await maja.at.until(lambda: maja.at.home and maja.at.home["links"] == thread)

        maja.at.tap(STAFF_WORDS("button.show", lang), home=True)
        assert "Kartongen var trasig" in (await maja.at.opens(titled="Anna"))["text"]
        maja.at.close()
        maja.at.tap(STAFF_WORDS("button.take", lang), home=True)
        assert (await maja.hears())["text"] == DESK_WORDS("told.taken", lang)
        assert title("waiting", lang, 1) not in await shows(maja, title("mine", lang, 1))
        await shows(olle, title("mine", lang, 0), DESK_WORDS("door.no_cases", lang))
        await olle.at.until(lambda: olle.at.home and "Anna" not in olle.at.home["text"])

        case = await only_case(app)
        due = hurried.now() + timedelta(days=2)
        await app.desk.respond(case.case.owner_id, case.id, Fix.REFUND, due, "Förlåt Anna!")
        await shows(maja, title("promises", lang, 1), STAFF_WORDS("fix.refund", lang))
        maja.at.tap(STAFF_WORDS("button.kept", lang), home=True)
        await maja.at.until(lambda: maja.at.home and title("promises", lang, 1) not in maja.at.home["text"])
        assert (await only_case(app)).case.state == CaseState.FIXED
    assert slack.world.events["breaches"] == slack.world.events["floods"] == slack.world.events["unanswered_interactions"] == 0


async def test_staff_who_are_customers_too_read_of_their_rights_below_and_strangers_see_nothing(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path
) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        await asked(slack, app, hurried)
        anna, eve = await at_work(slack, app, "Anna"), slack.person(STAFF_TOKEN, "U0EVE", locale="fr-FR")
        anna.at.open_home()
        page = await shows(anna, "Your rights", "You are a customer of Northlight, too.")
        assert page.index("My cases") < page.index("Your rights") and anna.at.home and "Ask me nothing more" not in anna.at.home["buttons"]
        eve.at.open_home()
        await shows(eve, DESK_WORDS("door.stranger", "fr"))
        assert eve.at.home and eve.at.home["buttons"] == []


async def test_a_page_that_slack_does_not_take_now_is_drawn_later(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket"):
        slack.misbehave("429", "views.publish", times=2)
        slack.misbehave("500", "views.publish")
        anna = slack.person(SLACK_TOKEN, "U0ANNA")
        anna.at.open_home()
        await shows(anna, "Northlight")
        assert slack.world.calls["views.publish"] == 4


@pytest.mark.parametrize(("parts", "items", "choices"), [(1, 1, 0), (3, 20, 2), (2, 99, 1), (200, 1, 30), (1, 150, 0)])
def test_no_page_exceeds_what_slack_takes_and_the_first_things_stay(parts: int, items: int, choices: int) -> None:
    long = "Kartongen var trasig & blöt 👎 " * 200
    buttons = tuple(Choice(f"c.{number}.take", long) for number in range(choices))
    thing = HomeItem(long, buttons, message="D1:1.0", there=long)
    view = home_view(Home((HomePart(long, (thing,) * items),) * parts), {"D1:1.0": "https://home.slack.com/archives/D1/p10"})
    assert faults_of_view(view) == []
    assert [block["type"] for block in view["blocks"][:2]] == ["header", "section"]
