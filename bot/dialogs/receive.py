"""The inbound path: what channels heard, taken in batches, each in one transaction.

One transaction holds the update ids that were seen, the dialogs' new states, the answers with their roll-ups, the cases
that complaints opened and the messages that follow. It is committed before a channel tells its platform so.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Protocol

from sqlalchemy import Connection

from bot.dialogs.afterwards import NO_OFFERS, Offers
from bot.dialogs.hearing import Complains, Understanding
from bot.dialogs.loading import load
from bot.dialogs.move_tokens import MoveTokens
from bot.dialogs.outcome import Outcome
from bot.dialogs.published import Published
from bot.dialogs.recording import record
from bot.dialogs.set_aside import NOT_ITS_FAULT, decided_anew, set_aside
from bot.dialogs.told import Listener
from bot.dialogs.writing import write_conversations
from bot.files.received import numbered, received_row
from bot.surveys.wording import phrase
from channels.clock import Clock
from channels.contract import Heard, HeardKind, Say
from channels.outbox import message_row
from channels.stored import media_to_json
from storage.bulk import insert_many, insert_new
from storage.database import Database
from storage.dialogs import SeenUpdate, Utterance
from storage.files import KeptFile
from storage.ids import new_id
from storage.outbox import Message, MessageState, Priority

__all__ = ["Handover", "Receiver"]

Row = dict[str, Any]
_utterance = Utterance.__table__  # type: ignore[attr-defined]
_seen, _message, _file = SeenUpdate.__table__, Message.__table__, KeptFile.__table__  # type: ignore[attr-defined]


class Handover(Protocol):
    """How messages reach their sender without waiting to be found: this process's delivery."""

    def adopts(self, account: str) -> bool:
        """Whether this process sends for that account and has room: its messages are then stored as being sent."""

    def take(self, rows: Sequence[Row]) -> None:
        """Called after the commit, with the rows of adopted accounts and of all others."""

    def wake(self) -> None:
        """Called after a commit that may have put other messages into the outbox: staff are to hear of a complaint."""


