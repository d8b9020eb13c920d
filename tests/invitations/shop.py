"""A shop for the tests: customers, what happened to them, and the surveys that ask about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select, update

from bot.dialogs.published import Published
from bot.invitations.planning import Ask, Planner
from bot.invitations.policy import Policy
from bot.invitations.sending import Outreach
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from storage.bulk import insert_many
from storage.cases import Case
from storage.customers import Address, Consent, Customer
from storage.database import Database
from storage.dialogs import Answer, Dialog
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import Message
from storage.touchpoints import Touchpoint

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Ten o'clock in Stockholm."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKS = (
    Ask("delivery", "after-purchase", delay=2 * HOUR),
    Ask("late", "after-purchase"),
    Ask("support", "after-support"),
)
MODELS: tuple[Any, ...] = (Address, Answer, Case, Consent, Customer, Dialog, Invitation, Message, Touchpoint)
TABLES: dict[type, Any] = {model: model.__table__ for model in MODELS}


@dataclass
class Shop:
    """Writes what a test needs and reads what came of it."""

    database: Database
    planner: Planner
    outreach: Outreach

    async def insert(self, table: type, **values: Any) -> int:
        row = {"id": new_id(), **values}
        await self.database.write(lambda conn: insert_many(conn, TABLES[table], [row]))
        return int(row["id"])

    async def customer(self, *, writable: bool = True, **values: Any) -> int:
        """A customer in Stockholm, who has spoken to us on Telegram where they are `writable`."""
        values = {
            "name": "Astrid",
            "lang": "sv",
            "timezone": "Europe/Stockholm",
            "country": "SE",
            "attributes": {},
            "created_at": MONDAY,
            **values,
        }
        customer = await self.insert(Customer, **values)
        if writable:
            await self.address(customer)
        return customer

    async def address(self, customer: int, **values: Any) -> int:
        known = {"channel": "telegram", "account": "shop_bot", "native_id": str(customer), "created_at": MONDAY}
        return await self.insert(Address, customer_id=customer, **{**known, **values})

    async def touchpoint(self, customer: int, at: datetime = MONDAY, kind: str = "delivery", **attributes: Any) -> int:
        told = {"source": "shop", "external_id": str(new_id()), "kind": kind, "occurred_at": at, "attributes": attributes, "created_at": at}
        return await self.insert(Touchpoint, customer_id=customer, **told)

    async def consent(self, customer: int, granted: bool, at: datetime = MONDAY, purpose: str = "surveys") -> None:
        await self.insert(Consent, customer_id=customer, purpose=purpose, granted=granted, source="test", at=at)

    async def delivered(self) -> None:
        """The sender takes all that waits, and gets rid of it."""
        message = TABLES[Message]
        sent = update(message).where(message.c.state == "due").values(state="sent", sent_at=message.c.created_at)
        await self.database.write(lambda conn: conn.execute(sent))

    async def rows(self, table: type) -> Sequence[Row[Any]]:
        async with self.database.read() as conn:
            return (await conn.execute(select(TABLES[table]).order_by(TABLES[table].c.id))).all()

    async def only(self, table: type) -> Row[Any]:
        (row,) = await self.rows(table)
        return row


async def open_shop(database: Database, **policy: Any) -> Shop:
    """A shop with the bank's surveys published, two accounts to write from."""
    published = Published()

    def publish_bank(conn: Connection) -> None:
        for survey in bank().values():
            publish(conn, survey, MONDAY)
        published.load(conn)

    await database.write(publish_bank)
    stockholm = ZoneInfo("Europe/Stockholm")
    outreach = Outreach(Policy(timezone=stockholm, country="SE", **policy), published, "Fjord & Field", "en", ("shop_bot", "team"))
    return Shop(database, Planner(ASKS, stockholm), outreach)
