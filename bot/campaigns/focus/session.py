"""The session: opening, asking, drawing in the silent, closing; and writing down what is said.

Everything that the bot says goes through the outbox under a key, in the transaction that moves the session on: killed
anywhere, it goes on where it was, and says nothing twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from bot.campaigns.focus.meeting import Meeting
from bot.campaigns.focus.picture import picture_refused
from bot.campaigns.focus.pseudonyms import pseudonym, without_names
from bot.campaigns.focus.seating import end_invitations, remind, seating_of
from bot.campaigns.focus.telling import tell
from bot.campaigns.focus.wording import called, said, together
from bot.dialogs.taking_back import what_leaving_takes_back
from channels.contract import Say, split_place
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.focus import FocusState
from storage.outbox import Message, Priority
from storage.queries.consents import add_consent
from storage.queries.focus import add_line, change_group, group_at, lines_of, note_drawn_in, seats_of, who_agreed
from storage.queries.incidents import clear_incidents
from storage.queries.outbox import known_keys

__all__ = ["BOT", "JUST_PUT", "MODERATOR", "Session"]

log = logging.getLogger(__name__)

_message = Message.__table__  # type: ignore[attr-defined]
BOT, MODERATOR = 0, -1
JUST_PUT = timedelta(seconds=10)
"""As long as a question is read, nobody goes on to the next: two who want to at once mean the same one."""


class Session:
    def __init__(self, meeting: Meeting) -> None:
        self._at, self._conn, self._row, self._group, self._now = meeting, meeting.conn, meeting.row, meeting.group, meeting.now

    @property
    def elsewhere(self) -> bool:
        """Whether another session is held in that place."""
        other = group_at(self._conn, self._row.account, self._row.place)
        return other is not None and other.id != self._row.id

    @property
    def just_put(self) -> bool:
        """Whether the question of the moment is so new that nobody has had time to read it."""
        asked_at: datetime | None = self._row.asked_at
        return asked_at is not None and self._now < asked_at + JUST_PUT

    def prepare(self) -> None:
        begins = self._row.begins_at
        if begins - self._group.remind <= self._now < begins:
            remind(self._at)
        elif self._now >= begins and not self.elsewhere:
            self.open()

    def go_on(self) -> None:
        """Where the bot moderates: draw in the silent at half time, then ask the next question."""
        row, half = self._row, self._group.each / 2
        if row.asked_at is None or self._now >= row.asked_at + self._group.each:
            self.ask(row.question + 1)
        elif self._now >= row.asked_at + half and row.drawn_in < row.question:
            self.draw_in()

    def stand_by(self) -> None:
        """Where a person moderates: tell them in the group of a picture that is not shown, so that they can show it."""
        if picture_refused(self._conn, self._row):
            self._say_once("p", said(self._group, "no_picture"))

    def bidden(self, text: str) -> bool:
        """Do what a human moderator bids; no where they only talk."""
        match text.strip().casefold().partition("@")[0]:
            case "/next" if self.just_put:
                self._say_once(f"w{self._row.question}", said(self._group, "just_put"))
            case "/next":
                self.ask(self._row.question + 1)
            case "/quiet":
                self.draw_in()
            case "/end":
                self.close()
            case _:
                return False
        return True

    def note(self, number: int, text: str) -> None:
        names = [(seat.number, seat.name) for seat in seats_of(self._conn, self._row.id)]
        add_line(self._conn, self._row.id, number, self._row.question, without_names(text, names, self._group.lang), self._now)

    def part(self, customer_id: int, *, leaving: bool = False) -> None:
        """They want no part in it any more: what they write is not kept, and nobody speaks to them. With `leaving` they have left
        their panels, and all groups that those were invited to."""
        who = [one for one in who_agreed(self._conn, self._at.purpose) if one.id == customer_id]
        purposes = what_leaving_takes_back(self._conn, customer_id) if leaving else [self._at.purpose]
        for purpose in purposes:
            add_consent(self._conn, customer_id, purpose, granted=False, source="group", now=self._now)
        tell(self._at, "left" if leaving else "parted", who)

    def open(self) -> None:
        group = self._group
        change_group(self._conn, self._row.id, state=FocusState.RUNNING.value)
        self._invite_nobody_else()
        self._say("welcome", said(group, "welcome"))
        self._say("concept", group.concept.text, picture=group.concept.picture or "")
        log.info("focus_group_begun", extra={"group": group.name})
        if not group.moderator:
            self.ask(1)

    def ask(self, question: int) -> None:
        if question > len(self._group.questions):
            self.close()
            return
        change_group(self._conn, self._row.id, question=question, asked_at=self._now)
        self._say(f"q{question}", self._group.questions[question - 1], question)

    def draw_in(self) -> None:
        """Speak to those by name who have said nothing to this question; once for each question. Who has said nothing since they
        were spoken to before is left in peace: they may not be there."""
        question, seats = self._row.question, seats_of(self._conn, self._row.id)
        spoke = {line.number: line.question for line in lines_of(self._conn, self._row.id)}
        here = {one.id for one in seating_of(self._conn, self._group).seated}
        silent = [
            seat
            for seat in seats
            if seat.customer_id in here and seat.name.strip() and seat.drawn_in <= spoke.get(seat.number, 0) < question
        ]
        change_group(self._conn, self._row.id, drawn_in=question)
        note_drawn_in(self._conn, [seat.id for seat in silent], question)
        if silent:
            names = called([seat.name for seat in silent], [seat.name for seat in seats])
            kept = self._drawing_in([pseudonym(seat.number) for seat in silent])
            self._say(f"d{question}", self._drawing_in(names), question, kept=kept)

    def _drawing_in(self, names: list[str]) -> str:
        return said(self._group, "draw_in", names=together(names, self._group.lang))

    def close(self) -> None:
        self._say("over", said(self._group, "over"), self._row.question)
        self._end()

    def call_off(self) -> None:
        """Who said yes is told, so that nobody comes to an empty room."""
        seating = seating_of(self._conn, self._group)
        tell(self._at, "called_off", seating.seated + seating.coming)
        self._end()

    def _end(self) -> None:
        change_group(self._conn, self._row.id, state=FocusState.ENDED.value, ended_at=self._now)
        clear_incidents(self._conn, [f"group.{self._row.name}"], self._now)
        log.info("focus_group_ended", extra={"group": self._group.name})
        self._invite_nobody_else()

    def _invite_nobody_else(self) -> None:
        """To what has begun, or is over."""
        end_invitations(self._conn, self._group.name, self._now, range(len(self._group.seats) + 1))

    def _say_once(self, what: str, text: str) -> None:
        """Beside the conversation, about how it is held."""
        if not known_keys(self._conn, [self._at.key(what)]):
            self._say(what, text, self._row.question)

    def _say(self, what: str, text: str, question: int = 0, *, picture: str = "", kept: str = "") -> None:
        """`kept` is what is written down of it, where that is not the same without names."""
        address, thread = split_place(self._row.place)
        say = Say(text, picture=picture, key=self._at.key(what), thread=thread, lang=self._group.lang)
        where = {"channel": self._at.host.platforms.get(self._row.account, ""), "account": self._row.account, "address": address}
        insert_many(self._conn, _message, [message_row(say, priority=Priority.REPLY, now=self._now, **where)], ignore=True)
        names: list[tuple[int, Any]] = [] if kept else [(seat.number, seat.name) for seat in seats_of(self._conn, self._row.id)]
        add_line(self._conn, self._row.id, BOT, question, kept or without_names(text, names, self._group.lang), self._now)
