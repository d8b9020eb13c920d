"""Cases: the handling of a complaint, with its history and the promises made."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json
from storage.written_out import written_out

__all__ = ["NOT_CLOSED", "Case", "CaseEntry", "CaseState", "Promise", "PromiseState"]


class CaseState(StrEnum):
    """The stages of ISO 10002 that a case rests in."""

    OPEN = "open"
    """Received and acknowledged; nobody has taken it yet."""
    TAKEN = "taken"
    RESPONDED = "responded"
    """An apology with a fix has been sent; its promise is pending."""
    FIXED = "fixed"
    """The promise was kept; the customer is asked whether it was made good."""
    REOPENED = "reopened"
    CLOSED = "closed"


class Case(SQLModel, table=True):
    __tablename__ = "complaint_case"
    __table_args__ = (
        Index(
            "uq_case_open",
            "customer_id",
            "matter",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_case_state", "state", "severity"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    customer_id: int = Field(foreign_key="customer.id", index=True, sa_type=BigInteger)
    matter: str
    """What it is about: the touchpoint's id, or `general`. One case a customer and matter is open at a time."""
    address_id: int = Field(foreign_key="address.id", sa_type=BigInteger)
    dialog_id: int | None = Field(default=None, sa_type=BigInteger)
    touchpoint_id: int | None = Field(default=None, sa_type=BigInteger)
    state: str = Field(default=CaseState.OPEN, sa_type=String)
    severity: int
    department: str
    owner_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)
    lang: str = ""
    version: int = 1
    opened_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    first_response_at: datetime | None = Field(default=None, sa_type=Instant)
    fixed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    made_good: str = ""
    """The customer's word: yes, partly, no; empty until they said."""
    reopened: int = 0


NOT_CLOSED = Case.__table__.c.state != written_out(CaseState.CLOSED)  # type: ignore[attr-defined]
"""Of cases that are still somebody's to handle."""


class CaseEntry(SQLModel, table=True):
    """One line of a case's history, never changed. `author`: customer, staff:<id>, makegood."""

    __tablename__ = "case_entry"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: int = Field(foreign_key="complaint_case.id", index=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    author: str
    kind: str
    """complaint, message, taken, assigned, handed_over, response, promise, kept, broken, asked, made_good, reopened, note, closed;
    warned and overdue where an answer was late; not_delivered and perhaps_not_delivered of a message to the customer;
    gone_went_on and blocked_went_on of one that went on at another address of theirs; reaction and reaction_back of signs that
    they put to one."""
    words: str = ""
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class PromiseState(StrEnum):
    PENDING = "pending"
    KEPT = "kept"
    BROKEN = "broken"


class Promise(SQLModel, table=True):
    """What staff said would be done, by when."""

    id: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: int = Field(foreign_key="complaint_case.id", index=True, sa_type=BigInteger)
    owner_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)
    fix: str
    """replace, refund, send_again, discount, call_back, explain."""
    state: str = Field(default=PromiseState.PENDING, sa_type=String)
    made_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant, index=True)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
