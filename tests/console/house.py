"""The console over the complaints' small shop, and a browser that fills in its forms."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette

from bot.console.app import console_app
from bot.console.parts import ConsoleParts, SignIn
from bot.console.passwords import hash_password
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.dialogs.afterwards import NO_OFFERS
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from bot.files.links import FileLinks
from bot.files.store import FileStore
from bot.health.overview import Account
from bot.invitations.links import Links
from bot.invitations.planning import Ask, Planner
from bot.invitations.policy import Policy
from bot.invitations.sending import Outreach
from channels.customers.telegram.polls import POLL_RULES
from tests.complaints.world import STAFF, World

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "a long password of the tests"
HASHED = hash_password(PASSWORD)
ACCOUNTS = (
    Account("shop_bot", "telegram", "customers"),
    Account("shop_x", "x", "customers"),
    Account(STAFF, "telegram", "staff"),
    Account("shop_hook", "shop_hook", "systems"),
)


class House:
    """A world with its desk and console. `app` asks for the password, `sample` is the sample shop's and asks for nothing."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.woken = 0
        self.files = FileStore(world.database, FileFolder(folder), Limits())
        self.file_links = FileLinks(ADDRESS, "a secret of the tests")
        self.staff_bots = {STAFF: "desk_of_tests_bot"}
        self.offers = NO_OFFERS
        self.operations = Operations(world.rules, world.published)
        self.desk = Desk(world.database, self.operations, world.clock, self._wake)

    @property
    def app(self) -> Starlette:
        return self.console(SignIn("password", HASHED))

    @property
    def sample(self) -> Starlette:
        return self.console(SignIn("none"), Planner((Ask("delivery", "after-purchase"),), ZoneInfo("UTC")))

    def console(self, sign_in: SignIn, planner: Planner | None = None) -> Starlette:
        parts = ConsoleParts(
            database=self.world.database,
            desk=self.desk,
            operations=self.operations,
            clock=self.world.clock,
            secret="a secret of the tests",
            address=ADDRESS,
            sign_in=sign_in,
            files=self.files,
            file_links=self.file_links,
            planner=planner,
            watched=ACCOUNTS,
            accounts={"shop_bot": "telegram", "shop_social": "mastodon"},
            poll_rules={"shop_bot": POLL_RULES},
            outreach=Outreach(Policy(), self.world.published, self.world.rules.shop, "en", ("shop_bot", "shop_social")),
            offers=self.offers,
            staff_accounts=dict.fromkeys(self.staff_bots, "telegram"),
            links=lambda: Links({"shop_bot": "northlight_bot"}, {"chat": ADDRESS}),
            staff_links=lambda: Links({account: bot for account, bot in self.staff_bots.items() if bot}),
        )
        return console_app(parts)

    def browser(self, app: Starlette | None = None) -> Browser:
        return Browser(transport=httpx.ASGITransport(app or self.app, raise_app_exceptions=False), base_url=ADDRESS)

    async def signed_in(self, name: str) -> Browser:
        browser = self.browser()
        await browser.get("/sign-in")
        answer = await browser.send_form("/sign-in", name=name, password=PASSWORD)
        assert answer.status_code == 200, answer.text
        return browser

    def _wake(self) -> None:
        self.woken += 1


class Browser(httpx.AsyncClient):
    """Follows redirects, names its page's origin, and sends a form with the hidden fields of the page it was last on."""

    page = ""

    async def get(self, url: httpx.URL | str, **more: object) -> httpx.Response:
        answer = await super().get(url, follow_redirects=True, **more)  # type: ignore[arg-type]
        self.page = answer.text
        return answer

    async def send_form(self, action: str, **fields: str | list[str]) -> httpx.Response:
        """Send the form that posts to `action`. Raises AssertionError where the page has no such form."""
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', self.page, re.DOTALL)
        assert form, f"the page has no form for {action}"
        hidden = {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])}
        answer = await self.post(action, data=hidden | fields, headers={"Origin": str(self.base_url).rstrip("/")}, follow_redirects=True)
        self.page = answer.text
        return answer

    @property
    def words(self) -> str:
        """What stands on the page, without the markup."""
        text = re.sub(r"<(script|title)\b.*?</\1>|<[^>]+>", " ", self.page, flags=re.DOTALL)
        return " ".join(unescape(text).split())
