"""Roll-ups: counts of scores, kept in the transaction of each answer, so that pages never read answers."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel

__all__ = ["Rollup"]


class Rollup(SQLModel, table=True):
    """How many answers gave `score` on one day. An empty department or agent means none was named."""

    day: date = Field(primary_key=True)
    survey: str = Field(primary_key=True)
    question: str = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    department: str = Field(primary_key=True)
    agent: str = Field(primary_key=True)
    score: int = Field(primary_key=True)
    n: int
