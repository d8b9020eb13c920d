"""The operator's pages of campaigns: drafting, looking, steering."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import Connection, select, update

from bot.campaigns.planning import plan_campaigns
from bot.campaigns.previewing import Shown
from bot.campaigns.steering import schedule
from bot.console.campaign_sheet import together
from bot.console.campaign_watch import CampaignWatch
from bot.surveys.bank import bank
from storage.bulk import insert_many
from storage.customers import Customer
from storage.ids import new_id
from storage.invitations import Invitation
from storage.queries.incidents import note_incidents
from storage.touchpoints import Touchpoint
from tests.browser import chromium, needs_chromium
from tests.campaigns.campaign import STOCKHOLM
from tests.console.house import ADDRESS, Browser, House
from tests.invitations.shop import MONDAY, TABLES
from tests.patience import PATIENCE
from tests.serving import serving

TEXT = """name = "spring"
survey = "relationship"
audience = "customer.country == 'SE'"
[when]
at = 2026-03-02T18:00:00
"""
WARM = '[[wording]]\nname = "warm"\nhello.en = "Dear you, this is {shop}. STOP ends it."\n'


async def _operator(house: House) -> Browser:
    await house.world.staff("Maria", role="lead")
    browser = await house.signed_in("Maria")
    await browser.get("/campaigns")
    return browser


def _written(browser: Browser) -> str:
    """The campaign that stands in the page's form."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.page, re.DOTALL)
    assert found
    return html.unescape(found[1])


async def _customers(house: House) -> None:
    rows = [
        {"id": new_id(), "name": f"Astrid {number}", "country": "SE" if number < 3 else "LV", "created_at": MONDAY} for number in range(5)
    ]
    await house.world.database.write(lambda conn: insert_many(conn, TABLES[Customer], rows))


async def _planned(house: House, text: str = TEXT) -> Browser:
    """The browser of an operator whose campaign has its invitations."""
    await _customers(house)
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=text)
    await browser.send_form("/campaigns/spring/schedule")
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
    return browser


async def test_a_campaign_is_drafted_looked_at_scheduled_paused_and_cancelled(house: House) -> None:
    await _customers(house)
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT)
    assert "“spring” is a draft now." in browser.words
    assert "How likely are you to recommend" in (await browser.get("/campaigns/spring")).text
    await browser.get("/campaigns/spring?count=yes")
    assert "3 of 5 customers would be invited now. Those who opted out, were asked lately" in browser.words
    assert "and gives its reason. Astrid 0" in browser.words
    (first, *_) = re.findall(r'href="(/customers/\w+)">Astrid 0<', browser.page)
    await browser.get(first)
    assert "Astrid 0" in browser.words, "who they are, and by what name they can be sent a test"
    assert "Count them now" in (await browser.get("/campaigns/spring")).text
    for act, said in (("schedule", "is scheduled"), ("pause", "is paused"), ("resume", "goes on"), ("cancel", "is cancelled")):
        await browser.send_form(f"/campaigns/spring/{act}")
        assert f"“spring” {said}" in browser.words
    assert "Count them now" not in browser.words, "nobody will be invited any more"


async def test_a_fact_that_is_known_of_nobody_shows_when_the_audience_is_counted(house: House) -> None:
    await _customers(house)
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT.replace("customer.country", "customer.contry"))
    await browser.get("/campaigns/spring?count=yes")
    assert "0 of 5 customers would be invited now. customer.contry is known of 0 of 5." in browser.words
    after = TEXT.replace("at = 2026-03-02T18:00:00", 'after = "delivry"').replace("spring", "follow-up")
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=after)
    await browser.get("/campaigns/follow-up?count=yes")
    assert "0 of 0 touchpoints “delivry” of the last 30 days would have led to an invitation." in browser.words


async def test_the_example_of_a_campaign_can_be_kept_and_scheduled_as_it_stands(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=_written(browser))
    await browser.send_form("/campaigns/spring-nps/schedule")
    assert "“spring-nps” is scheduled" in browser.words


