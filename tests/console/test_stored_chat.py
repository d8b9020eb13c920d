"""The web chat on storage: what the transcript holds, and the photos of a conversation."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.console.webchat import StoredPhotos, stored_transcript
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from bot.files.received import numbered, received_row
from bot.files.store import FileStore
from channels.clock import SimulatedClock
from channels.contract import Heard, HeardKind, Say
from channels.customers.webchat import Line, PhotoRefused
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.database import Database
from storage.dialogs import Utterance
from storage.files import KeptFile
from storage.ids import new_id, short
from storage.outbox import Message, MessageState, Priority
from tests.pictures import photo

_ADDRESS = "a-visitor-of-the-tests"


async def _say(database: Database, text: str, written: datetime, state: MessageState, sent: datetime | None = None) -> None:
    row = message_row(Say(text), channel="webchat", account="web", address=_ADDRESS, priority=Priority.REPLY, now=written, due_at=sent)
    row |= {"state": state.value, "sent_at": sent if state is MessageState.SENT else None}
    await database.write(lambda conn: insert_many(conn, Message.__table__, [row]))  # type: ignore[attr-defined]


async def _write(database: Database, text: str, at: datetime, photo: int = 0) -> None:
    media = {"kind": "photo", "ref": "a", "mime": "image/png", "size": 3, "file": photo} if photo else None
    row = {"id": new_id(), "account": "web", "address": _ADDRESS, "text": text, "media": media, "at": at}
    await database.write(lambda conn: insert_many(conn, Utterance.__table__, [row]))  # type: ignore[attr-defined]


def _texts(lines: list[Line]) -> list[str]:
    return [line.say.text for line in lines]


async def test_both_sides_of_a_conversation_are_read_in_the_order_they_were_said(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await _say(database, "Hello!", now, MessageState.SENT, now + timedelta(milliseconds=20))
    await _write(database, "The box was wet", now + timedelta(minutes=1))
    await _say(database, "I am sorry", now + timedelta(minutes=1), MessageState.SENDING, now + timedelta(minutes=1, seconds=1))
    await _write(database, "", now + timedelta(minutes=2), photo=4711)
    lines = list(await stored_transcript(database, "web")(_ADDRESS, None))
    assert _texts(lines) == ["Hello!", "The box was wet", "I am sorry", ""]
    assert [line.mine for line in lines] == [False, True, False, True]
    assert lines[-1].photo == short(4711)
    assert len({line.id for line in lines}) == 4


async def test_a_message_that_waits_for_its_time_is_not_shown_before(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await _say(database, "A reminder for Thursday", now, MessageState.DUE, now + timedelta(days=3))
    assert await stored_transcript(database, "web")(_ADDRESS, None) == []


async def test_a_reminder_written_days_ago_reaches_a_page_that_is_open_when_it_is_sent(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await _write(database, "Just looking", now)
    await _say(database, "A reminder", now - timedelta(days=3), MessageState.SENT, now)
    assert "A reminder" in _texts(list(await stored_transcript(database, "web")(_ADDRESS, now - timedelta(seconds=30))))


async def test_what_is_being_sent_late_reaches_an_open_page_too(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await _say(database, "Written in an outage", now - timedelta(hours=2), MessageState.SENDING)
    assert _texts(list(await stored_transcript(database, "web")(_ADDRESS, now - timedelta(seconds=30)))) == ["Written in an outage"]


async def test_another_address_reads_nothing(database: Database, clock: SimulatedClock) -> None:
    await _say(database, "Hello!", clock.now(), MessageState.SENT, clock.now())
    assert await stored_transcript(database, "web")("somebody-else", None) == []
    assert await stored_transcript(database, "other")(_ADDRESS, None) == []


async def test_a_photo_is_found_by_its_own_address_alone_and_without_its_place(
    database: Database, clock: SimulatedClock, tmp_path: Path
) -> None:
    photos = StoredPhotos(database, FileStore(database, FileFolder(tmp_path), Limits()), "web", clock)
    media, again = await asyncio.gather(*(photos.keep(_ADDRESS, photo(), "image/jpeg") for _ in range(2)))
    assert media == again and media.digest and media.mime == "image/jpeg"
    heard = numbered(Heard("webchat", "web", _ADDRESS, "1", HeardKind.MEDIA, clock.now(), media=media))
    assert heard.media
    row = received_row(heard, heard.media, clock.now(), customer_id=7)
    await database.write(lambda conn: insert_many(conn, KeptFile.__table__, [row]))  # type: ignore[attr-defined]
    ref = short(heard.media.file)
    found = await photos.fetch(_ADDRESS, ref)
    assert found and found[1] == "image/jpeg" and b"Secret Camera" not in found[0]
    assert await photos.fetch("somebody-else", ref) is None
    for wrong in ("", "..", f"../{ref}", f"/{ref}", "-1", "z" * 40, short(8)):
        assert await photos.fetch(_ADDRESS, wrong) is None, wrong


async def test_who_has_sent_much_today_is_asked_to_wait_until_tomorrow(database: Database, clock: SimulatedClock, tmp_path: Path) -> None:
    store = FileStore(database, FileFolder(tmp_path), Limits(a_day=500))
    photos = StoredPhotos(database, store, "web", clock)
    media = await photos.keep(_ADDRESS, photo(), "image/jpeg")
    heard = numbered(Heard("webchat", "web", _ADDRESS, "1", HeardKind.MEDIA, clock.now(), media=media))
    assert heard.media
    row = received_row(heard, heard.media, clock.now(), customer_id=7)
    await database.write(lambda conn: insert_many(conn, KeptFile.__table__, [row]))  # type: ignore[attr-defined]
    with pytest.raises(PhotoRefused, match="too_many_photos"):
        await photos.keep(_ADDRESS, photo(), "image/jpeg")
    assert await photos.keep("somebody-else", photo(), "image/jpeg")
    clock.move_to(clock.now() + timedelta(days=1, seconds=1))
    assert await photos.keep(_ADDRESS, photo(), "image/jpeg")
