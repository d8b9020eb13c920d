"""Testimonials: who was asked for one, and which may be quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.customers import Customer
from storage.dialogs import Answer, Dialog
from storage.queries.consents import has_agreed

__all__ = ["customer_of_number", "quotable", "was_asked_to_testify"]

_dialog, _answer, _customer = Dialog.__table__, Answer.__table__, Customer.__table__  # type: ignore[attr-defined]
_TESTIMONIAL = "testimonial"
AnyRow = Row[*tuple[Any, ...]]


def was_asked_to_testify(conn: Connection, customer_id: int) -> bool:
    asked = select(_dialog.c.id).where(_dialog.c.customer_id == customer_id, _dialog.c.survey == _TESTIMONIAL)
    return conn.execute(asked.limit(1)).first() is not None


def quotable(conn: Connection) -> Sequence[AnyRow]:
    """Testimonials of customers whose newest word to being quoted is a yes, the newest first: `words`, `answered_at`, `lang`."""
    words = select(_answer.c.words, _answer.c.answered_at, _customer.c.lang).join(_customer, _customer.c.id == _answer.c.customer_id)
    theirs = words.where(_answer.c.survey == _TESTIMONIAL, _answer.c.question == "words", _answer.c.words.is_not(None))
    return conn.execute(theirs.where(has_agreed("quote", _answer.c.customer_id)).order_by(_answer.c.answered_at.desc())).all()


def customer_of_number(conn: Connection, customer_id: int) -> AnyRow | None:
    return conn.execute(select(_customer).where(_customer.c.id == customer_id)).first()
