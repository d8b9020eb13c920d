"""What is kept of files, for how long, and what is erased."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from bot.files.cleaning import Unfit
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from bot.files.received import numbered, received_row
from bot.files.store import FileStore
from channels.clock import SimulatedClock
from channels.contract import Heard, HeardKind, Media, MediaKind
from storage.bulk import insert_many
from storage.customers import Customer
from storage.database import Database
from storage.files import KeptFile
from tests.pictures import photo

_file, _customer = KeptFile.__table__, Customer.__table__  # type: ignore[attr-defined]


@pytest.fixture
def store(database: Database, tmp_path: Path) -> FileStore:
    return FileStore(database, FileFolder(tmp_path / "files"), Limits(a_day=2000))


def lying(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "files").glob("*/*"))


async def _kept(database: Database, store: FileStore, clock: SimulatedClock, customer_id: int, content: bytes, **more: Any) -> int:
    kept = await store.keep(content)
    media = Media(MediaKind.PHOTO, kept.digest, kept.mime, kept.size, digest=kept.digest)
    heard = numbered(Heard("t", "shop", str(customer_id), "1", HeardKind.MEDIA, clock.now(), media=media))
    assert heard.media
    row = received_row(heard, heard.media, clock.now(), customer_id=customer_id, **more)
    customer = {"id": customer_id, "created_at": clock.now()}

    def write(conn: Connection) -> None:
        insert_many(conn, _customer, [customer], ignore=True)
        insert_many(conn, _file, [row])

    await database.write(write)
    return heard.media.file


async def test_what_two_customers_sent_alike_stays_until_both_are_erased(
    database: Database, store: FileStore, clock: SimulatedClock, tmp_path: Path
) -> None:
    await _kept(database, store, clock, 1, photo())
    await _kept(database, store, clock, 2, photo())
    assert len(lying(tmp_path)) == 1
    assert await store.erase(1) == 0 and len(lying(tmp_path)) == 1
    assert await store.erase(2) == 1 and lying(tmp_path) == []


async def test_files_are_erased_when_they_have_been_kept_for_long_enough(
    database: Database, store: FileStore, clock: SimulatedClock, tmp_path: Path
) -> None:
    old = await _kept(database, store, clock, 1, photo(10, 10))
    clock.move_to(clock.now() + timedelta(days=179))
    new = await _kept(database, store, clock, 1, photo(20, 20))
    clock.move_to(clock.now() + timedelta(days=2))
    await store.forget_old(clock.now())
    assert await store.row(old) is None
    row = await store.row(new)
    assert row is not None and await store.content(row) and lying(tmp_path) == [row.sha256]


async def test_the_files_of_a_customer_who_was_erased_go_too(
    database: Database, store: FileStore, clock: SimulatedClock, tmp_path: Path
) -> None:
    await _kept(database, store, clock, 1, photo(10, 10))
    stays = await _kept(database, store, clock, 2, photo(20, 20))
    await database.write(lambda conn: conn.execute(delete(_customer).where(_customer.c.id == 1)).rowcount)
    await store.forget_old(clock.now())
    row = await store.row(stays)
    assert row is not None and lying(tmp_path) == [row.sha256]


async def test_what_a_crash_left_without_a_row_is_swept_away_but_not_what_is_only_just_there(
    store: FileStore, clock: SimulatedClock, tmp_path: Path
) -> None:
    left, fresh = await store.keep(photo(10, 10)), await store.keep(photo(20, 20))
    an_hour_ago = time.time() - 3700
    os.utime(tmp_path / "files" / left.digest[:2] / left.digest, (an_hour_ago, an_hour_ago))
    await store.forget_old(clock.now())
    assert lying(tmp_path) == [fresh.digest]


async def test_a_customer_has_room_again_a_day_after_they_sent_much(database: Database, store: FileStore, clock: SimulatedClock) -> None:
    while await store.has_room_for_customer(1, clock.now()):
        await _kept(database, store, clock, 1, photo())
    assert await store.has_room_for_customer(2, clock.now())
    clock.move_to(clock.now() + timedelta(days=1, seconds=1))
    assert await store.has_room_for_customer(1, clock.now())


async def test_what_staff_send_takes_nothing_from_a_customers_room(database: Database, store: FileStore, clock: SimulatedClock) -> None:
    for _ in range(10):
        await _kept(database, store, clock, 1, photo(), sender="staff:1")
    assert await store.has_room_for_customer(1, clock.now())


async def test_nothing_is_left_of_what_is_not_taken(store: FileStore, tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        await store.keep(b"MZ a program")
    assert lying(tmp_path) == []


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "/x"])
async def test_no_name_from_outside_leads_anywhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        await FileFolder(tmp_path).read(name)
