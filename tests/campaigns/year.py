"""A year of a shop in a few seconds: people who buy, ask for help, answer, fall silent, complain, say stop or block us; an operator
who pauses a campaign; a channel that is out for a day; a process that dies. Everything of ours is real, but the platform, the people
and the clock."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Connection, select, update

from bot.campaigns.ending import end_campaigns
from bot.campaigns.planning import plan_campaigns
from bot.campaigns.steering import pause, resume
from bot.invitations.expiring import expire_old
from bot.invitations.planning import plan_waiting
from bot.invitations.sending import send_due
from bot.invitations.silence import remind_silent
from channels.contract import Capabilities
from channels.outgoing import Outgoing
from storage.bulk import insert_many
from storage.cases import Case
from storage.customers import Address, Consent, Customer
from storage.dialogs import Dialog
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import MessageState
from storage.queries.outbox import Settled, claim, orphans, settle
from storage.touchpoints import Touchpoint
from tests.campaigns.campaign import STOCKHOLM
from tests.invitations.shop import TABLES, Shop

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OUTAGE = (NEW_YEAR + 100 * DAY, NEW_YEAR + 101 * DAY)
DEATHS = (NEW_YEAR + 91 * DAY, NEW_YEAR + 205 * DAY)
_CAPABILITIES = Capabilities(edits=True, buttons=True, starts=True, text_limit=4096)


class Died(Exception):
    """The process ended here."""


@dataclass
class Heard:
    """What the platform saw: when what was said to whom."""

    at: datetime
    customer: int
    invitation: int
    dialog: int
    again: bool


@dataclass
class Year:
    shop: Shop
    customers: list[int]
    rng: Random
    longest_step: timedelta
    heard: list[Heard] = field(default_factory=list)
    stopped: dict[int, datetime] = field(default_factory=dict)
    cases: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[int, datetime] = field(default_factory=dict)
    """By dialog: when it was over."""
    completed: list[tuple[datetime, int]] = field(default_factory=list)
    """When which invitation was answered to the end."""
    blocked: dict[int, datetime] = field(default_factory=dict)
    paused: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    """Which campaign, from when until when."""
    plans: list[tuple[datetime, int, str, tuple[Any, ...]]] = field(default_factory=list)
    deaths: int = 0
    began: datetime = NEW_YEAR
    _numbers: Any = field(default_factory=count)

    def will(self, at: datetime, what: str, *about: Any) -> None:
        heapq.heappush(self.plans, (at, next(self._numbers), what, about))

    def fill(self) -> None:
        """What happens in the year, of itself."""
        for customer in self.customers:
            for _ in range(self.rng.choice((0, 0, 1, 2))):
                self.will(NEW_YEAR + self.rng.random() * 365 * DAY, "buys", customer)
            if self.rng.random() < 0.2:
                self.will(NEW_YEAR + self.rng.random() * 365 * DAY, "asks for help", customer)
            if self.rng.random() < 0.03:
                self.will(NEW_YEAR + self.rng.random() * 365 * DAY, "complains", customer)

    def pauses(self, campaign: str, at: datetime, until: datetime) -> None:
        self.paused.append((campaign, at, until))
        self.will(at, "pauses", campaign)
        self.will(until, "goes on", campaign)

    async def run(self, until: datetime) -> None:
        now, deaths = self.began, [death for death in DEATHS if death > self.began]
        while now < until:
            now += HOUR + self.rng.random() * (self.longest_step - HOUR)
            await self._people(now)
            try:
                await self._process(now, dies=bool(deaths) and now >= deaths[0])
            except Died:
                deaths.pop(0)
                self.deaths += 1
                await self._restart(now)
                await self._process(now + timedelta(minutes=1), dies=False)

    async def run_out(self) -> None:
        """Let a winter pass in which nothing new happens."""
        self.plans = [plan for plan in self.plans if plan[2] not in ("buys", "asks for help", "complains")]
        heapq.heapify(self.plans)
        self.began = NEW_YEAR + 365 * DAY
        await self.run(self.began + 90 * DAY)

    async def _process(self, now: datetime, *, dies: bool) -> None:
        """One round of what the scheduler ticks, and of the sender."""
        shop, database = self.shop, self.shop.database

        def die(rows: Any) -> None:
            if dies:
                raise Died

        await plan_waiting(database, shop.planner, now)
        await plan_campaigns(database, STOCKHOLM, now)
        for _ in range(1000):
            if dies:
                await send_due(database, shop.outreach, now)
                if await database.write(lambda conn: claim(conn, "shop_bot", now, limit=3)):
                    raise Died  # with three in hand
            sent = await send_due(database, shop.outreach, now, hand_over=die)
            if not (await self._deliver(now) or sent):
                break
            if OUTAGE[0] <= now < OUTAGE[1]:
                break
        await remind_silent(database, shop.outreach, now)
        await self._deliver(now)
        await expire_old(database, now)
        await end_campaigns(database, now)

    async def _restart(self, now: datetime) -> None:
        """The next process settles what the dead one had in hand, as `channels.line` does."""

        def take_over(conn: Connection) -> None:
            rows = [Outgoing.of(row._mapping) for row in orphans(conn, "shop_bot")]
            settle(conn, [one.orphaned(_CAPABILITIES, now, first=True) for one in rows])

        await self.shop.database.write(take_over)

    async def _deliver(self, now: datetime) -> int:
        if OUTAGE[0] <= now < OUTAGE[1]:
            return 0

        def deliver(conn: Connection) -> list[Any]:
            rows, dialogs = claim(conn, "shop_bot", now, limit=300), TABLES[Dialog]
            shut = {row.id for row in rows if self.rng.random() < 0.01}
            of = {row.invitation_id: row for row in rows if row.id not in shut}
            settle(conn, [self._became(Outgoing.of(row._mapping), now, shut=row.id in shut) for row in rows])
            found = select(dialogs.c.id, dialogs.c.invitation_id, dialogs.c.customer_id).where(dialogs.c.invitation_id.in_(list(of)))
            return [(one, of[one.invitation_id].repeated) for one in conn.execute(found)]

        delivered = await self.shop.database.write(deliver)
        for one, again in delivered:
            self.heard.append(Heard(now, one.customer_id, one.invitation_id, one.id, again))
            chance = self.rng.random()
            if chance < 0.45:
                self.will(now + self.rng.random() * 2 * DAY, "answers", one.id, one.invitation_id)
            elif chance < 0.48:
                self.will(now + self.rng.random() * DAY, "says stop", one.id, one.invitation_id, one.customer_id)
        return len(delivered)

    def _became(self, one: Outgoing, now: datetime, *, shut: bool) -> Settled:
        if not shut:
            return one.settled(MessageState.SENT, now, platform_id=str(one.id))
        self.blocked.setdefault(int(one.address), now)
        return one.settled(MessageState.UNREACHABLE, now, reason="blocked by the customer", blocked=True)

    async def _people(self, now: datetime) -> None:
        due = []
        while self.plans and self.plans[0][0] <= now:
            due.append(heapq.heappop(self.plans))
        if due:
            await self.shop.database.write(lambda conn: [self._does(conn, at, what, about) for at, _, what, about in due])

    def _does(self, conn: Connection, at: datetime, what: str, about: tuple[Any, ...]) -> None:
        dialogs, invitations = TABLES[Dialog], TABLES[Invitation]
        match what, about:
            case (("buys" | "asks for help"), (customer,)):
                kind = "delivery" if what == "buys" else "support"
                told = {"source": "shop", "external_id": str(new_id()), "kind": kind, "occurred_at": at, "attributes": {}, "created_at": at}
                insert_many(conn, TABLES[Touchpoint], [{"id": new_id(), "customer_id": customer, **told}])
            case "complains", (customer,):
                number, addresses = new_id(), TABLES[Address]
                address = conn.execute(select(addresses.c.id).where(addresses.c.customer_id == customer)).scalar_one()
                case = {
                    "matter": str(number),
                    "severity": 2,
                    "department": "other",
                    "address_id": address,
                    "opened_at": at,
                    "updated_at": at,
                }
                insert_many(conn, TABLES[Case], [{"id": number, "customer_id": customer, **case}])
                end = at + self.rng.random() * 9 * DAY
                self.cases[customer].append((at, end))
                self.will(end, "is content", number, customer)
            case "is content", (number, customer):
                conn.execute(update(TABLES[Case]).where(TABLES[Case].c.id == number).values(state="closed"))
                began, _ = self.cases[customer][-1]
                self.cases[customer][-1] = (began, at)
            case "pauses", (campaign,):
                pause(conn, campaign, at, STOCKHOLM)
            case "goes on", (campaign,):
                resume(conn, campaign)
            case (("answers" | "says stop"), (dialog, invitation, *customers)):
                over = "completed" if what == "answers" else "stopped"
                state = "completed" if what == "answers" else "declined"
                still = (dialogs.c.id == dialog) & (dialogs.c.state == "open")
                if conn.execute(update(dialogs).where(still).values(state=over, version=dialogs.c.version + 1)).rowcount:
                    self.answered[dialog] = at
                    if what == "answers":
                        self.completed.append((at, invitation))
                    conn.execute(update(invitations).where(invitations.c.id == invitation).values(state=state, reason="by the customer"))
                for customer in customers:
                    self.stopped.setdefault(customer, at)
                    no = {"customer_id": customer, "purpose": "surveys", "granted": False, "source": "test", "at": at}
                    insert_many(conn, TABLES[Consent], [{"id": new_id(), **no}])

    async def places(self) -> dict[int, tuple[str, str]]:
        return {row.id: (row.timezone, row.country) for row in await self.shop.rows(Customer)}

    async def states(self) -> Counter[tuple[str, str]]:
        return Counter((one.state, one.reason) for one in await self.shop.rows(Invitation))
