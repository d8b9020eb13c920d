"""Who wishes to be forgotten is forgotten: nothing in any table, folder or staff chat tells who they were or what they said."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.complaints.words import STAFF_WORDS
from bot.customers.erasing import erase_customer
from bot.customers.merging import merge_named
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from bot.files.store import FileStore
from channels.clock import SimulatedClock
from channels.contract import Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.customers import Customer
from storage.database import Database
from storage.detection import LearnedHeads, LearnedState, SecondLook
from storage.dialogs import Answer, Dialog, SetAside, Utterance
from storage.focus import FocusGroup, FocusLine, FocusSeat
from storage.ids import new_id, short
from storage.invitations import Invitation
from storage.journal import AuditEntry
from storage.outbox import Message, Priority
from storage.platforms import PublicInvitation
from storage.queries.audit import note_audit
from storage.schema import metadata
from storage.touchpoints import Touchpoint
from tests.channels.conftest import TEN_ON_MONDAY
from tests.complaints.world import STAFF, Person, World
from tests.files.shop import Shop, config_of, opened
from tests.patience import PATIENCE
from tests.pictures import photo
from tests.simulators.telegram import Person as Member
from tests.simulators.telegram import TelegramSimulator
from tests.story.one_time import OneTime

SECRETS = ("kettle", "anna", "berg", "customer-9931", "order-4711", "furious", "secret-token", "her-ref")
"""Words that only this customer's data has in it, in small letters."""
_customer, _answer, _dialog = Customer.__table__, Answer.__table__, Dialog.__table__  # type: ignore[attr-defined]
_message = Message.__table__  # type: ignore[attr-defined]


async def _everything(database: Database) -> list[tuple[str, str]]:
    """Every cell of every table: its place, and its text in small letters."""

    def cells(conn: Connection) -> list[tuple[str, str]]:
        return [
            (f"{table.name}.{name}", str(value).lower())
            for table in metadata.tables.values()
            if table.name not in ("survey_version", "campaign")
            for row in conn.execute(select(table)).mappings()
            for name, value in row.items()
        ]

    async with database.read() as conn:
        return await conn.run_sync(cells)


def _leave_traces(conn: Connection, customer_id: int, now: Any) -> None:
    """Her data in the tables that the conversation itself does not reach."""

    def put(model: Any, **values: Any) -> int:
        row = {"id": new_id(), **values}
        insert_many(conn, model.__table__, [row])
        return int(row["id"])

    named = {"source": "shop", "external_id": "customer-9931", "name": "Anna Berg", "attributes": {"email": "anna@shop.example"}}
    conn.execute(update(_customer).where(_customer.c.id == customer_id).values(**named))
    touchpoint = {"source": "shop", "external_id": "order-4711", "kind": "delivery", "occurred_at": now, "created_at": now}
    put(Touchpoint, customer_id=customer_id, attributes={"order": "4711", "product": "Kettle"}, **touchpoint)
    dialog = conn.execute(select(_dialog).where(_dialog.c.customer_id == customer_id)).first()
    assert dialog is not None
    survey = {"survey": dialog.survey, "survey_version_id": dialog.survey_version_id}
    times = {"due_at": now, "expires_at": now, "planned_at": now}
    put(Invitation, customer_id=customer_id, token="secret-token", matter="order-4711", **survey, **times)
    answer = {"dialog_id": dialog.id, "customer_id": customer_id, "channel": "telegram", "asked_at": now, "answered_at": now, **survey}
    put(Answer, question="score", number=2, words="I, Anna, am furious", media={"ref": "her-ref"}, **answer)
    put(Utterance, account="shop_bot", address="42", text="furious", at=now)
    put(SetAside, account="shop_bot", update_id="1", heard={"address": "42", "text": "furious"}, reason="", at=now)
    put(SecondLook, at=now, said={"customer_id": customer_id, "words": "furious"})
    group = put(FocusGroup, name="teas", account="shop_bot", place="-1", begins_at=now)
    put(FocusSeat, group_id=group, customer_id=customer_id, number=1)
    put(FocusLine, group_id=group, number=1, question=1, text="This kettle is mine", at=now)
    conn.execute(insert(PublicInvitation.__table__).values(account="shop_bot", native_id="42", at=now))  # type: ignore[attr-defined]
    entry = conn.exec_driver_sql("SELECT id FROM case_entry WHERE words <> '' LIMIT 1").scalar()
    put(LearnedHeads, made_at=now, state=LearnedState.PROMOTED.value, heads=b"kettle", measured={"entries": [entry]})
    note_audit(conn, now, who=f"customer:{customer_id}", did="came_over", subject=f"customer:{customer_id}", why="Anna said so")


async def _edited(maja: Member) -> list[str]:
    """Maja's whole chat once all that stood there about the case is changed."""
    erased = STAFF_WORDS("notice.erased", "en")
    async with asyncio.timeout(PATIENCE):
        while True:
            texts = [message["text"] for message in maja.transcript() if message.get("bot", True)]
            if not any("kettle" in text.lower() for text in texts) and erased in texts:
                return texts
            await asyncio.sleep(0.05)


