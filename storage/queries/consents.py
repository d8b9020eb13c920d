"""What customers have agreed to: the newest word to a purpose holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from storage.customers import Consent

__all__ = ["agreed_to", "has_agreed"]

_consent = Consent.__table__  # type: ignore[attr-defined]


def agreed_to(conn: Connection, customer_id: int, purpose: str) -> bool | None:
    """What the customer said last about it; None where they never did."""
    words = select(_consent.c.granted).where(_consent.c.customer_id == customer_id, _consent.c.purpose == purpose)
    return conn.execute(words.order_by(_consent.c.at.desc(), _consent.c.id.desc()).limit(1)).scalar()


def has_agreed(purpose: str, customer_id: Any) -> ColumnElement[bool]:
    """Whether the customer's newest word is a yes: a condition on an id, or on a column of ids."""
    word, later = _consent.alias("word"), _consent.alias("later")
    about_it = and_(word.c.customer_id == customer_id, word.c.purpose == purpose, word.c.granted)
    newer = or_(later.c.at > word.c.at, and_(later.c.at == word.c.at, later.c.id > word.c.id))
    taken_back = and_(later.c.customer_id == word.c.customer_id, later.c.purpose == word.c.purpose, newer)
    return select(word.c.id).where(about_it, ~select(later.c.id).where(taken_back).exists()).exists()
