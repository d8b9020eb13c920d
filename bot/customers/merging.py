"""An operator makes one customer of two records of the same person, and two again where that was a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from bot.customers.finding import the_customer
from bot.mistake import Mistake
from storage.ids import short
from storage.queries.merging import merge, merge_row, surveys_open_at_both, unmerge

__all__ = ["Merged", "merge_customers", "merge_named", "unmerge_customers"]

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Merged:
    """`kept` is who they both are now."""

    merge_id: int
    kept: AnyRow
    joined: AnyRow


def merge_named(conn: Connection, one: str, other: str, now: datetime, *, by: str, why: str) -> Merged:
    """Merge the customer named `other` into the one named `one`. Raises Mistake as `merge_customers` does."""
    return merge_customers(conn, the_customer(conn, one), the_customer(conn, other), now, by=by, why=why)


def merge_customers(conn: Connection, kept: AnyRow, joining: AnyRow, now: datetime, *, by: str, why: str) -> Merged:
    """All of `joining` belongs to `kept` from now on. Where the shop has named only the one that was to join, it is the other way
    about: who the shop has named is who they are.

    Raises:
        Mistake: they are the same already, or both are in the midst of the same survey.
    """
    if kept.id == joining.id:
        raise Mistake("they are one customer already", "look at the page of either", "merge_same")
    if kept.erased_at or joining.erased_at:
        raise Mistake("one of them has been erased", "nothing is known of them that could be merged", "merge_erased")
    if joining.external_id is not None and kept.external_id is None:
        kept, joining = joining, kept
    if both := surveys_open_at_both(conn, kept.id, joining.id):
        raise Mistake(
            f"both are just answering the survey {', '.join(both)}, and one person would be asked twice",
            "merge them once one of the two is done; an unanswered one ends by itself after [policy] grace",
            "merge_asked",
            surveys=", ".join(both),
        )
    merge_id = merge(conn, joining.id, kept.id, now, who=by, why=why)
    assert merge_id is not None, "both were just read"
    return Merged(merge_id, kept, joining)


def unmerge_customers(conn: Connection, merge_id: int, now: datetime, *, by: str, why: str = "") -> AnyRow:
    """Undo one merge; gives back its row.

    Raises:
        Mistake: there is no such merge any more, or a later one stands upon it.
    """
    done = merge_row(conn, merge_id)
    if done is None or done.undone_at is not None:
        raise Mistake("this merge has been undone, or never was", "makegood customer show tells which there are", "merge_gone")
    into = the_customer(conn, short(done.kept_id))
    if into.id != done.kept_id:
        raise Mistake(
            f"the customer it went into was merged into {into.external_id or short(into.id)} later",
            "undo that merge first",
            "merge_later",
            who=into.external_id or short(into.id),
        )
    unmerge(conn, done, now, who=by, why=why)
    return done
