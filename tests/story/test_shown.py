"""What staff are shown, as the documentation shows it: an alert in Telegram and in Slack word for word, and pictures of the desk.

`pytest tests/story/test_shown.py --update` writes the words anew and takes the pictures; both are then looked at by a person.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, ViewportSize

from tests.browser import chromium, needs_chromium
from tests.console.house import PASSWORD
from tests.house.checkout import ROOT
from tests.story.colleagues import SlackColleague, TelegramColleague
from tests.story.stage import Stage, staged

PAGE = ROOT / "docs" / "complaints.md"
IMAGES = ROOT / "docs" / "images"
WIDE, PHONE = ViewportSize(width=1200, height=800), ViewportSize(width=390, height=780)
BROKEN = "Lampan kom trasig, och den var en present."


@dataclass(frozen=True, slots=True)
class Complaint:
    name: str
    lang: str
    words: str
    product: str
    amount: float
    order: str

    async def made(self, stage: Stage) -> None:
        bought = {"order": self.order, "product": self.product, "amount": self.amount, "currency": "EUR"}
        customer = await stage.customer("telegram", self.lang, self.name, bought)
        await customer.hears("Northlight")
        await customer.chooses("2")
        await customer.hears("?")
        await customer.writes(self.words)


ANNA = Complaint("Anna", "sv", BROKEN, "Skrivbordslampa Polaris", 49.0, "4711")
OTHERS = (
    Complaint("Camille", "fr", "Je suis déçue : la couleur n’est pas celle de la photo.", "Bouilloire émaillée", 45.0, "4708"),
    Complaint("Alex", "en", "It came four days late, after the garden party it was for.", "Garden lantern", 27.5, "4702"),
    Complaint("Elin", "sv", "Filten luktade bränt plast, är den farlig?", "Yllefilt", 89.0, "4714"),
)


def in_telegram(maja: TelegramColleague, words: str) -> str:
    """The message that holds these words, with its buttons row by row."""
    line = next(line for line in maja.person.transcript() if words in line["text"])
    return "\n".join([line["text"], *(_row(button["label"] for button in row) for row in line["buttons"])])


def in_slack(olle: SlackColleague, words: str) -> str:
    """The same in Slack, whose rows are blocks."""
    entries = [entry.message for entry in olle.person.conversation.entries.values() if entry.from_app]
    blocks = next(message["blocks"] for message in entries if words in str(message.get("blocks")))
    shown = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    return "\n".join(shown + [_row(one["text"]["text"] for one in block["elements"]) for block in blocks if block["type"] == "actions"])


def _row(labels: Any) -> str:
    return " ".join(f"[ {label} ]" for label in labels)


async def test_the_page_shows_the_alerts_as_they_are_rendered(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    async with staged(tmp_path) as stage:
        maja, olle = await stage.colleague("telegram", "Maja"), await stage.colleague("slack", "Olle")
        assert isinstance(maja, TelegramColleague) and isinstance(olle, SlackColleague)
        await ANNA.made(stage)
        for colleague in (maja, olle):
            await colleague.sees(BROKEN)
        alerts = {"Telegram": in_telegram(maja, BROKEN), "Slack": in_slack(olle, BROKEN)}
    written = expected = PAGE.read_text(encoding="utf-8")
    for door, alert in alerts.items():
        before, mark, rest = expected.partition(f"In {door}:\n\n```\n")
        assert mark, f"the page shows no alert in {door}"
        expected = f"{before}{mark}{alert}\n```{rest.partition('```')[2]}"
    if pytestconfig.getoption("--update"):
        PAGE.write_text(expected, encoding="utf-8")
    assert written == expected or pytestconfig.getoption("--update"), "run pytest --update and read the difference"


@needs_chromium[0]
@needs_chromium[1]
async def test_the_desk_fits_a_screen_and_a_phone(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    folder = IMAGES if pytestconfig.getoption("--update") else tmp_path
    async with staged(tmp_path) as stage, chromium() as browser:
        maja = await stage.colleague("telegram", "Maja")
        for complaint in (*OTHERS, ANNA):
            await complaint.made(stage)
            await maja.sees(complaint.words)
        await stage.later(stage.clock.now() + timedelta(minutes=12))
        screen = await at_desk(await browser.new_page(viewport=WIDE), stage)
        light = await at_desk(await browser.new_page(viewport=PHONE, color_scheme="light"), stage)
        dark = await at_desk(await browser.new_page(viewport=PHONE, color_scheme="dark"), stage)
        save(folder / "desk.png", await picture(screen))
        await screen.get_by_role("link", name="Anna").click()
        await screen.get_by_role("link", name="Send again").click()
        await screen.get_by_label("Message in Swedish").wait_for()
        save(folder / "case.png", await picture(screen, whole=True))
        await dark.goto(screen.url)
        save(folder / "desk-phone.png", await picture(light), await picture(dark))


async def at_desk(page: Page, stage: Stage) -> Page:
    """Maja, signed in."""
    await page.goto(f"{stage.address}/desk")
    await page.locator("[name=name]").fill("Maja")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("4 cases").wait_for()
    return page


async def picture(page: Page, *, whole: bool = False) -> Image.Image:
    """What is seen, `whole` with what one scrolls to. Nothing may stick out at the side."""
    sticks_out = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sticks_out == 0
    return Image.open(io.BytesIO(await page.screenshot(full_page=whole))).convert("RGB")


def save(file: Path, *pictures: Image.Image) -> None:
    """Side by side, in so few colours that a page loads them soon."""
    gap = 24
    whole = Image.new("RGB", (sum(one.width for one in pictures) + gap * (len(pictures) - 1), max(one.height for one in pictures)), "white")
    left = 0
    for one in pictures:
        whole.paste(one, (left, 0))
        left += one.width + gap
    whole.quantize(128).save(file, optimize=True)
