"""Pictures and voice notes: a row for each one that was sent; what is in them lies in a folder, under its digest."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, text
from sqlmodel import Field, SQLModel

from storage.types import Instant

__all__ = ["CUSTOMER", "FileState", "KeptFile"]

CUSTOMER = "customer"
"""The sender of what a customer sent."""


class FileState(StrEnum):
    WANTED = "wanted"
    """Heard of, and not fetched from its platform yet."""
    KEPT = "kept"
    FAILED = "failed"
    """Given up, or not wanted: `reason` names why."""


class KeptFile(SQLModel, table=True):
    """One picture or voice note that a customer sent, or staff sent to them. The row goes when the file does."""

    __tablename__ = "kept_file"
    __table_args__ = (
        Index("ix_kept_file_wanted", "due_at", sqlite_where=text("state = 'wanted'"), postgresql_where=text("state = 'wanted'")),
        Index("ix_kept_file_customer", "customer_id", "at"),
        Index("ix_kept_file_address", "account", "address", "at"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    account: str
    """Where it was sent: a customers' account, a staff's, or `console`."""
    address: str
    ref: str
    """The platform's own name for it."""
    customer_id: int = Field(sa_type=BigInteger)
    """Who sent it, or was to receive it: whose data it is."""
    dialog_id: int | None = Field(default=None, sa_type=BigInteger)
    """The dialog in whose answers it is."""
    case_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    sender: str = CUSTOMER
    """customer, staff:<id>."""
    kind: str
    """photo, voice."""
    mime: str = ""
    size: int = 0
    """Bytes, once it is kept."""
    sha256: str | None = Field(default=None, index=True)
    """Of what is kept, as 64 hexadecimal digits: its name in the folder."""
    state: str = Field(default=FileState.WANTED, sa_type=String)
    reason: str = ""
    attempts: int = 0
    due_at: datetime = Field(sa_type=Instant)
    """When it is next fetched."""
    missed: bool = False
    """A message went out without it, for it was not there in time: it follows by itself."""
    at: datetime = Field(sa_type=Instant, index=True)
