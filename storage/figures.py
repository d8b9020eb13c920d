"""Roll-ups: counts of scores, kept in the transaction of each answer, so that pages never read answers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

__all__ = ["Rollup"]


class Rollup(SQLModel, table=True):
    """How many answers gave `score` on one day. An empty department or agent means none was named, wave 0 that no campaign asked."""

    __table_args__ = (Index("ix_rollup_wave_id", "wave_id", sqlite_where=text("wave_id <> 0"), postgresql_where=text("wave_id <> 0")),)

    day: date = Field(primary_key=True)
    survey: str = Field(primary_key=True)
    question: str = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    department: str = Field(primary_key=True)
    agent: str = Field(primary_key=True)
    wave_id: int = Field(primary_key=True, sa_type=BigInteger)
    score: int = Field(primary_key=True)
    n: int
