"""Those who are about to be erased, where others spoke of them by name: replaced as long as their names are still known."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.focus.pseudonyms import without_names
from storage.queries.customers import customers_by_id
from storage.queries.focus import change_lines, hold_groups, lines_of, seats_held

__all__ = ["replace_mentions", "replace_mentions_everywhere"]


def replace_mentions_everywhere(conn: Connection, customer_ids: Collection[int]) -> None:
    """In every focus group in which one of these, who are one person, has a seat."""
    seats = seats_held(conn, customer_ids)
    hold_groups(conn, {seat.id for seat in seats})
    for seat in seats:
        replace_mentions(conn, seat, seat.number, customer_ids)


def replace_mentions(conn: Connection, group: Any, number: int, customer_ids: Collection[int]) -> None:
    """What was said before they had that seat, or before they were known by that name, was written down as it was."""
    names = [(number, one.name) for one in customers_by_id(conn, customer_ids)]
    replaced = {
        line.id: (line.text, without_names(line.text, names, group.definition.get("lang", "en"))) for line in lines_of(conn, group.id)
    }
    change_lines(conn, {line: after for line, (before, after) in replaced.items() if after != before})