async def test_a_draft_is_changed_where_it_stands_and_another_is_made_like_one_that_runs(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT)
    assert "Change the draft" in (await browser.get("/campaigns/spring")).text
    await browser.get("/campaigns?like=spring")
    await browser.send_form("/campaigns", text=_written(browser).replace("SE", "LV"))
    assert "customer.country == 'LV'" in html.unescape(browser.page)
    await browser.send_form("/campaigns/spring/schedule")
    assert "Draft another like it" in (await browser.get("/campaigns/spring")).text
    await browser.get("/campaigns?like=spring")
    assert _written(browser) == TEXT.replace("spring", "spring-2").replace("SE", "LV").replace("[when]", "\n[when]")
    assert (await browser.get("/campaigns?like=nothing")).status_code == 404


async def test_a_draft_is_discarded_and_its_name_is_free_again_but_what_was_scheduled_is_not(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT)
    assert "Cancel it" not in browser.words, "there is nothing yet that could be ended"
    assert "its name is free again" in browser.words, "discarding is asked twice"
    page = browser.page
    await browser.send_form("/campaigns/spring/discard")
    assert "The draft “spring” is discarded." in browser.words and "No campaign yet." in browser.words
    assert (await browser.get("/campaigns/spring")).status_code == 404
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=TEXT)
    await browser.send_form("/campaigns/spring/schedule")
    assert "Discard the draft" not in browser.words
    browser.page = page
    await browser.send_form("/campaigns/spring/discard")
    assert "That can no longer be done" in browser.words and "spring scheduled" in browser.words


async def test_links_that_the_shop_hands_out_are_downloaded(house: House) -> None:
    browser = await _planned(house)
    assert "links.csv" not in (await browser.get("/campaigns/spring")).text
    invitations, customers = TABLES[Invitation], TABLES[Customer]

    def as_link(conn: Connection) -> Any:
        conn.execute(update(customers).values(external_id="C-1", lang="sv").where(customers.c.name == "Astrid 0"))
        first = select(customers.c.id).where(customers.c.external_id == "C-1").scalar_subquery()
        sent = update(invitations).values(state="sent", reason="link").where(invitations.c.customer_id == first)
        return conn.execute(sent.returning(invitations.c.token)).scalar_one()

    token = await house.world.database.write(as_link)
    assert "Download the links to hand out" in (await browser.get("/campaigns/spring")).text
    assert (await browser.get("/campaigns/spring/links.csv")).text.split() == [
        "customer,lang,account,link",
        f"C-1,sv,shop_bot,https://t.me/northlight_bot?start={token}",
        f"C-1,sv,chat,{ADDRESS}/chat/{token}",
    ]
    assert (await browser.get("/campaigns/nothing/links.csv")).status_code == 404


async def test_progress_is_told_with_every_reason(house: House) -> None:
    browser = await _planned(house, TEXT.replace("[when]", "control = 0.9\n[when]"))
    await browser.get("/campaigns/spring")
    assert "kept back for comparison" in browser.words
    assert "looked at" in browser.words
    assert "spring" in (await browser.get("/campaigns")).text


async def test_what_cannot_be_taken_is_told_by_line_and_what_was_written_stays(house: House) -> None:
    browser = await _operator(house)
    answer = await browser.send_form("/campaigns", text=TEXT.replace("survey", "survy"))
    assert answer.status_code == 409
    assert 'line 2: there is no key "survy"; write survey' in browser.words
    assert "customer.country" in answer.text


async def test_campaigns_are_for_leads_and_operators_and_an_unknown_one_is_not_there(house: House) -> None:
    await house.world.staff("Agnes", role="agent")
    assert (await (await house.signed_in("Agnes")).get("/campaigns")).status_code == 403
    browser = await _operator(house)
    assert (await browser.get("/campaigns/autumn")).status_code == 404


async def test_an_open_page_is_told_when_the_campaign_is_further(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT)
    watch = CampaignWatch(house.world.database, house.world.clock)
    events = aiter(watch.events("spring", ""))
    seen = (await anext(events)).id
    told = asyncio.ensure_future(anext(events))
    await browser.send_form("/campaigns/spring/schedule")
    assert (await asyncio.wait_for(told, PATIENCE)).id != seen


