"""The history of the tables, and how a database is brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["config_for", "downgrade", "newest", "revision_of", "upgrade"]

_FOLDER = Path(__file__).parent


def upgrade(conn: Connection, revision: str = "head") -> bool:
    """Bring the tables up to `revision`, inside the transaction that `conn` is in. Tells whether that took any change."""
    if revision == "head" and revision_of(conn) == newest():
        return False  # Alembic takes a fifth of a second to import: only who needs it pays for it.
    from alembic import command

    command.upgrade(config_for(conn), revision)
    return True


def downgrade(conn: Connection, revision: str) -> None:
    """Take the tables back to `revision` (`base`: to none), inside the transaction that `conn` is in."""
    from alembic import command

    command.downgrade(config_for(conn), revision)


def config_for(conn: Connection) -> Config:
    """Alembic told where the migrations lie and which connection to work on; there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def revision_of(conn: Connection) -> str:
    """The last of the migrations that the database has been through; empty where there are no tables yet."""
    if not conn.dialect.has_table(conn, "alembic_version"):
        return ""
    return ", ".join(conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def newest() -> str:
    """The last of our migrations, whose files begin with their numbers."""
    return max(file.name for file in _FOLDER.glob("versions/[0-9]*.py")).partition("_")[0]
