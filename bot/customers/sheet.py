"""All about one customer that an operator looks up: where they are reached, what is open, what was merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from sqlalchemy import Connection, Row

from bot.invitations.policy import SURVEYS
from storage.ids import short
from storage.queries.addresses import Way, ways_of
from storage.queries.consents import agreed_to
from storage.queries.customers import (
    Counts,
    count_of_customer,
    open_cases_of_customer,
    open_dialogs_of_customer,
    reactions_of_customer,
    went_on_elsewhere,
)
from storage.queries.merging import merges_of

__all__ = ["CustomerSheet", "sheet_of"]

AnyRow = Row[*tuple[Any, ...]]
_QUOTED = 80
"""Characters of our own words by which an operator knows the message."""


@dataclass(frozen=True, slots=True)
class CustomerSheet:
    """`ways` are their addresses in the order in which they are written to, `asked` what they said last about being asked at all,
    `went_on` the latest messages that went on elsewhere, `reactions` the latest signs that they put to our messages with the beginning
    of these, `merges` the latest first."""

    customer: AnyRow
    ways: Sequence[Way]
    asked: bool | None
    counts: Counts
    dialogs: Sequence[AnyRow]
    cases: Sequence[AnyRow]
    went_on: Sequence[AnyRow]
    reactions: Sequence[tuple[str, str]]
    merges: Sequence[AnyRow]

    @property
    def number(self) -> str:
        """Ours for them, as it stands in addresses of pages and is written on the command line."""
        return short(self.customer.id)

    @property
    def name(self) -> str:
        return self.customer.name or self.customer.external_id or self.number


def sheet_of(conn: Connection, customer: AnyRow, accounts: Sequence[str]) -> CustomerSheet:
    """`accounts` are those that customers are written to from, in the order of preference."""
    return CustomerSheet(
        customer,
        ways_of(conn, customer.id, accounts),
        agreed_to(conn, customer.id, SURVEYS),
        count_of_customer(conn, customer.id),
        open_dialogs_of_customer(conn, customer.id),
        open_cases_of_customer(conn, customer.id),
        went_on_elsewhere(conn, customer.id),
        [(one.say["reaction"], shorten(one.say["text"], _QUOTED, placeholder=" …")) for one in reactions_of_customer(conn, customer.id)],
        merges_of(conn, customer.id),
    )
