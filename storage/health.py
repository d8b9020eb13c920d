"""How each account on a platform is doing: what pages show, whichever process serves it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["AccountFault", "AccountHealth"]


class AccountHealth(SQLModel, table=True):
    """An account as the process that serves it saw it at `seen_at`. States: connecting, connected, trouble."""

    __tablename__ = "account_health"

    account: str = Field(primary_key=True)
    state: str
    since: datetime = Field(sa_type=Instant)
    cause: str = ""
    """What must come to pass before it is well again: line, token, flood or budget."""
    why: str = ""
    """What is wrong, in an operator's words."""
    seen_at: datetime = Field(sa_type=Instant)
    last_in: datetime | None = Field(default=None, sa_type=Instant)
    last_out: datetime | None = Field(default=None, sa_type=Instant)
    limits: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    """What the platform still allows, as `bot.health` writes it."""


class AccountFault(SQLModel, table=True):
    """How often something went wrong at an account in an hour, by its kind."""

    __tablename__ = "account_fault"

    account: str = Field(primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=Instant)
    kind: str = Field(primary_key=True)
    n: int