class Receiver:
    """Takes what customers do. `hear` is what a channel is given.

    `keeps_words` are the accounts whose channels show a conversation from our storage: there, words are kept as they came.
    `files_heard` is called after a commit with a picture or voice note that is to be fetched.
    """

    def __init__(
        self,
        database: Database,
        published: Published,
        clock: Clock,
        *,
        shop: str,
        zone: tzinfo,
        default_lang: str,
        listener: Listener,
        complains: Complains,
        handover: Handover,
        move_tokens: MoveTokens,
        offers: Offers = NO_OFFERS,
        keeps_words: Collection[str] = (),
        files_heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._published = published
        self._clock = clock
        self._shop = shop
        self._zone = zone
        self._default_lang = default_lang
        self._listener = listener
        self._complains = complains
        self._handover = handover
        self._move_tokens = move_tokens
        self._offers = offers
        self._keeps_words = frozenset(keeps_words)
        self._files_heard = files_heard

    async def hear(self, heard: Heard) -> None:
        """Take one thing heard; returns once it is durable. Heard a second time, it changes nothing.

        Raises:
            sqlalchemy.exc.OperationalError: the database cannot be written to; the platform should offer it again.
        """
        key = zlib.crc32(f"{heard.account} {heard.address}".encode())
        try:
            rows, alarmed = await decided_anew(heard, lambda: self._database.writer.submit(self._take, heard, key=key))
        except NOT_ITS_FAULT:
            raise
        except Exception as error:
            # Whatever is wrong with this one update must not stop those behind it.
            await self._database.write(set_aside(heard, error, self._clock.now()), key=key)
        else:
            if rows:
                self._handover.take(rows)
            if alarmed:
                self._handover.wake()
            if heard.media:
                self._files_heard()

    def _take(self, conn: Connection, heards: Sequence[Heard]) -> Sequence[tuple[Sequence[Row], bool]]:
        """For each thing heard the messages that follow, and whether staff may have to be told at once."""
        now = self._clock.now()
        keys = [(heard.account, heard.update_id) for heard in heards]
        seen = [{"account": account, "update_id": update_id, "seen_at": now} for account, update_id in dict.fromkeys(keys)]
        new = insert_new(conn, _seen, seen, key=("account", "update_id"))
        fresh: dict[int, Heard] = {}
        for place, (key, heard) in enumerate(zip(keys, heards, strict=True)):
            if key in new:
                new.discard(key)
                fresh[place] = numbered(heard)
        if not fresh:
            return [((), False)] * len(heards)
        loaded = load(conn, list(fresh.values()), self._published, now, default_lang=self._default_lang, move_tokens=self._move_tokens)
        owners = {talk.address_id: talk.customer_id for talk in loaded.talks.values()}
        understanding = Understanding(conn, loaded, self._published, self._complains, self._shop, self._default_lang, self._offers, now)
        outcomes = {place: understanding.take(heard) for place, heard in fresh.items()}
        write_conversations(conn, loaded, owners, list(outcomes.values()), now)
        if givens := [given for outcome in outcomes.values() for given in outcome.givens]:
            record(conn, givens, self._zone)
        insert_many(conn, _file, [row for place, outcome in outcomes.items() if (row := _file_row(fresh[place], outcome, now))])
        alarming: set[int] = set()
        if tolds := [(place, told) for place, outcome in outcomes.items() for told in outcome.tolds]:
            replies = self._listener(conn, [told for _, told in tolds], now)
            for (place, _), reply in zip(tolds, replies, strict=True):
                if reply:
                    alarming.add(place)
                    _say_first(outcomes[place], reply)
        insert_many(conn, _utterance, [_utterance_row(heard) for heard in fresh.values() if self._keeps(heard)])
        messages = {place: self._rows(outcome, fresh[place].thread) for place, outcome in outcomes.items()}
        insert_many(conn, _message, [row for rows in messages.values() for row in rows], ignore=True)
        return [(messages.get(place, ()), place in alarming) for place in range(len(heards))]

    def _keeps(self, heard: Heard) -> bool:
        return heard.account in self._keeps_words and heard.kind in (HeardKind.TEXT, HeardKind.MEDIA)

    def _rows(self, outcome: Outcome, thread: str) -> list[Row]:
        held, talk, now = outcome.held, outcome.talk, self._clock.now()
        rows = [
            message_row(
                replace(say, thread=thread) if thread else say,
                channel=talk.channel,
                account=talk.account,
                address=talk.native_id,
                priority=Priority.REPLY,
                now=now,
                customer_id=held.customer_id if held else talk.customer_id,
                dialog_id=held.dialog.id if held else None,
            )
            for say in outcome.says
        ]
        # What was told elsewhere and is told again here waits in the outbox, and comes before what is new.
        if outcome.came is None and self._handover.adopts(talk.account):
            for row in rows:
                row["state"] = MessageState.SENDING.value
        return rows


def _utterance_row(heard: Heard) -> Row:
    media = media_to_json(heard.media) if heard.media else None
    return {"id": new_id(), "account": heard.account, "address": heard.address, "text": heard.text, "media": media, "at": heard.at}


def _file_row(heard: Heard, outcome: Outcome, now: datetime) -> Row | None:
    """What came beside the words, where it is one of the kinds that are kept."""
    if heard.media is None or not heard.media.file:
        return None
    held = outcome.held
    dialog_id = held.dialog.id if held else None
    return received_row(heard, heard.media, now, customer_id=held.customer_id if held else outcome.talk.customer_id, dialog_id=dialog_id)


def _say_first(outcome: Outcome, text: str) -> None:
    """Put what must be said at once after the edits of what was answered, before the next question; only once, where
    the dialog says the same."""
    outcome.says = [say for say in outcome.says if say.text != text]
    place = next((place for place, say in enumerate(outcome.says) if not say.edits), len(outcome.says))
    outcome.says.insert(place, Say(text, again=phrase("repeated", outcome.talk.lang)))
