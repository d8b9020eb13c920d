"""The history of the tables, and how a database is brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["config_for", "downgrade", "upgrade"]


def upgrade(conn: Connection, revision: str = "head") -> None:
    """Bring the tables up to `revision`, inside the transaction that `conn` is in."""
    # Alembic takes a tenth of a second to import: only who opens a database pays for it.
    from alembic import command

    command.upgrade(config_for(conn), revision)


def downgrade(conn: Connection, revision: str) -> None:
    """Take the tables back to `revision` (`base`: to none), inside the transaction that `conn` is in."""
    from alembic import command

    command.downgrade(config_for(conn), revision)


def config_for(conn: Connection) -> Config:
    """Alembic told where the migrations lie and which connection to work on; there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config
