"""The web chat on storage: what the transcript holds, and the folder of photos."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from bot.console.webchat import PhotoFolder, stored_transcript
from channels.clock import SimulatedClock
from channels.contract import Say
from channels.customers.webchat import Line
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.database import Database
from storage.dialogs import Utterance
from storage.ids import new_id
from storage.outbox import Message, MessageState, Priority

_ADDRESS = "a-visitor-of-the-tests"


async def _say(database: Database, text: str, written: datetime, state: MessageState, sent: datetime | None = None) -> None:
    row = message_row(Say(text), channel="webchat", account="web", address=_ADDRESS, priority=Priority.REPLY, now=written, due_at=sent)
    row |= {"state": state.value, "sent_at": sent if state is MessageState.SENT else None}
    await database.write(lambda conn: insert_many(conn, Message.__table__, [row]))  # type: ignore[attr-defined]


async def _write(database: Database, text: str, at: datetime, photo: str = "") -> None:
    media = {"kind": "photo", "ref": photo, "mime": "image/png", "size": 3} if photo else None
    row = {"id": new_id(), "account": "web", "address": _ADDRESS, "text": text, "media": media, "at": at}
    await database.write(lambda conn: insert_many(conn, Utterance.__table__, [row]))  # type: ignore[attr-defined]


def _texts(lines: list[Line]) -> list[str]:
    return [line.say.text for line in lines]


async def test_both_sides_of_a_conversation_are_read_in_the_order_they_were_said(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await _say(database, "Hello!", now, MessageState.SENT, now + timedelta(milliseconds=20))
    await _write(database, "The box was wet", now + timedelta(minutes=1))
    await _say(database, "I am sorry", now + timedelta(minutes=1), MessageState.SENDING, now + timedelta(minutes=1, seconds=1))
    await _write(database, "", now + timedelta(minutes=2), photo="folder/photo.png")
    lines = list(await stored_transcript(database, "web")(_ADDRESS, None))
    assert _texts(lines) == ["Hello!", "The box was wet", "I am sorry", ""]
    assert [line.mine for line in lines] == [False, True, False, True]
    assert lines[-1].photo == "folder/photo.png"
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


async def test_a_photo_is_found_by_its_own_address_alone(tmp_path: Path) -> None:
    photos = PhotoFolder(tmp_path)
    ref, again = await asyncio.gather(*(photos.keep(_ADDRESS, b"a photo", "image/png") for _ in range(2)))
    assert ref == again
    assert await photos.fetch(_ADDRESS, ref) == (b"a photo", "image/png")
    assert await photos.fetch("somebody-else", ref) is None
    for wrong in ("", "..", f"{ref.partition('/')[0]}/../../secret.png", f"/{ref}", ref.replace(".png", ".svg")):
        assert await photos.fetch(_ADDRESS, wrong) is None, wrong
