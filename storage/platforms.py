"""What accounts on platforms must not forget: what a day has cost, and who was answered in public."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.types import Instant

__all__ = ["PublicInvitation", "Spending"]


class Spending(SQLModel, table=True):
    """What an account has cost on a day, where its platform charges for each call. Days are UTC's."""

    account: str = Field(primary_key=True)
    day: dt.date = Field(primary_key=True)
    mills: int = Field(sa_type=BigInteger)
    """Thousandths of a US dollar."""


class PublicInvitation(SQLModel, table=True):
    """Somebody who was asked, where everybody can read it, to write to us in private: once is enough."""

    __tablename__ = "public_invitation"

    account: str = Field(primary_key=True)
    native_id: str = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=Instant)
