"""What is kept beside the database: the folder, the files that people send, the server's own secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from bot.config import Config
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from bot.files.store import FileStore
from bot.mistake import Mistake
from storage.database import Database

__all__ = ["data_folder", "file_store", "server_secret"]


def file_store(config: Config, database: Database) -> FileStore:
    """Where photos and voice notes are kept, beside the database."""
    said = config.pictures
    return FileStore(database, FileFolder(data_folder(config) / "files"), Limits.of_megabytes(said.max_mb, said.daily_mb, said.keep_for))


def data_folder(config: Config) -> Path:
    """Where files are kept beside the database: the folder of a SQLite file, `data` for PostgreSQL."""
    url = make_url(config.database.url)
    return Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else Path("data")


def server_secret(folder: Path) -> str:
    """The secret that signs cookies: made once, kept beside the data, readable by its owner alone."""
    file = folder / "server.secret"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = folder / f"server.secret.{os.getpid()}"  # never seen half written, however the process ends
        half.touch(mode=0o600)
        half.write_text(secrets.token_hex(32), encoding="ascii")
        half.replace(file)
    if secret := file.read_text(encoding="ascii").strip():
        return secret
    raise Mistake(f"{file} is empty.", "Delete it: a new one is made, and everybody signs in again.")
