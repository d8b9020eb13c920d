"""Dialogs and their answers, the updates already seen, and those that could not be taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Answer", "Dialog", "SeenUpdate", "SetAside", "Utterance"]


class Dialog(SQLModel, table=True):
    """A conversation on one address. `data` is the dialog's value as JSON, `version` guards every update of it.

    States: open, completed, stopped, expired. At most one open dialog per address and survey.
    """

    __table_args__ = (
        Index(
            "uq_dialog_open",
            "address_id",
            "survey",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        # Of the open ones alone: with `state` as its first column, SQLite would go through all open dialogs for those of some customers.
        Index("ix_dialog_nudge", "nudge_at", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    address_id: int = Field(foreign_key="address.id", index=True, sa_type=BigInteger)
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    invitation_id: int | None = Field(default=None, foreign_key="invitation.id", index=True, sa_type=BigInteger)
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    """The case a made-good dialog asks about."""
    survey: str
    survey_version_id: int = Field(foreign_key="survey_version.id", sa_type=BigInteger)
    state: str = "open"
    version: int = 1
    data: dict[str, Any] = Field(sa_type=Json)
    opened_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    nudge_at: datetime | None = Field(default=None, sa_type=Instant)
    """When silence is next looked at: one friendly reminder, then expiry."""


class Answer(SQLModel, table=True):
    """One reply to one question. A correction replaces it and counts in `revisions`."""

    __table_args__ = (
        UniqueConstraint("dialog_id", "question"),
        Index("ix_answer_survey", "survey", "question", "answered_at"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    dialog_id: int = Field(foreign_key="dialog.id", sa_type=BigInteger)
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    invitation_id: int | None = Field(default=None, sa_type=BigInteger)
    survey: str
    survey_version_id: int = Field(foreign_key="survey_version.id", sa_type=BigInteger)
    question: str
    measure: str = ""
    """csat, nps, ces, fcr … for the questions that feed a measure."""
    number: int | None = None
    choices: list[str] | None = Field(default=None, sa_type=Json)
    words: str | None = None
    media: dict[str, Any] | None = Field(default=None, sa_type=Json)
    skipped: bool = False
    channel: str
    department: str = ""
    agent: str = ""
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime = Field(sa_type=Instant)
    """When it was first given: corrections leave an answer on its day."""
    revised_at: datetime | None = Field(default=None, sa_type=Instant)
    revisions: int = 0


class SeenUpdate(SQLModel, table=True):
    """An update already taken. Its key makes a repetition change nothing."""

    __tablename__ = "seen_update"

    account: str = Field(primary_key=True)
    update_id: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Instant, index=True)


class SetAside(SQLModel, table=True):
    """An update that could not be taken, kept with its reason for the operator."""

    __tablename__ = "set_aside"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    account: str
    update_id: str
    heard: dict[str, Any] = Field(sa_type=Json)
    reason: str
    at: datetime = Field(sa_type=Instant)


class Utterance(SQLModel, table=True):
    """What somebody wrote, word for word, on a channel that cannot show it again by itself (the web chat)."""

    __table_args__ = (Index("ix_utterance_address", "account", "address", "at"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    account: str
    address: str
    text: str
    media: dict[str, Any] | None = Field(default=None, sa_type=Json)
    at: datetime = Field(sa_type=Instant)
