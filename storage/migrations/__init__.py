"""The history of the tables, and how a database is brought up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

__all__ = ["downgrade", "upgrade"]


def upgrade(conn: Connection, revision: str = "head") -> None:
    """Bring the tables up to `revision`, inside the transaction that `conn` is in."""
    # Alembic takes a tenth of a second to import: only who opens a database pays for it.
    from alembic import command
    from alembic.config import Config

    command.upgrade(_config(Config(), conn), revision)


def downgrade(conn: Connection, revision: str) -> None:
    """Take the tables back to `revision` (`base`: to none), inside the transaction that `conn` is in."""
    from alembic import command
    from alembic.config import Config

    command.downgrade(_config(Config(), conn), revision)


def _config(config, conn):
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config
