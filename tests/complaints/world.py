"""A small shop for the tests: customers who bought something, staff at their doors, and what has been written to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.complaints.hours import NINE_TO_FIVE, BusinessHours
from bot.complaints.listening import ComplaintListener
from bot.complaints.rules import Rules
from bot.dialogs.dialog import Answered, Signal
from bot.dialogs.published import Published
from bot.dialogs.told import Told
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from channels.clock import SimulatedClock
from channels.contract import Say
from channels.stored import say_from_json
from storage.bulk import insert_many
from storage.cases import Case
from storage.customers import Address, Customer
from storage.database import Database
from storage.ids import new_id
from storage.outbox import Message
from storage.queries.cases import CaseView, case_views
from storage.queries.staff import add_staff, link_door
from storage.touchpoints import Touchpoint

CUSTOMERS = "shop_bot"
STAFF = "staff_bot"
BANK = bank()


@dataclass(frozen=True)
class Person:
    """A customer with one address and one purchase."""

    customer_id: int
    address_id: int
    native_id: str
    touchpoint_id: int
    lang: str


class World:
    """Writes what a test starts from, and reads what came of it."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self.database = database
        self.clock = clock
        self.rules = Rules(shop="Sample Shop", hours=BusinessHours(ZoneInfo("Europe/Stockholm"), NINE_TO_FIVE))
        self.published = Published()
        self.listener = ComplaintListener(self.rules)
        self._dialogs: dict[int, int] = {}

    async def open(self) -> World:
        def prepare(conn: Connection) -> None:
            for survey in BANK.values():
                publish(conn, survey, self.clock.now())
            self.published.load(conn)

        await self.database.write(prepare)
        return self

    async def customer(self, name: str = "Anna Berg", lang: str = "sv", **attributes: Any) -> Person:
        now = self.clock.now()
        customer_id, address_id, touchpoint_id = new_id(), new_id(), new_id()
        bought = {"order": "4711", "product": "blå vattenkokare", "amount": 499.0, "currency": "SEK"} | attributes

        def write(conn: Connection) -> None:
            customer = {"id": customer_id, "name": name, "lang": lang, "created_at": now}
            address = {
                "id": address_id,
                "customer_id": customer_id,
                "channel": "telegram",
                "account": CUSTOMERS,
                "native_id": str(address_id),
            }
            touchpoint = {"id": touchpoint_id, "source": "shop", "external_id": str(touchpoint_id), "customer_id": customer_id}
            insert_many(conn, Customer.__table__, [customer])
            insert_many(conn, Address.__table__, [address | {"lang": lang, "created_at": now}])
            insert_many(
                conn,
                Touchpoint.__table__,
                [touchpoint | {"kind": "delivery", "occurred_at": now, "attributes": bought, "created_at": now}],
            )

        await self.database.write(write)
        self._dialogs[touchpoint_id] = new_id()
        return Person(customer_id, address_id, str(address_id), touchpoint_id, lang)

    async def staff(self, name: str, *departments: str, role: str = "agent", lang: str = "en", door: bool = True) -> int:
        """A staff member with a door whose address is their name."""
        now = self.clock.now()

        def write(conn: Connection) -> int:
            staff_id = add_staff(conn, name, role=role, lang=lang, departments=departments, now=now)
            assert staff_id is not None
            if door:
                link_door(conn, staff_id, channel="telegram", account=STAFF, native_id=name, now=now)
            return staff_id

        return await self.database.write(write)

    def told(self, person: Person, question: str = "", value: Any = None, words: str = "", **more: Any) -> Told:
        """Something this customer said in the after-purchase survey about their purchase."""
        survey = more.pop("survey", "after-purchase")
        now = self.clock.now()
        answered = Answered(question, value, now, now, words=words, media=more.get("media")) if question else None
        facts: dict[str, Any] = {
            "dialog_id": self._dialogs[person.touchpoint_id],
            "touchpoint_id": person.touchpoint_id,
            "question": BANK[survey].question(question) if question else None,
        }
        return Told(
            customer_id=person.customer_id,
            address_id=person.address_id,
            channel="telegram",
            account=CUSTOMERS,
            address=person.native_id,
            lang=person.lang,
            at=now,
            survey=survey,
            answered=answered,
            words=words,
            **facts | more,
        )

    async def hear(self, *tolds: Told) -> list[str | None]:
        """Tell the listener, in one transaction; gives back what the customer is told at once."""
        return list(await self.database.write(lambda conn: self.listener(conn, tolds, self.clock.now())))

    async def says(self, person: Person, question: str = "", value: Any = None, words: str = "", **more: Any) -> str | None:
        return (await self.hear(self.told(person, question, value, words, **more)))[0]

    async def remark(self, person: Person, signal: Signal) -> str | None:
        return await self.says(person, words=signal.words, signal=signal, media=signal.media)

    async def write_out_of_the_blue(self, person: Person, words: str) -> str | None:
        return await self.says(person, words=words, dialog_id=None, touchpoint_id=None, survey="")

    async def cases(self) -> list[CaseView]:
        async with self.database.read() as conn:
            ids = (await conn.execute(select(Case.__table__.c.id))).scalars().all()
            return list((await conn.run_sync(case_views, ids)).values())

    async def case(self) -> CaseView:
        (only,) = await self.cases()
        return only

    async def messages(self, address: str, account: str = STAFF) -> list[Say]:
        """What was put into the outbox for that address, in order."""
        table = Message.__table__
        async with self.database.read() as conn:
            found = select(table.c.say).where(table.c.account == account, table.c.address == address).order_by(table.c.id)
            return [say_from_json(say) for say in (await conn.execute(found)).scalars()]

    async def news(self, address: str) -> list[Say]:
        """What a staff member was told, edits left out."""
        return [say for say in await self.messages(address) if not say.edits]

    def pass_time(self, **span: float) -> datetime:
        self.clock.move_to(self.clock.now() + timedelta(**span))
        return self.clock.now()
