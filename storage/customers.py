"""Customers, the addresses they are reached at, and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Address", "Consent", "Customer", "CustomerMerge"]


class Customer(SQLModel, table=True):
    """Who bought or contacted support. `external_id` is the shop's own id for them, within `source`.

    One who turned out to be another, `merged_into`, has nothing left but their own record; an erased one not even that.
    """

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
    merged_into: int | None = Field(default=None, index=True, sa_type=BigInteger)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)


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

    __table_args__ = (Index("ix_consent_purpose", "purpose", "customer_id"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    purpose: str
    granted: bool
    source: str
    at: datetime = Field(sa_type=Instant)


class CustomerMerge(SQLModel, table=True):
    """Two records of one person that became one customer, and what it takes to make two of them again."""

    __tablename__ = "customer_merge"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    kept_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    joined_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    who: str
    why: str = ""
    before: dict[str, Any] = Field(sa_type=Json)
    """`rows` that moved, by table; `changes` of columns (table, id, what was, what became); ids of the `consents` added."""
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
