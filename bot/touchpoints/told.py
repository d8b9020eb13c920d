"""One touchpoint as a shop tells it, checked before anything is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

__all__ = ["AddressTold", "CustomerTold", "TouchpointTold"]

_AHEAD = timedelta(days=1)
"""How far in the future something may have happened: clocks differ, and days begin at different times."""

_LONGEST = 500
"""Characters of a text."""
_TIMEZONES = available_timezones()


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


def _attribute(value: Any) -> Any:
    if isinstance(value, str):
        value = _storable(value.strip())
    if isinstance(value, str | int | float | None) and len(str(value)) <= _LONGEST and (not isinstance(value, float) or isfinite(value)):
        return value
    raise ValueError("is no such value")


def _timezone(name: str) -> str:
    if name and name not in _TIMEZONES:
        raise ValueError("is no time zone")
    return name


def _language(tag: Any) -> Any:
    return tag.strip().lower().replace("_", "-").partition("-")[0] if isinstance(tag, str) else tag


def _lower(kind: Any) -> Any:
    return kind.strip().lower() if isinstance(kind, str) else kind


def _upper(code: Any) -> Any:
    return code.strip().upper() if isinstance(code, str) else code


Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_storable)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=_LONGEST), AfterValidator(_storable)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Attribute = Annotated[str | int | float | None, PlainValidator(_attribute)]
Lang = Annotated[str, BeforeValidator(_language), StringConstraints(pattern=r"^([a-z]{2})?$")]
"""ISO 639-1; of a longer tag (`sv-SE`, `pt_BR`) the language is taken."""
Country = Annotated[str, BeforeValidator(_upper), StringConstraints(pattern=r"^([A-Z]{2})?$")]
"""ISO 3166-1, two letters."""
Timezone = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_timezone)]
Kind = Annotated[str, BeforeValidator(_lower), StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""purchase, delivery, late, support, return, visit … or a kind of the shop's own."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AddressTold(_Told):
    """Where the customer can be written to: our name for the channel account, and the platform's for the customer."""

    channel: Id
    account: Id
    native_id: Id


class CustomerTold(_Told):
    """What is empty is not known; told later, it takes nothing away."""

    external_id: Id
    name: Words = ""
    lang: Lang = ""
    timezone: Timezone = ""
    country: Country = ""
    attributes: dict[Name, Attribute] = Field(default={}, max_length=40)
    """What else the shop knows of them: a tier, a segment. Audiences of campaigns may choose by it."""
    addresses: tuple[AddressTold, ...] = Field(default=(), max_length=10)


class TouchpointTold(_Told):
    """Something that happened between the shop and a customer.

    Validate with `context={"now": …}`, and a touchpoint that lies ahead is refused.
    """

    external_id: Id
    kind: Kind
    occurred_at: AwareDatetime
    customer: CustomerTold
    attributes: dict[Name, Attribute] = Field(default={}, max_length=40)

    @field_validator("occurred_at")
    @classmethod
    def _has_happened(cls, occurred_at: datetime, info: ValidationInfo) -> datetime:
        if info.context and occurred_at > info.context["now"] + _AHEAD:
            raise ValueError("lies in the future")
        return occurred_at