async def test_nothing_of_an_erased_customer_is_left_anywhere_and_their_score_still_counts(tmp_path: Path) -> None:
    async with TelegramSimulator() as telegram, opened(telegram, config_of(telegram, tmp_path), OneTime(TEN_ON_MONDAY, telegram)) as shop:
        app, maja = shop.app, await shop.maja()
        anna = await shop.complaining()
        anna.photo("My kettle", photo())
        await shop.settled()
        case = await shop.case()
        desk, now = app.desk, app.clock.now()
        staff_id = (await _staff(shop))[0]
        assert (await desk.take(staff_id, case.id)).done
        assert (await desk.write_to_customer(staff_id, case.id, "Dear Anna, a new kettle is on its way.")).done
        assert (await desk.note(staff_id, case.id, "Anna Berg is furious")).done
        await app.database.write(lambda conn: _leave_traces(conn, case.customer.id, now))
        found = {secret for secret in SECRETS for _, text in await _everything(shop.app.database) if secret in text}
        assert found == set(SECRETS), "the search finds what is there"

        await erase_customer(app.database, app.store, case.customer.id, now, by=f"staff:{staff_id}")

        cells = await _everything(shop.app.database)
        assert [(place, text) for place, text in cells for secret in SECRETS if secret in text] == []
        assert [place for place, text in cells if text == "42"] == [], "her address"
        assert list((tmp_path / "files").glob("*/*")) == []
        assert not any("kettle" in text.lower() for text in await _edited(maja))
        async with app.database.read() as conn:
            scores = (await conn.execute(select(_answer.c.number, _answer.c.words).where(_answer.c.number.is_not(None)))).all()
            audit = (await conn.execute(select(AuditEntry.__table__).order_by(AuditEntry.__table__.c.id))).all()  # type: ignore[attr-defined]
        assert [tuple(score) for score in scores] == [(2, None)]
        assert [(one.who, one.subject, one.data) for one in audit if one.did == "customer_erased"] == [
            (f"staff:{staff_id}", "customer", {})
        ]
        assert not any(str(case.customer.id) in f"{one.who} {one.subject} {one.data}" for one in audit)

        anna.text("Hello?")  # she comes back, and is somebody new
        async with asyncio.timeout(PATIENCE):
            while not any("Hello?" in message["text"] for message in anna.transcript()) or len(await _people(shop)) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert sorted(one.erased_at is not None for one in await _people(shop)) == [False, True]


def _quote(conn: Connection, world: World, person: Person, now: datetime) -> None:
    """Words of hers stand in a list that staff get of what was said."""
    version, _ = world.published.newest("after-purchase")
    survey = {"survey": "after-purchase", "survey_version_id": version}
    dialog = {"id": new_id(), "customer_id": person.customer_id, "address_id": person.address_id, "data": {"lang": "en", "answers": []}}
    insert_many(conn, _dialog, [{**dialog, **survey, "state": "completed", "opened_at": now, "updated_at": now}])
    answer = {"id": new_id(), "dialog_id": dialog["id"], "customer_id": person.customer_id, "question": "words", **survey}
    words = {"words": "A furious kettle, and yet I love it", "channel": "telegram", "asked_at": now, "answered_at": now}
    insert_many(conn, _answer, [answer | words])
    said = Say("This week they said:\n\n“A furious kettle, and yet I love it”")
    place = {"channel": "telegram", "account": STAFF, "address": "Maria"}
    insert_many(conn, _message, [message_row(said, **place, priority=Priority.ALERT, now=now)])


async def test_who_was_merged_into_an_erased_customer_is_erased_with_them(
    database: Database, clock: SimulatedClock, tmp_path: Path
) -> None:
    world = await World(database, clock).open()
    await world.staff("Maria")
    anna, berg = await world.customer("Anna"), await world.customer("A. Berg")
    for person in (anna, berg):
        await world.write_out_of_the_blue(person, "The kettle is broken and dangerous, I am furious")
    now = clock.now()
    one, other = short(anna.customer_id), short(berg.customer_id)
    await database.write(lambda conn: merge_named(conn, one, other, now, by="staff:7", why="A. Berg is Anna"))
    await database.write(lambda conn: _quote(conn, world, berg, now))
    store = FileStore(database, FileFolder(tmp_path), Limits())
    await erase_customer(database, store, anna.customer_id, now, by="operator")
    cells = await _everything(database)
    assert [place for place, text in cells for word in ("kettle", "anna", "berg", "furious", "vattenkokare") if word in text] == []
    assert [place for place, text in cells if place.endswith(("native_id", ".address")) and text in (anna.native_id, berg.native_id)] == []
    assert {case.case.state for case in await world.cases()} == {"closed"}
    async with database.read() as conn:
        people = (await conn.execute(select(_customer))).all()
    assert [one.erased_at for one in people] == [now, now]


async def _staff(shop: Shop) -> list[int]:
    async with shop.app.database.read() as conn:
        return list((await conn.exec_driver_sql("SELECT id FROM staff")).scalars())


async def _people(shop: Shop) -> list[Any]:
    async with shop.app.database.read() as conn:
        return list((await conn.execute(select(_customer))).all())
