"""What customers have agreed to: the newest word to a purpose holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, or_, select

from storage.bulk import insert_many
from storage.customers import Consent
from storage.ids import new_id
from storage.queries.recalling import recall_from

__all__ = [
    "add_consent",
    "agreed_to",
    "all_who_agreed",
    "has_agreed",
    "has_declined",
    "has_spoken",
    "newest_words",
    "purposes_agreed_to",
    "still_agrees",
]

_consent = Consent.__table__  # type: ignore[attr-defined]


def add_consent(conn: Connection, customer_id: int, purpose: str, *, granted: bool, source: str, now: datetime) -> None:
    """Note what they said. After a no, what still waits for them is taken back: whether the rest of it is for them is decided anew."""
    entry = {"purpose": purpose, "granted": granted, "source": source, "at": now}
    insert_many(conn, _consent, [{"id": new_id(), "customer_id": customer_id, **entry}])
    if not granted:
        recall_from(conn, [customer_id], now)


def agreed_to(conn: Connection, customer_id: int, purpose: str) -> bool | None:
    """What the customer said last about it; None where they never did."""
    words = select(_consent.c.granted).where(_consent.c.customer_id == customer_id, _consent.c.purpose == purpose)
    return conn.execute(words.order_by(_consent.c.at.desc(), _consent.c.id.desc()).limit(1)).scalar()


def has_agreed(purpose: str, customer_id: Any) -> ColumnElement[bool]:
    """Whether the customer's newest word is a yes: a condition on an id, or on a column of ids."""
    return _newest_is(True, purpose, customer_id)


def has_declined(purpose: str, customer_id: Any) -> ColumnElement[bool]:
    """Whether the customer's newest word is a no."""
    return _newest_is(False, purpose, customer_id)


def has_spoken(purpose: str, customer_id: Any) -> ColumnElement[bool]:
    """Whether the customer has ever said yes or no to it."""
    return select(_consent.c.id).where(_consent.c.customer_id == customer_id, _consent.c.purpose == purpose).exists()


def _newest_is(granted: bool, purpose: str, customer_id: Any) -> ColumnElement[bool]:
    word, later = _consent.alias("word"), _consent.alias("later")
    about_it = and_(word.c.customer_id == customer_id, word.c.purpose == purpose, word.c.granted == granted)
    newer = or_(later.c.at > word.c.at, and_(later.c.at == word.c.at, later.c.id > word.c.id))
    taken_back = and_(later.c.customer_id == word.c.customer_id, later.c.purpose == word.c.purpose, newer)
    return select(word.c.id).where(about_it, ~select(later.c.id).where(taken_back).exists()).exists()


def newest_words(purpose: str) -> Select[*tuple[Any, ...]]:
    """What customers said to the purpose: the newest word of each has place 1, and `ever` is 1 for who once said yes."""
    by_customer = {"partition_by": _consent.c.customer_id}
    place = func.row_number().over(order_by=(_consent.c.at.desc(), _consent.c.id.desc()), **by_customer).label("place")
    ever = func.max(case((_consent.c.granted, 1), else_=0)).over(**by_customer).label("ever")
    return select(_consent.c.customer_id, _consent.c.granted, _consent.c.at, place, ever).where(_consent.c.purpose == purpose)


def all_who_agreed(purpose: str) -> Select[int]:
    """The ids of all customers whose newest word is a yes, and who have not said that they want to be asked nothing: from the
    words, where few of many customers said any."""
    words = newest_words(purpose).subquery()
    return select(words.c.customer_id).where(words.c.place == 1, still_agrees(words))


def still_agrees(words: Subquery) -> ColumnElement[bool]:
    """Whether one of the `newest_words` is a yes, and its customer has not said that they want to be asked nothing."""
    return words.c.granted & ~has_declined("surveys", words.c.customer_id)


def purposes_agreed_to(conn: Connection, customer_id: int, prefix: str) -> list[str]:
    """The purposes whose names begin so, and to which the customer's newest word is a yes."""
    mine = and_(_consent.c.customer_id == customer_id, _consent.c.purpose.startswith(prefix, autoescape=True))
    words = conn.execute(select(_consent.c.purpose, _consent.c.granted).where(mine).order_by(_consent.c.at, _consent.c.id))
    newest = {word.purpose: word.granted for word in words}
    return [purpose for purpose, granted in newest.items() if granted]
