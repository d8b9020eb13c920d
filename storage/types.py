"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

__all__ = ["Instant", "Json", "from_micros", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC. Raises ValueError for a moment without a timezone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a timezone: {moment!r}")
    return (moment - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """A moment, kept as whole microseconds since 1970 in UTC: exact, comparable and the same on every database."""

    impl = BigInteger
    cache_ok = True

    # The processors themselves and not `process_bind_param`: an answer binds half a dozen moments.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return _to_micros_or_none

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        return _from_micros_or_none


def _to_micros_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def _from_micros_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


@compiles(BigInteger, "sqlite")
def _as_integer(*_: object, **__: object) -> str:
    """SQLite keeps any integer in 64 bits, but only an INTEGER primary key is the row's own place, without an index beside it."""
    return "INTEGER"