async def test_a_test_goes_to_oneself_alone_in_every_wording(house: House) -> None:
    anna = await house.world.customer("Anna", lang="en")
    browser = await _operator(house)
    in_two = TEXT.replace("customer.country == 'SE'", "customer.lang in ['en', 'sv']")
    await browser.send_form("/campaigns", text=in_two + WARM + 'hello.sv = "Kära du, det här är {shop}. STOPP avslutar."\n')
    await browser.get("/campaigns/spring?lang=sv")
    assert "Hur troligt är det" in browser.words
    await browser.get("/campaigns/spring")
    await browser.send_form("/campaigns/spring/test", to=anna.native_id)
    assert "The test is on its way. Messages: 2." in browser.words
    sent = [say.text for say in await house.world.messages(anna.native_id, "shop_bot")]
    assert sent[0].startswith("[spring, own]") and "Dear you" in sent[1]
    await browser.get("/campaigns/spring?lang=sv")
    await browser.send_form("/campaigns/spring/test", to=anna.native_id)
    assert "The test is on its way." in browser.words and "Hur troligt är det" in browser.words, "in the language that was looked at"


async def test_how_it_begins_is_shown_in_the_languages_that_it_is_asked_in(house: House) -> None:
    browser = await _operator(house)
    in_english = TEXT.replace("customer.country == 'SE'", "customer.lang == 'en'")
    await browser.send_form("/campaigns", text=in_english + WARM)
    await browser.get("/campaigns/spring?lang=sv")
    assert "Dear you, this is Sample Shop." in browser.words and "Hur troligt är det" not in browser.words


async def test_it_is_told_who_is_not_asked_beside_the_audience(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT)
    assert "Only who" not in browser.words
    await browser.get("/campaigns")
    narrow = 'purpose = "quote"\nnew_to = "panel_taste"\nown_language_only = true\n[when]'
    await browser.send_form("/campaigns", text=TEXT.replace("[when]", narrow))
    assert "Only who has agreed to quote Only who has said neither yes nor no to panel_taste" in browser.words
    assert "Only who speaks a language of the survey" in browser.words


async def test_limits_change_while_it_runs_and_what_it_does_is_told(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT.replace("[when]", "control = 0.1\n[when]"))
    assert "Kept back, for comparison 10 %" in browser.words and "on each customer’s own clock" in browser.words
    await browser.send_form("/campaigns/spring/schedule")
    await browser.send_form("/campaigns/spring/limits", quota="200", per_day="", reminders="0", expires="3d")
    assert "The limits of “spring” are changed." in browser.words
    assert "Enough answers 200" in browser.words and "Too late after 3 days" in browser.words


async def test_a_form_that_is_refused_keeps_what_was_typed_with_the_mistake_beside_it(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT.replace("[when]", "quota = 50\n[when]"))
    await browser.send_form("/campaigns/spring/schedule")
    answer = await browser.send_form("/campaigns/spring/limits", quota="200", per_day="many", reminders="2", expires="3 dagar")
    form = re.search(r'<details class="later" open>.*?</form>', browser.page, re.DOTALL)
    assert answer.status_code == 409 and form and "Nothing was changed. Write the time as 12h or 7d" in form[0]
    assert all(f'value="{typed}"' in form[0] for typed in ("200", "many", "3 dagar")) and "<option selected>2</option>" in form[0]
    assert "Enough answers 50" in browser.words, "what holds is shown as it holds"
    await browser.send_form("/campaigns/spring/limits", quota="200", per_day="", reminders="2", expires="3d")
    assert "The limits of “spring” are changed." in browser.words and "Enough answers 200" in browser.words

    await browser.get("/campaigns/spring?lang=sv")
    answer = await browser.send_form("/campaigns/spring/test", to="Anna & co")
    form = re.search(r'action="/campaigns/spring/test".*?</form>', browser.page, re.DOTALL)
    assert answer.status_code == 409 and form and "Nobody with an open chat is known as “Anna &amp; co”" in form[0]
    assert 'value="Anna &amp; co"' in form[0] and 'name="lang" value="sv"' in form[0] and "Hur troligt är det" in browser.words


async def test_limits_of_a_campaign_that_was_cancelled_meanwhile_are_not_lost_without_a_word(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/campaigns", text=TEXT)
    await browser.send_form("/campaigns/spring/schedule")
    page = browser.page
    await browser.send_form("/campaigns/spring/cancel")
    browser.page = page
    await browser.send_form("/campaigns/spring/limits", quota="200", per_day="", reminders="0", expires="3d")
    assert "That can no longer be done" in browser.words and 'value="200"' in browser.page


@needs_chromium[0]
@needs_chromium[1]
async def test_a_page_on_which_a_form_was_refused_stays_live(house: House) -> None:
    async with serving(house.sample) as url, chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{url}/campaigns")
        await page.get_by_label("The campaign").fill(TEXT)
        await page.get_by_role("button", name="Keep as a draft").click()
        await page.get_by_label("Your own id").fill("nobody at all")
        await page.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_role("alert")).to_contain_text("is known as “nobody at all”")
        await expect(page.get_by_label("Your own id")).to_have_value("nobody at all")
        await house.world.database.write(lambda conn: schedule(conn, "spring", bank().get, house.world.clock.now()))
        await expect(page.get_by_text("scheduled")).to_be_visible()
        await expect(page.get_by_label("Your own id")).to_have_value("nobody at all")


