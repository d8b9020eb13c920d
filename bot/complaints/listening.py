"""Listening to what customers say: what of it is a complaint, and what they are told at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.complaints.complaint import Complaint
from bot.complaints.detection import UNHAPPY_SIGN, Finding, detect
from bot.complaints.intake import Taken, intake
from bot.complaints.made_good import SURVEY, WORD_QUESTION, on_made_good
from bot.complaints.model.opinion import Judge, opinion
from bot.complaints.praise import keep_praise
from bot.complaints.rules import Rules
from bot.complaints.second_look import is_worth_a_look, keep_for_second_look
from bot.complaints.signs import known_signs
from bot.dialogs.dialog import SignalKind
from bot.dialogs.told import Told
from bot.surveys.understanding import Command, understand_command
from bot.surveys.wording import phrase

__all__ = ["ComplaintListener", "sounds_like_complaint"]


def sounds_like_complaint(lang: str, words: str, *, judge: Judge = opinion) -> bool:
    """Whether these words are a complaint."""
    return detect(lang, words, judge=judge) is not None


class ComplaintListener:
    """What the receiver tells of a batch, inside its transaction: a `bot.dialogs.told.Listener`."""

    def __init__(self, rules: Rules, judge: Judge = opinion, *, looks_again: bool = False) -> None:
        """With `looks_again`, words that tier one is not sure of are kept for the semantic tier."""
        self._rules = rules
        self._judge = judge
        self._looks_again = looks_again
        # Read now, so that no customer's transaction waits for files.
        known_signs()

    def __call__(self, conn: Connection, tolds: Sequence[Told], now: datetime) -> Sequence[str | None]:
        keep_praise(conn, tolds, self._judge, now)
        complaints: dict[int, Complaint] = {}
        for place, told in enumerate(tolds):
            if word := _word_on_fix(told):
                on_made_good(conn, self._rules, told.case_id or 0, word, told.words, now)
            elif complaint := _complaint(told, self._judge):
                complaints[place] = complaint
        if self._looks_again:
            keep_for_second_look(conn, [complaint for complaint in complaints.values() if is_worth_a_look(complaint)])
        replies: list[str | None] = [None] * len(tolds)
        if complaints:
            for (place, complaint), taken in zip(
                complaints.items(), intake(conn, self._rules, list(complaints.values()), now), strict=True
            ):
                replies[place] = self._reply(complaint, taken)
        return replies

    def _reply(self, complaint: Complaint, taken: Taken) -> str | None:
        """One acknowledgement a case; a call for a person and words out of the blue are always answered."""
        if taken.case_id is None:
            return None
        if complaint.human:
            key = "human_called"
        elif taken.opened:
            key = "case_acknowledged"
        elif complaint.free:
            key = "case_message_passed_on"
        else:
            return None
        return phrase(key, complaint.lang, shop=self._rules.shop)


def _word_on_fix(told: Told) -> str:
    """Yes, partly or no, where this is the customer's word on a fix."""
    if told.case_id is None or told.survey != SURVEY or told.question is None or told.answered is None:
        return ""
    return str(told.answered.value or "") if told.question.key == WORD_QUESTION else ""


def _complaint(told: Told, judge: Judge) -> Complaint | None:
    """The complaint that this is or may be part of; None where nothing was said."""
    value = told.answered.value if told.answered else None
    free = told.dialog_id is None
    human = (told.signal is not None and told.signal.kind is SignalKind.HUMAN) or (
        free and understand_command(told.lang, told.words) is Command.HUMAN
    )
    if not (told.words or told.media or human or value is not None):
        return None
    if told.quoted:
        finding: Finding | None = UNHAPPY_SIGN
    else:
        finding = detect(told.lang, told.words, help_wanted=human, question=told.question, value=value, judge=judge)
    return Complaint(
        customer_id=told.customer_id,
        address_id=told.address_id,
        lang=told.lang,
        at=told.at,
        finding=finding,
        dialog_id=told.dialog_id,
        touchpoint_id=told.touchpoint_id,
        case_id=told.case_id,
        survey=told.survey,
        question=told.question,
        facts=told.facts or {},
        value=value,
        words=f"{told.words} “{told.quoted}”" if told.quoted else told.words,
        quoted=told.quoted,
        media=told.media,
        place=str((told.facts or {}).get("place", "")),
        thread=told.thread,
        human=human,
        free=free,
    )
