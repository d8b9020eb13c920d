"""Every table of the design, in one place for migrations and tests."""

from __future__ import annotations

from sqlmodel import SQLModel

from storage import (
    campaigns,
    cases,
    customers,
    detection,
    dialogs,
    figures,
    files,
    focus,
    health,
    invitations,
    journal,
    outbox,
    panels,
    platforms,
    polls,
    praise,
    staff,
    surveys,
    touchpoints,
)

__all__ = ["metadata"]

_AGGREGATES = (
    campaigns,
    cases,
    customers,
    detection,
    dialogs,
    figures,
    files,
    focus,
    health,
    invitations,
    journal,
    outbox,
    panels,
    platforms,
    polls,
    praise,
    staff,
    surveys,
    touchpoints,
)
metadata = SQLModel.metadata
