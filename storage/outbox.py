"""The outbox: what must be said, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, SmallInteger, String, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Message", "MessageState", "Priority"]


class Priority(IntEnum):
    """Lower goes first."""

    ALERT = 0
    REPLY = 1
    CASE = 2
    CAMPAIGN = 3


class MessageState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    """Sending may have begun. Found so by the account's next owner, it is unknown whether it arrived."""
    SENT = "sent"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    """Perhaps delivered; not tried again."""


class Message(SQLModel, table=True):
    """One thing to say to one address (a customer's, or a staff member's door)."""

    __table_args__ = (
        Index(
            # In the order they are claimed: with a wave of 100,000 due, the next 30 are at hand and need no sorting.
            "ix_message_next",
            "account",
            "priority",
            "id",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index(
            "ix_message_sending",
            "account",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index(
            "ix_message_topic",
            "address",
            "topic",
            sqlite_where=text("topic is not null"),
            postgresql_where=text("topic is not null"),
        ),
        Index(
            "ix_message_of_topic",
            "address",
            "platform_id",
            sqlite_where=text("topic is not null"),
            postgresql_where=text("topic is not null"),
        ),
        Index(
            "ix_message_case_id",
            "case_id",
            sqlite_where=text("case_id is not null"),
            postgresql_where=text("case_id is not null"),
        ),
        Index(
            "ix_message_webchat",
            "account",
            "address",
            sqlite_where=text("channel = 'webchat'"),
            postgresql_where=text("channel = 'webchat'"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    key: str | None = Field(default=None, unique=True)
    """Names the message for good: a second insert with the same key changes nothing."""
    channel: str
    account: str
    address: str
    priority: int = Field(sa_type=SmallInteger)
    due_at: datetime = Field(sa_type=Instant)
    state: str = Field(default=MessageState.DUE, sa_type=String)
    say: dict[str, Any] = Field(sa_type=Json)
    edits: str | None = None
    """Key of the earlier message that this one replaces."""
    topic: str | None = None
    """What this message belongs to, together with others to the same address."""
    customer_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    dialog_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    invitation_id: int | None = Field(default=None, sa_type=BigInteger)
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    attempts: int = 0
    repeated: bool = False
    """Sent once more after an unknown end; where the platform would show both copies, the text says so to the person."""
    platform_id: str | None = None
    reason: str = ""
    """Why it reached nobody; of what was sent, why its picture or file is not with it."""
    tried: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    """The customer's other addresses that it could not reach before: `address` (its id), `channel`, `why`, `at`."""
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
