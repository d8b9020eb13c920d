"""What the console is made of, put together by the application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from bot.campaigns.focus.meeting import Host
from bot.complaints.rules import Rules
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.dialogs.afterwards import NO_OFFERS, Offers
from bot.files.links import FileLinks
from bot.files.store import FileStore
from bot.health.overview import Account
from bot.invitations.links import Links
from bot.invitations.planning import Planner
from bot.invitations.sending import Outreach
from bot.surveys.bank import bank
from bot.surveys.definition import Survey
from channels.clock import Clock
from channels.contract import PollRules
from storage.database import Database

__all__ = ["ConsoleParts", "SignIn"]


@dataclass(frozen=True, slots=True)
class SignIn:
    """How staff come in: by name and one `password_hash` (of `bot.console.passwords`) for all, or, with `none`, everybody on
    this machine is the sample shop's member of staff."""

    kind: Literal["password", "none"]
    password_hash: str = ""


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """`address` is where people reach the server; on https the session's cookie travels only there. `secret` signs it.

    `routes` are those of the channels and of the hooks, under the same server. With `planner` the server is the sample
    shop's: `/` and `/shop` let a newcomer be customer and staff.

    `links` lead customers to their invitations, in the same way.

    `watched` are all accounts of the configuration, whose health is shown.
    `accounts` are the customers' accounts, each with its platform, `poll_rules` of those that can post polls.
    `outreach` is what is kept to in writing to customers.
    `offers` are made to those who have answered.
    `staff_accounts` are the platforms of the accounts that staff can link
    chats to, by account; `staff_links` leads there,
    as far as the platforms have told us our own names yet.
    """

    database: Database
    desk: Desk
    operations: Operations
    clock: Clock
    secret: str
    address: str
    sign_in: SignIn
    files: FileStore
    file_links: FileLinks
    outreach: Outreach
    routes: Sequence[BaseRoute] = ()
    planner: Planner | None = None
    watched: Sequence[Account] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    poll_rules: Mapping[str, PollRules] = field(default_factory=dict)
    offers: Offers = NO_OFFERS
    staff_accounts: Mapping[str, str] = field(default_factory=dict)
    staff_links: Callable[[], Links] = Links
    links: Callable[[], Links] = Links

    def survey(self, name: str) -> Survey | None:
        """The newest of that name: a published one, or one that comes with Makegood."""
        published = self.operations.published
        return published.newest(name)[1] if published.has(name) else bank().get(name)

    async def learn_surveys(self) -> None:
        """Read what has been published, after something that publishes."""
        async with self.database.read() as conn:
            await conn.run_sync(self.operations.published.load)

    @property
    def platforms(self) -> list[str]:
        return sorted(set(self.accounts.values()))

    @property
    def rules(self) -> Rules:
        return self.operations.rules

    @property
    def shop(self) -> str:
        return self.rules.shop

    @property
    def host(self) -> Host:
        return Host(self.shop, self.accounts, self.outreach.policy)

    @property
    def zone(self) -> ZoneInfo:
        return self.rules.hours.zone

    @property
    def secure(self) -> bool:
        return self.address.startswith("https://")
