"""Real orders with the answers their customers gave, read from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.mistake import Mistake

__all__ = ["Order", "read_orders"]

COLUMNS = (
    "order_id",
    "customer_id",
    "country",
    "lang",
    "ordered_at",
    "promised_delivery",
    "delivered_at",
    "amount",
    "currency",
    "product_category",
    "survey_answered_at",
    "review_score",
    "review_title",
    "review_comment",
)


@dataclass(frozen=True, slots=True)
class Order:
    """One order and what its customer really said of it. `score` is 1 to 5, None where nobody answered."""

    id: str
    customer: str
    country: str
    lang: str
    ordered_at: datetime
    promised_at: datetime
    """The last moment of the promised day."""
    delivered_at: datetime | None
    amount: str
    currency: str
    product: str
    answered_at: datetime | None
    score: int | None
    comment: str

    @property
    def late_at(self) -> datetime | None:
        """When the order became late: the promised day ended and nothing had come."""
        late = self.delivered_at is None or self.delivered_at > self.promised_at
        return self.promised_at if late else None


def read_orders(file: Path, zone: ZoneInfo) -> list[Order]:
    """The orders in the file, whose moments are wall-clock times in `zone`.

    Raises:
        Mistake: the file is not there, lacks a column, or a row cannot be read: with its line and what is wrong.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return list(_orders(csv.DictReader(lines), file, zone))
    except OSError as error:
        raise Mistake(f"{file}: cannot be read: {error.strerror}") from error


def _orders(rows: csv.DictReader[str], file: Path, zone: ZoneInfo) -> Iterator[Order]:
    if missing := set(COLUMNS) - set(rows.fieldnames or ()):
        raise Mistake(f"{file}, line 1: the column {', '.join(sorted(missing))} is missing", f"The replay reads {', '.join(COLUMNS)}.")
    for row in rows:
        try:
            yield _order(row, zone)
        except ValueError as error:
            raise Mistake(f"{file}, line {rows.line_num}: {error}", "Mend the row or take it out.") from error


def _order(row: dict[str, str], zone: ZoneInfo) -> Order:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(row[name]).replace(tzinfo=zone) if row[name] else None

    ordered_at, promised_day = moment("ordered_at"), moment("promised_delivery")
    if ordered_at is None or promised_day is None:
        raise ValueError("ordered_at and promised_delivery must both be there")
    answered_at = moment("survey_answered_at")
    score = int(row["review_score"]) if row["review_score"] else None
    if (score is None) != (answered_at is None) or not 1 <= (score or 1) <= 5:
        raise ValueError("review_score is a number from 1 to 5, there when survey_answered_at is there")
    said = [part.strip() for part in (row["review_title"], row["review_comment"]) if part.strip()]
    return Order(
        row["order_id"],
        row["customer_id"],
        row["country"],
        row["lang"],
        ordered_at,
        promised_day + timedelta(days=1),
        moment("delivered_at"),
        row["amount"],
        row["currency"],
        row["product_category"].replace("_", " "),
        answered_at,
        score,
        ". ".join(said),
    )
