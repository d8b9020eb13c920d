"""Testimonials, which of them may be quoted, and who was offered what once they had answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, String, cast, false, func, select, type_coerce

from storage.among import one_of
from storage.customers import Customer
from storage.dialogs import Answer, Dialog
from storage.outbox import Message
from storage.queries.consents import has_agreed, newest_words
from storage.touchpoints import Touchpoint

__all__ = ["codes_brought", "customer_of_number", "owners_among", "quotable", "testimonials", "told_afterwards", "was_asked_to_testify"]

_dialog, _answer, _customer = Dialog.__table__, Answer.__table__, Customer.__table__  # type: ignore[attr-defined]
_message, _touchpoint = Message.__table__, Touchpoint.__table__  # type: ignore[attr-defined]
_OWNER = func.coalesce(_customer.c.merged_into, _customer.c.id)
_TESTIMONIAL = "testimonial"
_MOMENT = 60_000_000
"""Microseconds."""
AnyRow = Row[*tuple[Any, ...]]


def was_asked_to_testify(conn: Connection, customer_id: int) -> bool:
    asked = select(_dialog.c.id).where(_dialog.c.customer_id == customer_id, _dialog.c.survey == _TESTIMONIAL)
    return conn.execute(asked.limit(1)).first() is not None


def quotable(conn: Connection) -> Sequence[AnyRow]:
    """Testimonials of customers whose newest word to being quoted is a yes, the newest first: `words`, `answered_at`, `lang`."""
    words = select(_answer.c.words, _answer.c.answered_at, _customer.c.lang).join(_customer, _customer.c.id == _answer.c.customer_id)
    theirs = words.where(_answer.c.survey == _TESTIMONIAL, _answer.c.question == "words", _answer.c.words.is_not(None))
    return conn.execute(theirs.where(has_agreed("quote", _answer.c.customer_id)).order_by(_answer.c.answered_at.desc())).all()


def testimonials(conn: Connection, most: int) -> Sequence[AnyRow]:
    """All of them, the newest first: as `quotable`, with `customer_id`, and `leave` as their author last said; None where never."""
    said = newest_words("quote").subquery()
    columns = (_answer.c.words, _answer.c.answered_at, _answer.c.customer_id, _customer.c.lang, said.c.granted.label("leave"))
    found = (
        select(*columns)
        .join(_customer, _customer.c.id == _answer.c.customer_id)
        .outerjoin(said, (said.c.customer_id == _answer.c.customer_id) & (said.c.place == 1))
        .where(_answer.c.survey == _TESTIMONIAL, _answer.c.question == "words", _answer.c.words.is_not(None))
    )
    return conn.execute(found.order_by(_answer.c.answered_at.desc()).limit(most)).all()


def told_afterwards(
    conn: Connection, survey: str, question: str, review_url: str, code: str, since: datetime, most: int
) -> Sequence[AnyRow]:
    """The newest answers to a question about how it was, of dialogs that were finished: `measure`, `number`, `answered_at`,
    `finished_at`, whether their author was `offered` to write a review there, and whether they got a code that begins so."""

    # What is told at the end is written down a moment later, and may count as said in the dialog that follows.
    told_at, finished_at = (type_coerce(column, BigInteger) for column in (_message.c.created_at, _dialog.c.updated_at))
    then = (_message.c.created_at >= _answer.c.answered_at) & (told_at <= finished_at + _MOMENT)
    theirs = _message.c.customer_id == _answer.c.customer_id

    def told(what: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(_message.c.id).where(theirs, then, what).exists()

    say = _message.c.say
    offered = told(say["link"][1].as_string() == review_url) if review_url else false()
    coded = told(say["text"].as_string().contains(f"{code}-", autoescape=True)) if code else false()
    columns = (_answer.c.measure, _answer.c.number, _answer.c.answered_at, _dialog.c.updated_at.label("finished_at"))
    found = select(*columns, offered.label("offered"), coded.label("coded")).join(_dialog, _dialog.c.id == _answer.c.dialog_id)
    mine = (_answer.c.survey == survey) & (_answer.c.question == question) & (_answer.c.answered_at > since)
    finished = found.where(mine, _answer.c.number.is_not(None), _dialog.c.state == "completed")
    return conn.execute(finished.order_by(_answer.c.answered_at.desc()).limit(most)).all()


def codes_brought(conn: Connection, since: datetime, most: int) -> Sequence[AnyRow]:
    """What touchpoints since then told as `referral`, of the `most` that were told last: the `code`, who brought it, and the
    `matter` by which touchpoints of one order are known as one."""
    code, order = (_touchpoint.c.attributes[name].as_string() for name in ("referral", "order"))
    matter = func.coalesce(func.nullif(order, ""), cast(_touchpoint.c.id, String)).label("matter")
    told = select(_touchpoint.c.customer_id, _touchpoint.c.occurred_at, code.label("code"), matter)
    newest = told.order_by(_touchpoint.c.id.desc()).limit(most).subquery()
    brought = select(newest.c.code, newest.c.customer_id, newest.c.matter).where(newest.c.code.is_not(None), newest.c.occurred_at > since)
    return conn.execute(brought).all()


def owners_among(conn: Connection, numbers: Collection[int]) -> dict[int, int]:
    """For those of the numbers that are customers': whose each is, which of a merged one is whom they were merged into."""
    found = select(_customer.c.id, _OWNER).where(one_of(_customer.c.id, list(numbers)))
    return {number: owner for number, owner in conn.execute(found)}  # noqa: C416 (rows are no pairs to mypy)


def customer_of_number(conn: Connection, number: int) -> AnyRow | None:
    """Of a merged one, whom they were merged into."""
    owner = select(_OWNER).where(_customer.c.id == number).scalar_subquery()
    return conn.execute(select(_customer).where(_customer.c.id == owner)).first()
