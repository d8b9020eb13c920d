"""What is wrong with a touchpoint, in words, and what to write instead."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import ValidationError

__all__ = ["Problem", "problems_in"]

_ID = "the shop's own id, 1 to 200 characters"
_ATTRIBUTES = "up to 40 of them: a name in small letters, digits and _, and a text of up to 500 characters, a number, true or false"
_REMEDIES = {
    "external_id": f"{_ID}, another for every touchpoint",
    "kind": "what happened, in small letters: purchase, delivery, late, support, return, visit",
    "occurred_at": "when it happened, with its time zone: 2026-03-02T09:30:00+02:00",
    "customer": 'the customer: {"external_id": "…"}',
    "customer.external_id": f"{_ID} for the customer",
    "customer.name": "what to call the customer, up to 500 characters",
    "customer.lang": "two letters: en, sv, lv, fr …",
    "customer.timezone": "a name from the IANA database, such as Europe/Riga, or nothing",
    "customer.country": "two letters: SE, LV, FR …",
    "customer.attributes": _ATTRIBUTES,
    "customer.addresses": "up to 10 of channel, account and native_id",
    "attributes": _ATTRIBUTES,
}
_IN_PLAIN_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "is no text",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not of that form",
    "timezone_aware": "has no time zone",
    "datetime_type": "is no date with its time",
    "datetime_parsing": "is no date with its time",
    "datetime_from_date_parsing": "is no date with its time",
    "too_long": "are too many",
    "model_type": "is no object with fields",
    "dict_type": "is no object with fields",
}
_UNKNOWN = "nothing: there is no such field; what the shop wants to tell beside belongs under attributes"


class Problem(NamedTuple):
    field: str
    """Its path in the touchpoint: `customer.external_id`."""
    problem: str
    write: str
    """What to write instead."""


def problems_in(error: ValidationError) -> list[Problem]:
    """Every problem of a touchpoint, without what stood there: it may be personal."""
    problems = []
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(str(part) for part in found["loc"] if part != "[key]")
        known = next((field for field in _fields_over(place) if field in _REMEDIES), "")
        write = _UNKNOWN if found["type"] == "extra_forbidden" else _REMEDIES.get(known, "one touchpoint, or a list of them")
        said = _IN_PLAIN_WORDS.get(found["type"]) or found["msg"].removeprefix("Value error, ")
        problems.append(Problem(place, said, write))
    return problems


def _fields_over(place: str) -> list[str]:
    """The field and those it lies in, innermost first: `customer.addresses.account`, `customer.addresses`, `customer`."""
    parts = place.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
