"""Panels. Who is a member is told by the consent entries alone: whose newest word to the panel's purpose is a yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["PREFIX", "Panel", "purpose_of"]

PREFIX = "panel_"
"""Of the purposes of consent that panels have."""


def purpose_of(panel: str) -> str:
    """What a member has said yes to."""
    return f"{PREFIX}{panel}"


class Panel(SQLModel, table=True):
    """A member is asked at most `most` times in `seconds`."""

    name: str = Field(primary_key=True)
    most: int
    seconds: int
    about: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)
