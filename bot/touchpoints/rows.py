"""One record of a file as a touchpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.touchpoints.columns import OF_CUSTOMER, Columns
from bot.touchpoints.moments import UnclearDate, read_moment
from bot.touchpoints.problems import problems_in
from bot.touchpoints.told import TouchpointTold

__all__ = ["Refusal", "Rows"]

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?", re.ASCII)
_NAMES = frozenset({"order", "product", "store", "agent", "department", "currency"})
"""Attributes that are names, even where they look like numbers."""
_HOW_TO_DATE = "2026-03-02 09:30, or name the form of the dates with --dates"
_FIELD_OF = {
    "customer.external_id": "customer",
    "customer.name": "name",
    "customer.lang": "lang",
    "customer.timezone": "timezone",
    "customer.country": "country",
}


class Refusal(NamedTuple):
    """Why a record is not taken, and what to write instead."""

    reason: str
    write: str


@dataclass(frozen=True, slots=True)
class Rows:
    """How the records of one file are read. `kind` is that of all of them, where no column tells it."""

    columns: Columns
    kind: str
    zone: ZoneInfo
    dates: str = ""
    """The form of its dates, in the signs of `strptime`, where they need one."""

    def read(self, cells: list[str], now: datetime) -> TouchpointTold | list[Refusal]:
        """The touchpoint, or everything that is wrong with the record."""
        if len(cells) != len(self.columns.header):
            counts = f"the row has {len(cells)} cells and the header has {len(self.columns.header)}"
            return [Refusal(counts, "as many cells as columns; put a cell that holds the delimiter in quotation marks")]
        field = {part: cells[place].strip() for part, place in self.columns.fields.items()}
        attribute = {part: text for part, place in self.columns.attributes.items() if (text := cells[place].strip())}
        refusals: dict[str, Refusal] = {}
        values = {part: self._attribute(part, text, refusals) for part, text in attribute.items()}
        told = {
            "external_id": field.get("external_id") or self._id_by_order(attribute, field),
            "kind": field.get("kind") or self.kind,
            "occurred_at": self._moment("occurred_at", field.get("occurred_at", ""), refusals),
            "customer": {
                "external_id": field.get("customer", ""),
                **{part: field.get(part, "") for part in ("name", "lang", "timezone", "country")},
                "attributes": {part.removeprefix(OF_CUSTOMER): value for part, value in values.items() if part.startswith(OF_CUSTOMER)},
            },
            "attributes": {part: value for part, value in values.items() if not part.startswith(OF_CUSTOMER)},
        }
        try:
            touchpoint = TouchpointTold.model_validate(told, context={"now": now})
        except ValidationError as error:
            for problem in problems_in(error):
                name = self.columns.name_of(_FIELD_OF.get(problem.field, problem.field.replace("attributes.", "", 1)))
                refusals.setdefault(name, Refusal(f"{name} {problem.problem}", problem.write))
            return list(refusals.values())
        return list(refusals.values()) or touchpoint

    def _id_by_order(self, attribute: dict[str, str], field: dict[str, str]) -> str:
        order = attribute.get("order", "")
        return f"{order}:{field.get('kind') or self.kind}" if order else ""

    def _moment(self, part: str, text: str, refusals: dict[str, Refusal]) -> datetime | None:
        name = self.columns.name_of(part)
        if not text:
            refusals[name] = Refusal(f"{name} is empty", "when it happened; leave out the row where it has not")
            return None
        try:
            moment = read_moment(text, self.zone, self.dates)
        except UnclearDate as error:
            refusals[name] = Refusal(f"{name} {error}", _HOW_TO_DATE)
            return None
        return moment if isinstance(moment, datetime) else datetime.combine(moment, time(0), self.zone)

    def _attribute(self, part: str, text: str, refusals: dict[str, Refusal]) -> Any:
        if part.endswith("_at"):
            try:
                return read_moment(text, self.zone, self.dates).isoformat()
            except UnclearDate as error:
                name = self.columns.name_of(part)
                refusals[name] = Refusal(f"{name} {error}", _HOW_TO_DATE)
                return None
        if part in _NAMES or not _NUMBER.fullmatch(text):
            return text
        return float(text) if "." in text else int(text)
