"""A page that stays live begins to listen where it was written: nothing falls between the two."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from html import unescape

import pytest
from sqlalchemy import update

from bot.campaigns.panels.steering import found_panel
from bot.campaigns.planning import plan_campaigns
from bot.campaigns.steering import schedule
from bot.console.watching import changes, mark_of
from bot.surveys.bank import bank
from storage.bulk import insert_many
from storage.customers import Customer
from storage.ids import short
from storage.invitations import Invitation
from storage.queries.focus import change_group, group_named
from storage.queries.incidents import note_incidents
from storage.queries.panels import write_consent
from tests.campaigns.campaign import STOCKHOLM
from tests.console.house import Browser, House
from tests.console.test_campaign_pages import TEXT as CAMPAIGN
from tests.console.test_campaign_scores import answered
from tests.console.test_group_pages import TEXT as GROUP
from tests.console.test_poll_pages import TEXT as POLL
from tests.invitations.shop import MONDAY, TABLES
from tests.panels.test_members import TASTE
from tests.patience import PATIENCE, caller
from tests.serving import serving

Change = Callable[[], Awaitable[object]]


async def _desk(house: House, browser: Browser) -> tuple[str, Change]:
    anna = await house.world.customer()
    return "/desk", lambda: house.world.says(anna, "csat", 1)


async def _case(house: House, browser: Browser) -> tuple[str, Change]:
    anna = await house.world.customer()
    await house.world.says(anna, "csat", 1)
    (case,) = await house.world.cases()
    return f"/desk/cases/{short(case.id)}", lambda: house.world.says(anna, words="and the box was wet")


async def _campaign(house: House, browser: Browser) -> tuple[str, Change]:
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=CAMPAIGN)
    return "/campaigns/spring", lambda: browser.send_form("/campaigns/spring/schedule")


async def _campaign_answered(house: House, browser: Browser) -> tuple[str, Change]:
    """Somebody has begun to answer, and is not through."""
    await house.world.database.write(lambda conn: insert_many(conn, TABLES[Customer], [{"id": 1, "country": "SE", "created_at": MONDAY}]))
    place, scheduled = await _campaign(house, browser)
    await scheduled()
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
    await house.world.database.write(lambda conn: conn.execute(update(TABLES[Invitation]).values(state="sent")))
    return place, lambda: house.world.database.write(lambda conn: conn.execute(update(TABLES[Invitation]).values(state="started")))


async def _campaign_scored(house: House, browser: Browser) -> tuple[str, Change]:
    """Somebody answers a question, and nothing else of the campaign is another."""
    place, scheduled = await _campaign(house, browser)
    await scheduled()
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
    return place, lambda: house.world.database.write(lambda conn: answered(conn, "relationship", "nps", {10: 1}))


async def _panel_asked(house: House, browser: Browser) -> tuple[str, Change]:
    await house.world.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=CAMPAIGN.replace("audience = \"customer.country == 'SE'\"", 'panel = "taste"'))
    now = house.world.clock.now()
    return "/panels/taste", lambda: house.world.database.write(lambda conn: schedule(conn, "spring", bank().get, now))


async def _poll(house: House, browser: Browser) -> tuple[str, Change]:
    await browser.get("/polls")
    await browser.send_form("/polls", text=POLL)
    return "/polls/colour", lambda: browser.send_form("/polls/colour/post")


async def _panel(house: House, browser: Browser) -> tuple[str, Change]:
    await house.world.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    anna = await house.world.customer()
    return "/panels/taste", lambda: house.world.database.write(
        lambda conn: write_consent(conn, anna.customer_id, "taste", True, "dialog", house.world.clock.now())
    )


async def _group(house: House, browser: Browser) -> tuple[str, Change]:
    await house.world.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    await browser.get("/groups")
    await browser.send_form("/groups", text=GROUP)
    async with house.world.database.read() as conn:
        group = await conn.run_sync(group_named, "basket")
    assert group
    return "/groups/basket", lambda: house.world.database.write(lambda conn: change_group(conn, group.id, reminded=True))


async def _health(house: House, browser: Browser) -> tuple[str, Change]:
    trouble = ("bulk.shop_bot", "campaigns wait", house.world.clock.now())
    return "/health", lambda: house.world.database.write(lambda conn: note_incidents(conn, [trouble]))


def _listens(browser: Browser) -> str:
    """Where the page listens."""
    found = re.search(r'data-live="(/[^"]*)"', browser.page)
    assert found
    return unescape(found[1])


@pytest.mark.parametrize(
    "open_page",
    [_desk, _case, _campaign, _campaign_answered, _campaign_scored, _poll, _panel, _panel_asked, _group, _health],
    ids=lambda page: page.__name__[1:],
)
async def test_what_changes_before_a_page_listens_is_told_at_once(
    open_page: Callable[[House, Browser], Awaitable[tuple[str, Change]]], house: House
) -> None:
    await house.world.staff("Maria", role="lead")
    browser = await house.signed_in("Maria")
    place, change = await open_page(house, browser)
    cookie = {"Cookie": f"makegood_desk={browser.cookies['makegood_desk']}"}
    async with serving(house.app) as url, caller(url) as client, asyncio.timeout(PATIENCE):

        async def told(listening: str, last: str = "") -> str:
            """The mark of the first event."""
            heard = cookie | ({"Last-Event-ID": last} if last else {})
            async with client.stream("GET", listening, headers=heard) as stream:
                lines = stream.aiter_lines()
                mark = (await anext(lines)).removeprefix("id: ")
                assert await anext(lines) == "event: changed"
            return mark

        await browser.get(place)
        listening, shown = _listens(browser), _listens(browser).partition("?since=")[2]
        assert await told(listening.replace(shown, "another")) == shown, "what it shows is what is looked at"
        await change()
        changed = await told(listening)
        assert changed != shown
        assert await told(listening.replace(shown, changed), last=shown) == changed, "what was told last is newer than the page"
        await browser.get(place)
        assert _listens(browser) == listening.replace(shown, changed)


async def test_what_a_page_shows_already_is_not_told_again() -> None:
    found = iter(["one", "one", "two", "two", "three"])

    async def look() -> object:
        return next(found)

    events = changes(look, mark_of("one"), every=0)
    assert [(await anext(events)).id for _ in range(2)] == [mark_of("two"), mark_of("three")]
