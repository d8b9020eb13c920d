"""The page of the accounts' health: in a good state, in trouble, and after it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from bot.console.words import LANGUAGES
from bot.health.look import Watched
from bot.health.telling import tell_incidents
from bot.health.watch import HealthWatch
from bot.health.words import KINDS
from channels.contract import Ailment, Allowance, Cause, Rejected, Retry, Say, Unknown, Vitals
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.outbox import Message, Priority
from storage.queries.health import note_faults
from storage.queries.incidents import note_incidents
from tests.console.house import ACCOUNTS, Browser, House
from tests.patience import PATIENCE, caller
from tests.serving import serving

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Patient:
    """The accounts of a shop that runs beside the page."""

    def __init__(self, house: House) -> None:
        self._house, self.clock = house, house.world.clock
        self.vitals = {account.name: Vitals(account.name, listens=account.side != "systems") for account in ACCOUNTS}
        self._watch = HealthWatch(house.world.database, self.clock, [Watched(one, object()) for one in self.vitals.values()])

    def start(self) -> None:
        now = self.clock.now()
        for vitals in self.vitals.values():
            vitals.serve(now)
            vitals.connected_at = now

    async def after(self, time: timedelta) -> None:
        self.clock.move_to(self.clock.now() + time)
        await self._watch.look()
        await self.write(lambda conn: tell_incidents(conn, self._house.world.rules.hours.zone, self.clock.now()))

    async def write(self, change: Any) -> None:
        await self._house.world.database.write(change)


@pytest.fixture
def patient(house: House) -> Patient:
    return Patient(house)


async def _page(house: House, name: str = "Maria", **more: str) -> Browser:
    browser = await house.signed_in(name)
    await browser.get("/health")
    return browser


async def test_accounts_that_are_well_show_when_they_last_heard_and_spoke_and_what_is_left_to_them(house: House, patient: Patient) -> None:
    await house.world.staff("Maria", role="lead")
    browser = await _page(house)
    assert "Accounts that need a look: 4" in browser.words and "not served" in browser.words
    patient.start()
    bot, on_x = patient.vitals["shop_bot"], patient.vitals["shop_x"]
    bot.heard_at = patient.clock.now() - 3 * MINUTE
    bot.sent(patient.clock.now() - 2 * MINUTE)
    on_x.allowances = {
        "money": Allowance(1.25, 5, patient.clock.now() + timedelta(hours=2)),
        "mentions": Allowance(297, 300, patient.clock.now() + 9 * MINUTE),
    }
    await patient.after(SECOND)
    await browser.get("/health")
    assert "All accounts are connected" in browser.words
    assert "Telegram shop_bot ✓ connected" in browser.words
    assert (
        "Last message in 3 minutes ago Last message out 2 minutes ago Waiting in the outbox none Limits nothing is held back"
        in browser.words
    )
    assert (
        "dollars for today: 1.25 of 5.00 left, renewed at 12:00" in browser.words and "looks for mentions: 297 of 300 left" in browser.words
    )
    assert "Nothing is wrong. The last seven days Nothing was wrong" in browser.words


async def test_trouble_is_shown_with_what_to_do_and_afterwards_with_how_long_it_lasted(house: House, patient: Patient) -> None:
    await house.world.staff("Maria", role="operator")
    patient.start()
    bot = patient.vitals["shop_bot"]
    bot.not_sent(Retry(30 * MINUTE, "Telegram does not know this bot's <token>", account_wide=True, cause=Cause.TOKEN), patient.clock.now())
    now = patient.clock.now()
    row = message_row(Say("Hello"), channel="telegram", account="shop_bot", address="1", priority=Priority.REPLY, now=now)
    await patient.write(lambda conn: insert_many(conn, Message.__table__, [row]))  # type: ignore[attr-defined]
    await patient.write(lambda conn: note_faults(conn, [("shop_bot", "refused", 3)], now))
    await patient.after(20 * MINUTE)
    browser = await _page(house)
    assert "! Accounts that need a look: 1" in browser.words
    assert "Telegram shop_bot ! in trouble · since Mon 2 Mar 10:00 (20 minutes) The platform does not let the account in." in browser.words
    assert "<token>" not in browser.page and "Telegram does not know this bot's <token>" in browser.words
    assert "1, the first for 20 minutes" in browser.words
    assert "Requests refused in 24 hours 3" in browser.words and "not let in: 1" in browser.words
    assert "shop_bot is not let in since" in browser.words and "What to do: Make a new token or password" in browser.words
    assert "Operators have been told in their chats." in browser.words
    await patient.write(lambda conn: conn.execute(Message.__table__.delete()))  # type: ignore[attr-defined]
    bot.sent(patient.clock.now())
    await patient.after(10 * MINUTE)
    await browser.get("/health")
    assert "All accounts are connected" in browser.words and "Nothing is wrong." in browser.words
    assert "✓ shop_bot is not let in Mon 2 Mar 10:00 – Mon 2 Mar 10:30 (30 minutes)" in browser.words


async def test_an_account_that_no_process_looks_after_is_not_called_connected(house: House, patient: Patient) -> None:
    await house.world.staff("Maria", role="lead")
    patient.start()
    await patient.after(SECOND)
    patient.clock.move_to(patient.clock.now() + 5 * MINUTE)
    browser = await _page(house)
    assert "shop_bot ? not served · since Mon 2 Mar 10:00 (5 minutes)" in browser.words and "✓ connected" not in browser.words


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_every_state_and_fault_has_words_in_every_language(house: House, patient: Patient, lang: str) -> None:
    await house.world.staff("Maria", role="lead", lang=lang)
    patient.start()
    now = patient.clock.now()
    vitals = list(patient.vitals.values())
    for one, cause in zip(vitals, Cause, strict=True):
        one.hearing[""] = Ailment(now, cause, "why", now + 9 * MINUTE)
        one.not_sent(Rejected("no"), now)
        one.not_sent(Unknown("?"), now)
    whats = ("money", "calls", "mentions", "messages_read", "messages", "posts")
    vitals[0].allowances = {what: Allowance(1, 2) for what in whats}
    await patient.after(SECOND)
    await patient.write(lambda conn: note_incidents(conn, [(f"{kind}.shop_bot", "what", now) for kind in KINDS]))
    await patient.write(lambda conn: note_faults(conn, [("shop_bot", kind, 1) for kind in (*Cause, "unreachable")], now))
    browser = await _page(house)
    assert browser.page.count('<li class="panel account trouble"') >= len(KINDS)
    assert "Maria" in browser.words and f'<html lang="{lang}"' in browser.page


async def test_only_leads_and_operators_see_it(house: House) -> None:
    await house.world.staff("Anna")
    browser = await house.signed_in("Anna")
    answer = await browser.get("/health")
    assert answer.status_code == 403 and "for leads and operators" in browser.words
    assert 'href="/health"' not in (await browser.get("/desk")).text
    assert (await house.browser().get("/health/events")).url.path == "/sign-in"


async def test_an_open_page_hears_of_trouble_by_itself(house: House, patient: Patient) -> None:
    await house.world.staff("Maria", role="lead")
    patient.start()
    await patient.after(SECOND)
    browser = await _page(house)
    (listening,) = re.findall(r'data-live="(/[^"]*)"', browser.page)
    cookie = {"Cookie": f"makegood_desk={browser.cookies['makegood_desk']}"}
    async with (
        serving(house.app) as url,
        caller(url) as client,
        client.stream("GET", listening, headers=cookie) as stream,
        asyncio.timeout(PATIENCE),
    ):
        patient.vitals["shop_bot"].hearing[""] = Ailment(patient.clock.now(), Cause.LINE, "no line")
        await patient.after(SECOND)
        lines = stream.aiter_lines()
        assert "event: changed" in [await anext(lines), await anext(lines)]