async def test_mistakes_stand_where_they_were_made_and_speak_the_readers_language(house: House) -> None:
    await house.world.staff("Siv", role="lead", lang="sv")
    browser = await house.signed_in("Siv")
    await browser.get("/campaigns")
    answer = await browser.send_form("/campaigns", text=TEXT.replace('"spring"', '"Spring"'))
    form = re.search(r'<form method="post" action="/campaigns".*?</form>', browser.page, re.DOTALL)
    assert answer.status_code == 409 and form and 'role="alert"' in form[0] and "Spring" in _written(browser)
    assert "Det här är fel, rad för rad" in form[0] and '<span lang="en">the campaign, line 1: &#34;name&#34; cannot be' in form[0]
    await browser.send_form("/campaigns", text=TEXT.replace("2026-03-02", "2026-02-02"))
    assert "Den kan inte schemaläggas: tidpunkten, 2026-02-02 18:00" in browser.words, "told before it is tried"
    await browser.send_form("/campaigns/spring/schedule")
    assert "tidpunkten, 2026-02-02 18:00, är förbi överallt. Skriv en senare i utkastet." in browser.words


def test_a_message_that_looks_the_same_on_several_platforms_is_shown_once() -> None:
    own, warm = Shown("own", "slack", ("Hello",), ("1", "2")), Shown("warm", "slack", ("Hi",), ("1", "2"))
    x = Shown("own", "x", ("Hello (1 or 2)",), ())
    shown = together([own, replace(own, platform="telegram"), x, warm, replace(warm, platform="telegram")])
    assert [(platforms, one.texts[0]) for platforms, one in shown] == [
        (["slack", "telegram"], "Hello"),
        (["x"], "Hello (1 or 2)"),
        (["slack", "telegram"], "Hi"),
    ]


async def test_whoever_waits_says_why_and_an_ended_campaign_does_not_speak_of_later(house: House) -> None:
    browser = await _planned(house)
    await browser.get("/campaigns/spring")
    assert "waiting their turn comes 3" in browser.words
    await browser.send_form("/campaigns/spring/pause")
    assert "waiting the campaign is paused 3" in browser.words
    await browser.send_form("/campaigns/spring/cancel")
    assert "waiting the campaign was cancelled 3" in browser.words, "until they are settled"
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=TEXT.replace('"spring"', '"never"'))
    await browser.send_form("/campaigns/never/schedule")
    assert "Nobody has been invited yet." in browser.words
    await browser.send_form("/campaigns/never/cancel")
    assert "Nobody was invited." in browser.words


async def test_why_a_campaign_waits_is_told_in_the_readers_language_with_what_to_do(house: House) -> None:
    await house.world.staff("Siv", role="lead", lang="sv")
    browser, now = await house.signed_in("Siv"), house.world.clock.now()
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=TEXT)
    await house.world.database.write(lambda conn: note_incidents(conn, [("bulk.shop_bot", "campaigns wait: 100 replies", now)]))
    await browser.get("/campaigns/spring")
    assert "shop_bot låter kampanjer vänta Svaren går först" in browser.words
    assert '<span lang="en">(campaigns wait: 100 replies)</span>' in browser.page


