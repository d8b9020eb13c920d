"""A shop's counter for the tests: what people do is handed to the receiver, what came of it is read from the database."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from bot.dialogs.move_tokens import MoveTokens
from bot.dialogs.published import Published
from bot.dialogs.receive import Receiver
from bot.dialogs.told import Told
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from channels.clock import SimulatedClock
from channels.contract import Choice, Heard, HeardKind, Say
from channels.stored import say_from_json
from storage.bulk import insert_many
from storage.customers import Address, Consent, Customer
from storage.database import Database
from storage.dialogs import Answer, Dialog, SeenUpdate, SetAside, Utterance
from storage.figures import Rollup
from storage.files import KeptFile
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import Message
from storage.touchpoints import Touchpoint

ACCOUNT = "shop_bot"
ZONE = ZoneInfo("Europe/Stockholm")
SHOP = "Fjord & Field"
MOVE_TOKENS = MoveTokens("a secret of the tests")
KEPT: tuple[Any, ...] = (
    Address,
    Answer,
    Consent,
    Customer,
    Dialog,
    Invitation,
    KeptFile,
    Message,
    Rollup,
    SeenUpdate,
    SetAside,
    Touchpoint,
    Utterance,
)
TABLES: dict[type, Any] = {model: model.__table__ for model in KEPT}


@dataclass
class Post:
    """A handover that notes what it is given; what it adopts is never sent."""

    adopted: set[str] = field(default_factory=set)
    taken: list[dict[str, Any]] = field(default_factory=list)
    woken: int = 0

    def adopts(self, account: str) -> bool:
        return account in self.adopted

    def take(self, rows: Sequence[dict[str, Any]]) -> None:
        self.taken.extend(rows)

    def wake(self) -> None:
        self.woken += 1


@dataclass
class Ear:
    """A listener that notes what it is told, a batch a time, answers as `reply` says and fails where `trouble` says so."""

    batches: list[list[Told]] = field(default_factory=list)
    reply: Callable[[Told], str | None] = lambda told: None
    trouble: Callable[[Told], Exception | None] = lambda told: None

    def __call__(self, conn: Connection, tolds: Sequence[Told], now: datetime) -> Sequence[str | None]:
        self.batches.append(list(tolds))
        for told in tolds:
            if error := self.trouble(told):
                raise error
        return [self.reply(told) for told in tolds]

    @property
    def tolds(self) -> list[Told]:
        return [told for batch in self.batches for told in batch]


@dataclass(frozen=True)
class Invited:
    """An invitation that lies with a customer."""

    id: int
    token: str
    customer_id: int
    touchpoint_id: int


class Person:
    """Somebody at an address. Each method gives back what is heard of it, to be handed to the receiver."""

    def __init__(self, counter: CounterDesk, address: str, *, lang: str = "en", name: str = "") -> None:
        self._counter, self.address, self._lang, self._name = counter, address, lang, name

    def does(self, kind: HeardKind, *, update: str = "", **what: Any) -> Heard:
        update = update or self._counter.next_update()
        now = self._counter.clock.now()
        return Heard("telegram", ACCOUNT, self.address, update, kind, now, lang=self._lang, name=self._name, **what)

    def starts(self, token: str = "", **more: Any) -> Heard:
        return self.does(HeardKind.START, token=token, **more)

    def writes(self, text: str, **more: Any) -> Heard:
        return self.does(HeardKind.TEXT, text=text, **more)

    def taps(self, choice: Choice, **more: Any) -> Heard:
        return self.does(HeardKind.CHOICE, choice=choice.ref, **more)

    async def taps_label(self, label: str) -> Heard:
        """Tap the button of the newest message that has one beginning so."""
        for say in reversed(await self.said()):
            for choice in say.choices:
                if choice.label.startswith(label):
                    return self.taps(choice)
        raise AssertionError(f"no message to {self.address} has a button {label!r}")

    async def taps_and_is_heard(self, label: str) -> None:
        await self._counter.hear(await self.taps_label(label))

    async def said(self) -> list[Say]:
        """Everything for this address in the outbox, in order, edits left out."""
        rows = await self._counter.rows(Message)
        says = [say_from_json(row.say) for row in rows if row.address == self.address]
        return [say for say in says if not say.edits]

    async def texts(self) -> list[str]:
        return [say.text for say in await self.said()]


class CounterDesk:
    """The receiver with a listener and a handover that tell what they were given."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self.database, self.clock = database, clock
        self.ear, self.post, self.published = Ear(), Post(), Published()
        self.receiver = self.another_receiver(database, self.published)
        self._updates, self._orders = itertools.count(1), itertools.count(4711)

    def another_receiver(self, database: Database, published: Published) -> Receiver:
        """A receiver as another process has one, on that database."""
        return Receiver(
            database,
            published,
            self.clock,
            shop=SHOP,
            zone=ZONE,
            default_lang="en",
            listener=self.ear,
            complains=lambda lang, words: "broken" in words,
            handover=self.post,
            move_tokens=MOVE_TOKENS,
            keeps_words=["web"],
        )

    async def open(self) -> CounterDesk:
        def publish_bank(conn: Connection) -> None:
            for survey in bank().values():
                publish(conn, survey, self.clock.now())
            self.published.load(conn)

        await self.database.write(publish_bank)
        return self

    def next_update(self) -> str:
        return str(next(self._updates))

    def person(self, address: str = "anna", **about: Any) -> Person:
        return Person(self, address, **about)

    def pass_time(self, **span: float) -> datetime:
        self.clock.move_to(self.clock.now() + timedelta(**span))
        return self.clock.now()

    async def insert(self, table: type, **values: Any) -> int:
        row = {"id": new_id(), **values}
        await self.database.write(lambda conn: insert_many(conn, TABLES[table], [row]))
        return int(row["id"])

    async def customer(self, name: str = "Anna", lang: str = "en") -> int:
        """Somebody whom the shop knows."""
        known = {"name": name, "lang": lang, "source": "shop", "external_id": str(new_id())}
        return await self.insert(Customer, **known, created_at=self.clock.now())

    async def invite(self, survey: str = "after-support", *, customer_id: int = 0, **touchpoint: Any) -> Invited:
        """An invitation that has been sent and can be opened for two weeks."""
        now = self.clock.now()
        customer_id = customer_id or await self.customer()
        order = f"{next(self._orders)}"
        happened = {"source": "shop", "external_id": order, "kind": "support", "occurred_at": now, "created_at": now}
        touchpoint_id = await self.insert(Touchpoint, customer_id=customer_id, attributes={"order": order, **touchpoint}, **happened)
        token, (version_id, _) = f"token-{order}", self.published.newest(survey)
        about = {"survey": survey, "survey_version_id": version_id, "state": "sent", "planned_at": now, "due_at": now, "sent_at": now}
        invitation_id = await self.insert(
            Invitation,
            token=token,
            customer_id=customer_id,
            touchpoint_id=touchpoint_id,
            expires_at=now + timedelta(days=14),
            remind_at=now + timedelta(days=3),
            **about,
        )
        return Invited(invitation_id, token, customer_id, touchpoint_id)

    async def hear(self, *heards: Heard) -> None:
        """One after the other."""
        for heard in heards:
            await self.receiver.hear(heard)

    async def hear_at_once(self, *heards: Heard) -> list[BaseException | None]:
        """All in one batch; gives back for each the error that its channel met."""
        # What arrives while the writer is busy is its next group.
        busy = asyncio.create_task(self.database.write(lambda conn: time.sleep(0.05)))
        await asyncio.sleep(0.01)
        ends = await asyncio.gather(*(self.receiver.hear(heard) for heard in heards), return_exceptions=True)
        await busy
        return ends

    async def rows(self, table: type) -> Sequence[Row[Any]]:
        found = TABLES[table]
        async with self.database.read() as conn:
            return (await conn.execute(select(found).order_by(*found.primary_key.columns))).all()

    async def only(self, table: type) -> Row[Any]:
        (row,) = await self.rows(table)
        return row

    async def counts(self) -> dict[str, int]:
        """Rows of every table: what a test says must not change."""
        return {table.__name__: len(await self.rows(table)) for table in TABLES}

    async def answers(self) -> dict[str, Any]:
        """The numbers of the only dialog's answers, or their words where they have no number."""
        return {row.question: row.number if row.number is not None else row.words for row in await self.rows(Answer)}

    async def scores(self, question: str) -> dict[int, int]:
        """The roll-ups of a question over all days: how many answers gave each score."""
        counted: Counter[int] = Counter()
        for row in await self.rows(Rollup):
            if row.question == question:
                counted[row.score] += row.n
        return {score: n for score, n in counted.items() if n}
