"""Customers, the addresses they are reached at, and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Address", "Consent", "Customer"]


class Customer(SQLModel, table=True):
    """Who bought or contacted support. `external_id` is the shop's own id for them, within `source`."""

    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    source: str | None = None
    external_id: str | None = None
    name: str = ""
    lang: str = ""
    timezone: str = ""
    country: str = ""
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)


class Address(SQLModel, table=True):
    """One customer on one account of a channel; `native_id` is the platform's own name for the conversation."""

    __table_args__ = (UniqueConstraint("account", "native_id"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    channel: str
    account: str
    native_id: str
    lang: str = ""
    reachable: bool = True
    unreachable_reason: str = ""
    blocked_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the customer themselves closed it to us, where that is why it cannot be reached."""
    created_at: datetime = Field(sa_type=Instant)


class Consent(SQLModel, table=True):
    """One entry in the history of what a customer agreed to; the newest for a purpose holds.

    Purposes: `surveys` (opt-out of being asked at all), `quote` (may we quote you), `panel_…` (membership of that panel),
    `focus_…` (taking part in that focus group).
    """

    id: int = Field(primary_key=True, sa_type=BigInteger)
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    purpose: str
    granted: bool
    source: str
    at: datetime = Field(sa_type=Instant)
