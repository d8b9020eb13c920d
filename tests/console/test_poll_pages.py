"""The operator's pages of polls: drafting, posting, looking, closing."""

from __future__ import annotations

from playwright.async_api import expect
from sqlalchemy import Connection, update

from bot.campaigns.polls.tending import tend_polls
from bot.campaigns.polls.votes import take_vote
from channels.contract import Counted
from storage.polls import PollPlace
from tests.browser import chromium, needs_chromium
from tests.console.house import Browser, House
from tests.serving import serving

TEXT = """name = "colour"
question = "Which colour <b>?"
options = ["Blue", "Green & red"]

[[place]]
account = "shop_bot"
place = "@shopnews"
"""


async def _operator(house: House, role: str = "lead") -> Browser:
    await house.world.staff("Maria", role=role)
    browser = await house.signed_in("Maria")
    await browser.get("/polls")
    return browser


def _counted(conn: Connection) -> None:
    conn.execute(update(PollPlace.__table__).values(state="posted", poll_ref="p1"))  # type: ignore[attr-defined]
    take_vote(conn, Counted("shop_bot", "p1", (30, 10), 40, 1))


async def test_a_poll_is_drafted_posted_read_as_a_chart_and_closed(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/polls", text=TEXT)
    assert "“colour” is a draft now." in browser.words and "Which colour <b>?" in browser.words
    assert "It can be answered for 3 days once it is posted." in browser.words and "How it stands" not in browser.words
    assert "Place Blue" not in browser.words, "an empty table"
    assert "cannot be changed any more" in browser.words, "posting is asked twice"
    await browser.send_form("/polls/colour/post")
    assert "“colour” is being posted." in browser.words and "waits to be posted" in browser.words
    await house.world.database.write(_counted)
    page = (await browser.get("/polls/colour")).text
    assert "n = 40" in browser.words and "75 %" in browser.words and "60 % to 86 %" in browser.words
    assert "this is what they think" in browser.words
    assert 'width="75.0" height="10" class="bar"' in page and "<b>" not in page
    assert "cannot be opened again" in browser.words, "closing is asked twice"
    await browser.send_form("/polls/colour/close")
    assert "“colour” is closed." in browser.words
    assert "colour" in (await browser.get("/polls")).text


async def test_a_place_whose_account_is_gone_says_so_and_the_poll_ends_with_what_was_counted_last(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/polls", text=TEXT)
    await browser.send_form("/polls/colour/post")
    await house.world.database.write(_counted)

    def goes(conn: Connection) -> None:
        conn.execute(update(PollPlace.__table__).values(account="old_bot"))  # type: ignore[attr-defined]

    await house.world.database.write(goes)
    await browser.get("/polls/colour")
    assert "old_bot · can be read no more: the account is not in the configuration" in browser.words
    assert "Put the account back before the poll ends" in browser.words and "n = 40" in browser.words
    await browser.send_form("/polls/colour/close")
    await tend_polls(house.world.database, {}, house.world.clock.now())
    await browser.get("/polls/colour")
    assert "old_bot · ended with what was counted last" in browser.words and "Put the account back" not in browser.words


async def test_a_draft_is_changed_where_it_stands_and_another_made_like_any(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/polls", text=TEXT + "anonymous = false\n")
    assert "shop_bot · not anonymous" in browser.words
    await browser.get("/polls?like=colour")
    assert 'options = ["Blue", "Green & red"]' in browser.words and "anonymous = false" in browser.words
    await browser.send_form("/polls", text=TEXT.replace("Blue", "Black"))
    await browser.send_form("/polls/colour/post")
    await browser.get("/polls?like=colour")
    assert 'name = "colour-2" question = "Which colour <b>?" options = ["Black", "Green & red"]' in browser.words
    assert (await browser.get("/polls?like=nothing")).status_code == 404


async def test_a_draft_is_discarded_and_its_name_is_free_again_but_what_was_posted_is_not(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/polls", text=TEXT)
    assert "its name is free again" in browser.words, "discarding is asked twice"
    page = browser.page
    await browser.send_form("/polls/colour/discard")
    assert "The draft “colour” is discarded." in browser.words and "No poll yet." in browser.words
    assert (await browser.get("/polls/colour")).status_code == 404
    await browser.get("/polls")
    await browser.send_form("/polls", text=TEXT)
    await browser.send_form("/polls/colour/post")
    assert "Discard the draft" not in browser.words
    browser.page = page
    await browser.send_form("/polls/colour/discard")
    assert "That can no longer be done" in browser.words and "Which colour <b>? running" in browser.words


async def test_where_a_poll_was_refused_the_page_says_what_to_do(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/polls", text=TEXT)
    await browser.send_form("/polls/colour/post")
    assert "Where it was refused nobody is asked." not in browser.words

    def refuse(conn: Connection) -> None:
        conn.execute(update(PollPlace.__table__).values(state="refused", reason="chat not found"))  # type: ignore[attr-defined]

    await house.world.database.write(refuse)
    await browser.get("/polls/colour")
    assert "refused: chat not found" in browser.words and "Where it was refused nobody is asked." in browser.words


async def test_what_a_platform_would_not_take_is_told_beside_what_was_written(house: House) -> None:
    browser = await _operator(house)
    answer = await browser.send_form("/polls", text=TEXT.replace("@shopnews", "shopnews"))
    assert answer.status_code == 409 and 'line 7: "shopnews" is no place there' in browser.words
    assert "Green &amp; red" in browser.page, "what was written is still there"


async def test_polls_are_for_leads_and_operators(house: House) -> None:
    browser = await _operator(house, role="agent")
    assert (await browser.get("/polls")).status_code == 403


@needs_chromium[0]
@needs_chromium[1]
async def test_votes_are_seen_as_they_come_and_everything_fits_a_phone(house: House) -> None:
    async with serving(house.sample) as url, chromium() as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        await page.goto(f"{url}/polls")
        await page.get_by_label("The poll").fill(TEXT.replace("Green & red", "Red like the barns in the countryside"))
        await page.get_by_role("button", name="Keep as a draft").click()
        await page.get_by_text("Post it everywhere").first.click()
        await page.get_by_role("button", name="Post it everywhere").click()
        await expect(page.get_by_text("n = 0")).to_be_visible()
        await house.world.database.write(_counted)
        await expect(page.get_by_text("n = 40")).to_be_visible()
        await expect(page.get_by_text("75 %")).to_be_visible()
        option = await page.locator("#result").get_by_text("Red like the barns").bounding_box()
        assert option and option["height"] < 60, "an option is not cut into syllables"
        bars = [await bar.bounding_box() for bar in await page.locator("#result svg").all()]
        assert len({bar and bar["width"] for bar in bars}) == 1, "all on one scale"
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
