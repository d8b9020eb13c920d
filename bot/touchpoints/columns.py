"""Which column of a file is which part of a touchpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.mistake import Mistake

__all__ = ["ATTRIBUTES", "FIELDS", "OF_CUSTOMER", "Columns", "find_columns"]

FIELDS = ("external_id", "kind", "occurred_at", "customer", "name", "lang", "timezone", "country")
"""What a touchpoint and its customer are made of. Any other name is an attribute, of the customer where it begins with `OF_CUSTOMER`."""
OF_CUSTOMER = "customer."
ATTRIBUTES = ("order", "product", "store", "agent", "department", "ordered_at", "promised_at", "delivered_at", "amount", "currency")
"""Attributes that the surveys and the figures know; a column that bears one of these names is taken without being asked for."""

_ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "external_id": ("event_id", "touchpoint_id", "id"),
    "kind": ("event", "event_type", "type", "touchpoint"),
    "occurred_at": ("happened_at", "timestamp", "datetime", "date", "time"),
    "customer": ("customer_id", "customer_no", "customer_number", "client_id", "user_id", "buyer_id"),
    "name": ("customer_name", "first_name", "full_name"),
    "lang": ("language", "locale", "customer_lang"),
    "timezone": ("time_zone", "tz"),
    "country": ("country_code", "customer_country"),
    "order": ("order_id", "order_no", "order_number"),
    "product": ("product_name", "item", "article"),
    "store": ("shop", "branch", "location"),
    "agent": ("agent_name", "assignee", "employee"),
    "department": ("team",),
    "ordered_at": ("order_date", "purchased_at", "purchase_date"),
    "promised_at": ("promised_delivery", "promised_date", "estimated_delivery", "delivery_promise"),
    "delivered_at": ("delivery_date", "delivered_on"),
    "amount": ("total", "price", "order_total"),
}
_WHEN: Mapping[str, tuple[str, ...]] = {
    "purchase": ("ordered_at",),
    "delivery": ("delivered_at",),
    "late": ("promised_at",),
    "support": ("closed_at", "resolved_at"),
    "return": ("returned_at",),
    "visit": ("visited_at",),
}
"""The column that tells when a touchpoint of that kind happened, where none is simply called so."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything stands: field or attribute → place in the record."""

    header: tuple[str, ...]
    fields: Mapping[str, int]
    attributes: Mapping[str, int] = field(default_factory=dict)

    @property
    def ignored(self) -> list[str]:
        used = {*self.fields.values(), *self.attributes.values()}
        return [name for place, name in enumerate(self.header) if place not in used and name]

    def name_of(self, part: str) -> str:
        """The column that tells this field or attribute, else its own name."""
        place = self.fields.get(part, self.attributes.get(part))
        return part if place is None else self.header[place]


def find_columns(header: Sequence[str], told: Iterable[tuple[str, str]], *, kind: str = "") -> Columns:
    """Find every part: as `told` (column, part), else by its name, else by what it is often called.

    `kind` is the kind of all rows, where it is not a column.

    Raises:
        Mistake: a column is not there or twice, or something that every touchpoint needs is not found.
    """
    names = [name.strip() for name in header]
    places: dict[str, int] = {}
    for column, part in told:
        _check_part(part)
        places[part] = _place(column, names)
    plain = {_plain(name): place for place, name in reversed(list(enumerate(names)))}
    for part in (*FIELDS, *ATTRIBUTES):
        if part not in places and not (part == "kind" and kind):
            _find(part, (part, *_ALSO_CALLED.get(part, ())), plain, places)
    if "occurred_at" not in places:
        for same in _WHEN.get(kind, ()):
            _find("occurred_at", (same, *_ALSO_CALLED.get(same, ())), plain, places)
    if missing := [needed for needed in _needed(kind, places) if needed not in places]:
        raise Mistake(_missing(missing, names), _remedy(missing))
    fields = {part: place for part, place in places.items() if part in FIELDS}
    return Columns(tuple(names), fields, {part: place for part, place in places.items() if part not in FIELDS})


def _find(part: str, called: Iterable[str], plain: Mapping[str, int], places: dict[str, int]) -> None:
    for name in called:
        if name in plain:
            places[part] = plain[name]
            return


def _needed(kind: str, places: Mapping[str, int]) -> list[str]:
    """An order's touchpoint without an id of its own is named by its order and its kind."""
    return [*([] if "order" in places else ["external_id"]), *([] if kind else ["kind"]), "occurred_at", "customer"]


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")


def _place(column: str, names: Sequence[str]) -> int:
    places = [place for place, name in enumerate(names) if name == column] or [
        place for place, name in enumerate(names) if _plain(name) == _plain(column)
    ]
    if not places:
        near = get_close_matches(column, names, n=1)
        raise Mistake(
            f"The file has no column {column!r}.", f"Its columns are: {', '.join(names)}." + (f" Did you mean {near[0]!r}?" if near else "")
        )
    if len(places) > 1:
        raise Mistake(f"The file has {len(places)} columns {column!r}.", "Give each its own name.")
    return places[0]


def _check_part(part: str) -> None:
    if part in FIELDS or part in ATTRIBUTES:
        return
    if (name := part.removeprefix(OF_CUSTOMER)) != part:
        near = [name] if name in FIELDS else []
    else:
        near = get_close_matches(part, (*FIELDS, *ATTRIBUTES), n=1, cutoff=0.8)
    if near:
        raise Mistake(f"A column is mapped to {part!r}.", f"Did you mean {near[0]!r}?")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise Mistake(
            f"A column is mapped to {part!r}.",
            f"Write one of {', '.join(FIELDS)}, or an attribute's name in small letters, digits and _; of the customer: customer.tier.",
        )


_MEANING = {
    "external_id": "the touchpoint's own id (external_id), or the number of its order (order)",
    "kind": "what happened (kind)",
    "occurred_at": "when it happened (occurred_at)",
    "customer": "whose it is (customer)",
}


def _missing(missing: Sequence[str], names: Sequence[str]) -> str:
    wanted = "; ".join(_MEANING[part] for part in missing)
    return f"No column of the file tells {wanted}.\nIts columns are: {', '.join(names)}."


def _remedy(missing: Sequence[str]) -> str:
    options = [f"--column COLUMN={part}" for part in missing if part != "kind"]
    if "kind" in missing:
        options.append("--kind delivery (or another, for all rows)")
    return f"Say it with {', '.join(options)}."