@needs_chromium[0]
@needs_chromium[1]
async def test_wordings_are_compared_on_a_phone_without_a_name_cut_into_syllables(house: House) -> None:
    await house.world.staff("Ilze", role="lead", lang="lv")
    text = TEXT + '[[wording]]\nname = "warm_letters"\nquestions.nps.en = "Would you recommend {shop}?"\n'
    rows = [{"id": new_id(), "country": "SE", "lang": "en", "created_at": MONDAY} for _ in range(80)]
    await house.world.database.write(lambda conn: insert_many(conn, TABLES[Customer], rows))
    operator = await house.signed_in("Ilze")
    await operator.get("/campaigns")
    await operator.send_form("/campaigns", text=text.replace("customer.country == 'SE'", "customer.lang == 'en'"))
    await operator.send_form("/campaigns/spring/schedule")
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
    answered = update(TABLES[Invitation]).values(state="completed")
    await house.world.database.write(lambda conn: conn.execute(answered))
    async with serving(house.app) as url, chromium() as browser:
        context = await browser.new_context(viewport={"width": 390, "height": 800})
        await context.add_cookies([{"name": "makegood_desk", "value": operator.cookies["makegood_desk"], "url": url}])
        page = await context.new_page()
        await page.goto(f"{url}/campaigns/spring")
        await expect(page.locator("#wordings")).to_contain_text("100 %")
        for name in ("pašas aptaujas vārdi", "warm_letters"):
            place = await page.locator("#wordings").get_by_role("rowheader", name=name).bounding_box()
            assert place and place["height"] < 90, place
        assert await page.evaluate("document.documentElement.scrollWidth") == 390


@needs_chromium[0]
@needs_chromium[1]
@pytest.mark.parametrize("width", [1280, 390])
async def test_nothing_in_the_heading_moves_when_it_asks_before_it_cancels(house: House, width: int) -> None:
    await _planned(house)
    async with serving(house.sample) as url, chromium() as browser:
        page = await browser.new_page(viewport={"width": width, "height": 800})
        await page.goto(f"{url}/campaigns/spring")
        heading, asking = page.locator("#state"), page.locator("#state .asking")
        parts = [heading.get_by_role("heading"), heading.get_by_role("button", name="Pause"), heading.locator("summary")]
        before = [await part.bounding_box() for part in parts]
        await heading.locator("summary").click()
        await expect(asking.get_by_role("button", name="Cancel it")).to_be_visible()
        assert [await part.bounding_box() for part in parts] == before
        place, title = await asking.bounding_box(), before[0]
        assert place and title and place["y"] > title["y"] + title["height"] and 0 <= place["x"] <= width - place["width"]


@needs_chromium[0]
@needs_chromium[1]
async def test_those_asked_and_those_kept_back_are_compared_where_that_is_wished_for(house: House) -> None:
    await house.world.staff("Ilze", role="lead", lang="lv")
    rows = [{"id": new_id(), "country": "SE", "created_at": MONDAY} for _ in range(80)]
    await house.world.database.write(lambda conn: insert_many(conn, TABLES[Customer], rows))
    operator = await house.signed_in("Ilze")
    await operator.get("/campaigns")
    await operator.send_form("/campaigns", text=TEXT.replace("[when]", "control = 0.5\n[when]"))
    await operator.send_form("/campaigns/spring/schedule")
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
    await operator.get("/campaigns/spring")
    assert "Salīdzināt tagad" not in operator.words, "nobody was asked yet"
    invitations, before = TABLES[Invitation], MONDAY - timedelta(days=1)

    def bought(conn: Connection) -> None:
        conn.execute(update(invitations).where(invitations.c.state == "planned").values(state="sent", due_at=before))
        conn.execute(update(invitations).where(invitations.c.reason == "control").values(due_at=before))
        asked = conn.execute(select(invitations.c.customer_id).where(invitations.c.state == "sent")).scalars()
        told = {"source": "shop", "kind": "purchase", "occurred_at": MONDAY, "created_at": MONDAY}
        insert_many(conn, TABLES[Touchpoint], [{"id": new_id(), "customer_id": one, "external_id": str(one), **told} for one in asked])

    await house.world.database.write(bought)
    async with serving(house.app) as url, chromium() as browser:
        context = await browser.new_context(viewport={"width": 390, "height": 800})
        await context.add_cookies([{"name": "makegood_desk", "value": operator.cookies["makegood_desk"], "url": url}])
        page = await context.new_page()
        await page.goto(f"{url}/campaigns/spring")
        await expect(page.locator("#effect table")).to_have_count(0)
        await page.get_by_role("link", name="Salīdzināt tagad").click()
        await expect(page.locator("#effect")).to_contain_text("100,0 %")
        await expect(page.locator("#effect")).to_contain_text("): atšķiras")
        for name in ("aicinātie", "atstātie", "pret atstātajiem"):
            place = await page.locator("#effect").get_by_role("rowheader", name=name, exact=True).bounding_box()
            assert place and place["height"] < 90, place
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
