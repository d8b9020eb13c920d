"""Reminding somebody silent: the question that waits is put again, under other words."""

from __future__ import annotations

from datetime import datetime

from bot.dialogs.advance import repeat
from bot.dialogs.dialog import Dialog, Step
from bot.surveys.definition import Survey
from bot.surveys.wording import minutes_in, phrase

__all__ = ["remind"]


def remind(survey: Survey, dialog: Dialog, now: datetime, *, number: int, of: int) -> Step:
    """The reminder of that number, out of so many there will ever be; the last one says that it is the last. Of number 0 it is none:
    the question was not put before."""
    if number == 0:
        return repeat(survey, dialog, now)
    key = "reminder_first" if number < of else "reminder" if of == 1 else "reminder_last"
    shop = str(dialog.facts.get("shop", ""))
    return repeat(survey, dialog, now, lead=phrase(key, dialog.lang, shop=shop, minutes=minutes_in(survey.minutes, dialog.lang)))
