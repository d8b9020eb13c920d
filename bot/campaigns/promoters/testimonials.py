"""Testimonials with leave to quote them, or without, and taking that leave back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.mistake import Mistake
from storage.ids import from_short, short
from storage.queries.consents import add_consent, agreed_to
from storage.queries.promoters import testimonials

__all__ = ["Testimonial", "withdraw", "words_left"]

log = logging.getLogger(__name__)

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Testimonial:
    """`leave` to quote it is True, False where it was refused or taken back, None where nothing was said to it."""

    ref: str
    words: str
    lang: str
    at: datetime
    leave: bool | None


def words_left(conn: Connection) -> list[Testimonial]:
    """The newest first."""
    return [Testimonial(short(row.customer_id), row.words, row.lang, row.answered_at, row.leave) for row in testimonials(conn, _SHOWN)]


def withdraw(conn: Connection, ref: str, now: datetime) -> None:
    """Note that somebody is not to be quoted any more, who said so elsewhere. Raises Mistake where they are not."""
    try:
        customer = from_short(ref)
    except ValueError:
        customer = 0
    if not (0 < customer < 1 << 63 and agreed_to(conn, customer, "quote")):
        raise Mistake("there is no leave to quote them", "it may have been taken back meanwhile", "no_leave")
    add_consent(conn, customer, "quote", granted=False, source="operator", now=now)
    log.info("quote_withdrawn", extra={"customer": customer})
