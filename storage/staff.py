"""Staff, and the doors they come in by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Door", "DoorCode", "Staff"]


class Staff(SQLModel, table=True):
    """Somebody who handles cases. Roles: agent, lead, operator. No departments means all of them."""

    id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(unique=True)
    role: str = "agent"
    lang: str = "en"
    departments: list[str] = Field(default_factory=list, sa_type=Json)
    active: bool = True
    shift: str = ""
    """When they work, as `bot.complaints.shifts` writes it; empty for whenever the shop does."""
    created_at: datetime = Field(sa_type=Instant)


class Door(SQLModel, table=True):
    """A staff member's own chat account on a staff channel. `channel` `console` is a signed-in browser."""

    __table_args__ = (UniqueConstraint("account", "native_id"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    staff_id: int = Field(foreign_key="staff.id", index=True, sa_type=BigInteger)
    channel: str
    account: str
    native_id: str
    reachable: bool = True
    linked_at: datetime = Field(sa_type=Instant)
    draft: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """The answer being prepared at this door: case, fix, due time, text; empty when nothing is."""


class DoorCode(SQLModel, table=True):
    """A one-time code that links a chat account to a staff member. Only its SHA-256 is kept."""

    __tablename__ = "door_code"

    digest: str = Field(primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigInteger)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
