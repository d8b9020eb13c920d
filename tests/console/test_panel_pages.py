"""The operator's pages of panels: founding, inviting, who is in it and how they answer, taking somebody out."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

from markupsafe import escape
from playwright.async_api import expect
from sqlalchemy import Connection

from bot.campaigns.definition import Definition as Campaign
from bot.campaigns.planning import plan_campaigns
from bot.campaigns.steering import draft, schedule
from bot.surveys.bank import bank
from storage.bulk import insert_many
from storage.customers import Consent, Customer
from storage.ids import new_id, short
from storage.invitations import Invitation
from storage.queries.panels import panels_of, write_consent
from tests.browser import chromium, needs_chromium
from tests.campaigns.campaign import STOCKHOLM
from tests.console.house import ADDRESS, Browser, House
from tests.invitations.shop import DAY, MONDAY, TABLES
from tests.serving import serving

TEXT = """name = "taste"
most = 1
every = "30d"
[about]
en = "new teas & <cups>"
"""


async def _operator(house: House, role: str = "lead") -> Browser:
    await house.world.staff("Maria", role=role)
    browser = await house.signed_in("Maria")
    await browser.get("/panels")
    return browser


async def _customers(house: House, count: int) -> list[int]:
    rows = [{"id": new_id(), "name": f"Astrid {number}", "country": "SE", "lang": "sv", "created_at": MONDAY} for number in range(count)]
    await house.world.database.write(lambda conn: insert_many(conn, TABLES[Customer], rows))
    return [int(str(row["id"])) for row in rows]


async def _asked(house: House, name: str, answered: int) -> None:
    """A campaign to the panel was sent, and so many of its invitations are answered."""
    now = house.world.clock.now()
    moment = now.astimezone(STOCKHOLM).replace(tzinfo=None)
    campaign = Campaign.model_validate({"name": name, "survey": "relationship", "panel": "taste", "when": {"at": moment}})

    def begin(conn: Connection) -> None:
        draft(conn, campaign, now)
        schedule(conn, name, bank().get, now)

    await house.world.database.write(begin)
    await plan_campaigns(house.world.database, STOCKHOLM, now)
    invitation = TABLES[Invitation]

    def sent(conn: Connection) -> None:
        conn.execute(invitation.update().values(state="sent", sent_at=now))
        some = [row.id for row in conn.execute(invitation.select().limit(answered))]
        conn.execute(invitation.update().where(invitation.c.id.in_(some)).values(state="completed", completed_at=now))

    await house.world.database.write(sent)


async def test_a_panel_is_founded_counted_and_invited_to(house: House) -> None:
    await _customers(house, 3)
    browser = await _operator(house)
    await browser.send_form("/panels", text=TEXT)
    assert "“taste” is founded. Now invite to it." in browser.words and "new teas & <cups>" in browser.words
    await browser.get("/panels/taste?audience=customer.country")
    assert "the audience" not in browser.words and "0 of 3 customers" in browser.words and "invite everybody, write true" in browser.words
    await browser.get("/panels/taste?audience=customer.tier == 'gold'")
    assert "customer.tier is known of 0 of 3." in browser.words
    await browser.get("/panels/taste?audience=colour == 1")
    assert "The rule uses colour, which nothing is known of. Write customer.colour" in browser.words
    assert (await browser.get("/campaigns")).text.count("panel-taste") == 0, "counting invites nobody"
    await browser.get("/panels/taste?audience=customer.country == 'SE'")
    assert "3 of 3 customers would be invited now. Those who opted out, were asked lately" in browser.words
    assert "and gives its reason. Astrid 0" in browser.words
    counted = browser.page
    await browser.send_form("/panels/taste/invite")
    assert "“panel-taste-1” invites from now on." in browser.words
    browser.page = counted
    await browser.send_form("/panels/taste/invite")
    assert "They are being invited already, by panel-taste-1: nobody is invited a second time." in browser.words
    await browser.get("/panels/taste?audience=customer.country == 'SE'")
    assert "Invitations are under way: panel-taste-1 scheduled" in browser.words and "Invite them now" not in browser.words
    now = house.world.clock.now()
    await plan_campaigns(house.world.database, STOCKHOLM, now)
    sent = TABLES[Invitation].update().values(state="sent", sent_at=now)
    await house.world.database.write(lambda conn: conn.execute(sent))
    await browser.get("/panels/taste?audience=customer.country == 'SE'")
    assert "Invited, and not answered yet: 3." in browser.words and "0 of 3 customers" in browser.words
    await browser.get("/campaigns/panel-taste-1")
    assert "about new teas & <cups>" in browser.words, "the survey that invites is known at once"


async def test_a_panel_tells_who_joined_rests_and_left_and_how_they_answer(house: House) -> None:
    people = await _customers(house, 8)
    browser = await _operator(house)
    await browser.send_form("/panels", text=TEXT)
    now = house.world.clock.now()

    def said(conn: Connection) -> None:
        for customer in people[:7]:
            write_consent(conn, customer, "taste", True, "dialog", now - DAY)
        write_consent(conn, people[6], "taste", False, "dialog", now)
        write_consent(conn, people[7], "taste", False, "dialog", now)

    await house.world.database.write(said)
    await _asked(house, "tea-of-may", answered=3)
    house.world.clock.move_to(now + DAY)
    await browser.get("/panels/taste")
    assert "members 6" in browser.words and "resting 6" in browser.words
    assert "have left 1" in browser.words, "who said no from the beginning has not left"
    assert "50 %" in browser.words and "19 % to 81 %" in browser.words and "6 people asked · few answers" in browser.words
    assert "tea-of-may" in browser.words and "6 of 6 settled · 3 answered" in browser.words
    assert "Astrid" not in browser.words, "members stand under marks"
    assert "1 of 1" in browser.words and "0 of 1" in browser.words
    await browser.send_form("/campaigns/tea-of-may/pause")
    assert "“tea-of-may” is paused" in browser.words
    await browser.get("/panels")
    assert "members: 6" in browser.words and "n = 6" in browser.words


async def test_what_could_be_asked_next_has_a_name_that_no_campaign_has(house: House) -> None:
    browser = await _operator(house)
    await browser.send_form("/panels", text=TEXT)
    assert 'name = "taste-1"' in browser.words
    await _asked(house, "taste-2", answered=0)
    await browser.get("/panels/taste")
    assert 'name = "taste-1"' in browser.words
    await _asked(house, "taste-1", answered=0)
    await browser.get("/panels/taste")
    assert 'name = "taste-3"' in browser.words, "under a name that there is, it would change that campaign"


async def test_somebody_is_taken_out_and_only_by_a_form_of_ours(house: House) -> None:
    (anna,) = await _customers(house, 1)
    browser = await _operator(house)
    await browser.send_form("/panels", text=TEXT)
    now = house.world.clock.now() - timedelta(minutes=1)
    await house.world.database.write(lambda conn: write_consent(conn, anna, "taste", True, "dialog", now))
    await browser.get("/panels/taste")
    forged = await browser.post("/panels/taste/leave", data={"who": short(anna)}, headers={"Origin": ADDRESS})
    assert forged.status_code == 403
    assert f'name="who" value="{short(anna)}"' in browser.page
    await browser.send_form("/panels/taste/leave", who=short(anna))
    assert "They are no longer in “taste”." in browser.words
    async with house.world.database.read() as conn:
        assert await conn.run_sync(lambda conn: panels_of(conn, anna)) == []
        assert (await conn.execute(TABLES[Consent].select())).all()[-1].source == "operator"


async def test_a_form_that_is_refused_keeps_what_was_typed_with_the_mistake_beside_it(house: House) -> None:
    await _customers(house, 3)
    browser = await _operator(house)
    await browser.send_form("/panels", text=TEXT)
    answer = await browser.send_form("/panels/taste/leave", who="Astrid & co")
    form = re.search(r'<details class="panel" open>.*?</form>', browser.page, re.DOTALL)
    assert answer.status_code == 409 and form and "Nobody is known as" in form[0] and 'value="Astrid &amp; co"' in form[0]
    audience = "customer.country == 'SE'"
    await browser.get(f"/panels/taste?audience={quote(audience)}")
    page = browser.page
    await browser.send_form("/panels/taste/invite")
    browser.page = page
    answer = await browser.send_form("/panels/taste/invite")
    invite = browser.page.partition('id="invite"')[2].partition("</section>")[0]
    assert answer.status_code == 409 and 'role="alert"' in invite and f'value="{escape(audience)}"' in invite


async def test_what_is_wrong_is_told_by_line_and_panels_are_for_those_who_decide(house: House) -> None:
    browser = await _operator(house)
    answer = await browser.send_form("/panels", text=TEXT.replace("most = 1", "most = 0"))
    assert answer.status_code == 409 and 'line 2: "most" cannot be 0' in browser.words and "new teas &amp;" in browser.page
    assert (await browser.get("/panels/none")).status_code == 404
    await house.world.staff("Agnes", role="agent")
    assert (await (await house.signed_in("Agnes")).get("/panels")).status_code == 403


@needs_chromium[0]
@needs_chromium[1]
async def test_a_member_is_taken_out_on_a_phone_too(house: House) -> None:
    (anna,) = await _customers(house, 1)
    await (await _operator(house)).send_form("/panels", text=TEXT)
    now = house.world.clock.now() - timedelta(minutes=1)
    await house.world.database.write(lambda conn: write_consent(conn, anna, "taste", True, "dialog", now))
    async with serving(house.sample) as url, chromium() as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        await page.goto(f"{url}/panels/taste")
        place = await page.locator("#members summary").bounding_box()
        assert place and place["x"] + place["width"] < 390 and place["height"] < 40, "seen at once, and not cut into syllables"
        beyond = await page.locator("#members .wide-table").evaluate("table => table.scrollWidth - table.clientWidth")
        assert beyond == 0, "nor is its end out of sight"
        await page.locator("#members summary").click()
        await expect(page.locator("#members").get_by_role("button", name="They have left")).to_be_visible()
        button = await page.locator("#members").get_by_role("button", name="They have left").bounding_box()
        assert button and button["x"] + button["width"] < 390
