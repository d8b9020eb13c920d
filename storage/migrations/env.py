"""Run by Alembic: migrates on the connection it was given, inside that connection's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

from storage.schema import metadata
from storage.types import Instant, Json


def in_plain_types(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A migration outlives the code: it names the database's types and none of ours."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.BigInteger()"
    if isinstance(item, AutoString):
        return "sa.String()"
    if item is Json:
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True, render_item=in_plain_types
)
context.run_migrations()
