"""The session: reminding, opening, asking, drawing in the silent, closing; and writing down what is said.

Everything that the bot says goes through the outbox under a key, in the transaction that moves the session on: killed
anywhere, it goes on where it was, and says nothing twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.pseudonyms import without_names
from bot.campaigns.focus.wording import said, survey_name, together
from bot.campaigns.steering import cancel
from bot.invitations.sweeps import Sweep
from channels.contract import GroupSaid, HearGroup, Say, split_place
from channels.outbox import message_row
from storage.bulk import insert_many, insert_new
from storage.campaigns import CampaignState
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.focus import FocusState, purpose_of
from storage.ids import short
from storage.outbox import Message, Priority
from storage.queries.campaigns import with_survey
from storage.queries.focus import (
    add_line,
    agreed_at,
    change_group,
    customer_at,
    group_at,
    lines_of,
    seat_customer,
    seats_of,
    unended,
)

__all__ = ["Session", "focus_sweep", "group_taker", "take_said", "tend_groups"]

log = logging.getLogger(__name__)

_message, _seen = Message.__table__, SeenUpdate.__table__  # type: ignore[attr-defined]
BOT, MODERATOR = 0, -1
TOO_LATE = timedelta(hours=1)
"""A session that could not begin for so long does not begin in an empty room."""


def focus_sweep(database: Database, platforms: dict[str, str], shop: str) -> Sweep:
    """`platforms` are those of the accounts, by account."""

    async def run(now: datetime) -> None:
        async with database.read() as conn:
            if not await conn.run_sync(unended):
                return
        await database.write(lambda conn: tend_groups(conn, platforms, shop, now))

    return Sweep("tend_focus_groups", timedelta(seconds=5), run)


def group_taker(database: Database, platforms: dict[str, str], shop: str) -> HearGroup:
    async def hear(heard: GroupSaid) -> None:
        await database.write(lambda conn: take_said(conn, heard, platforms, shop))

    return hear


def tend_groups(conn: Connection, platforms: dict[str, str], shop: str, now: datetime) -> None:
    """Do what is due in every group that has not ended."""
    for row in unended(conn, lock=True):
        group = Definition.model_validate(row.definition)
        session = Session(conn, row, group, platforms.get(row.account, ""), shop, now)
        if row.state == FocusState.PLANNED:
            session.prepare()
        elif not group.moderator:
            session.go_on()


def take_said(conn: Connection, heard: GroupSaid, platforms: dict[str, str], shop: str) -> None:
    """Write down what somebody said who agreed to it, and do what a human moderator bids; all else is nobody's business."""
    row = group_at(conn, heard.account, heard.place)
    if row is None:
        return
    seen = {"account": heard.account, "update_id": heard.update_id, "seen_at": heard.at}
    if not insert_new(conn, _seen, [seen], key=("account", "update_id")):
        return
    group = Definition.model_validate(row.definition)
    session = Session(conn, row, group, platforms.get(row.account, ""), shop, heard.at)
    if heard.person == group.moderator:
        session.bidden(heard.text)
    elif (customer := customer_at(conn, purpose_of(group.name), heard.account, heard.person)) is not None:
        session.note(seat_customer(conn, row.id, customer), heard.text)


class Session:
    def __init__(self, conn: Connection, row: Any, group: Definition, platform: str, shop: str, now: datetime) -> None:
        self._conn, self._row, self._group = conn, row, group
        self._platform, self._shop, self._now = platform, shop, now

    def prepare(self) -> None:
        group, row, now = self._group, self._row, self._now
        if not row.reminded and now >= row.begins_at - group.remind:
            change_group(self._conn, self._row.id, reminded=True)
            if now < row.begins_at:
                self._tell_agreed("remind")
        if now >= row.begins_at + TOO_LATE:
            self.call_off()
            log.warning("focus_group_missed", extra={"group": group.name})
        elif now >= row.begins_at:
            self.open()

    def go_on(self) -> None:
        """Where the bot moderates: draw in the silent at half time, then ask the next question."""
        row, half = self._row, self._group.each / 2
        if row.asked_at is None or self._now >= row.asked_at + self._group.each:
            self.ask(row.question + 1)
        elif self._now >= row.asked_at + half and row.drawn_in < row.question:
            self.draw_in()

    def bidden(self, text: str) -> None:
        match text.strip().casefold().partition("@")[0]:
            case "/next":
                self.ask(self._row.question + 1)
            case "/quiet":
                self.draw_in()
            case "/end":
                self.close()
            case _:
                self.note(MODERATOR, text)

    def note(self, number: int, text: str) -> None:
        names = [(seat.number, seat.name) for seat in seats_of(self._conn, self._row.id)]
        add_line(self._conn, self._row.id, number, self._row.question, without_names(text, names), self._now)

    def open(self) -> None:
        group = self._group
        for customer in {one.id: one for one in agreed_at(self._conn, purpose_of(group.name), self._row.account)}:
            seat_customer(self._conn, self._row.id, customer)
        change_group(self._conn, self._row.id, state=FocusState.RUNNING.value)
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
        """Speak to those by name who have said nothing to this question; once for each question."""
        question = self._row.question
        spoke = {line.number for line in lines_of(self._conn, self._row.id) if line.question == question}
        silent = [seat.name.split()[0] for seat in seats_of(self._conn, self._row.id) if seat.number not in spoke and seat.name.strip()]
        change_group(self._conn, self._row.id, drawn_in=question)
        if silent:
            self._say(f"d{question}", said(self._group, "draw_in", names=together(silent, self._group.lang)), question)

    def close(self) -> None:
        self._say("over", said(self._group, "over"), self._row.question)
        self._end()

    def call_off(self) -> None:
        """Who said yes is told, so that nobody comes to an empty room."""
        self._tell_agreed("called_off")
        self._end()

    def _end(self) -> None:
        """Nobody is invited any more to what is over."""
        change_group(self._conn, self._row.id, state=FocusState.ENDED.value, ended_at=self._now)
        log.info("focus_group_ended", extra={"group": self._group.name})
        for campaign in with_survey(self._conn, survey_name(self._group.name)):
            if campaign.state not in (CampaignState.DONE, CampaignState.CANCELLED):
                cancel(self._conn, campaign.name, self._now)

    def _tell_agreed(self, what: str) -> None:
        group, rows = self._group, []
        # By the first address of each that is open.
        agreed = {one.id: one for one in reversed(agreed_at(self._conn, purpose_of(group.name), self._row.account)) if one.reachable}
        for customer, at in agreed.items():
            say = Say(said(group, what, self._shop), key=f"f.{short(self._row.id)}.{what}.{short(customer)}", lang=group.lang)
            rows.append(self._row_for(say, at.native_id, customer_id=customer))
        insert_many(self._conn, _message, rows, ignore=True)

    def _say(self, what: str, text: str, question: int = 0, *, picture: str = "") -> None:
        address, thread = split_place(self._row.place)
        say = Say(text, picture=picture, key=f"f.{short(self._row.id)}.{what}", thread=thread, lang=self._group.lang)
        insert_many(self._conn, _message, [self._row_for(say, address)], ignore=True)
        names = [(seat.number, seat.name) for seat in seats_of(self._conn, self._row.id)]
        add_line(self._conn, self._row.id, BOT, question, without_names(text, names), self._now)

    def _row_for(self, say: Say, address: str, **more: Any) -> dict[str, Any]:
        where = {"channel": self._platform, "account": self._row.account, "address": address}
        return message_row(say, priority=Priority.REPLY, now=self._now, **where, **more)
