"""Touchpoints: the events that give a reason to ask."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Touchpoint"]


class Touchpoint(SQLModel, table=True):
    """A purchase, a delivery, a support contact …: (`source`, `external_id`) is told once, however often it is sent.

    `attributes` hold what the shop told: `order`, `product`, `store`, `agent`, `department`, `promised_at`,
    `delivered_at`, `amount`, `currency` …
    """

    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    source: str
    external_id: str
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    kind: str = Field(index=True)
    occurred_at: datetime = Field(sa_type=Instant)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)
    considered_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    """When the invitation planner looked at it; empty while it still has to."""
