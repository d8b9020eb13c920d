"""The published surveys a process works with: every version that a dialog may still be on, and the newest of each."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.surveys.definition import Survey
from bot.surveys.publishing import load_versions

__all__ = ["Published"]


class Published:
    """Frozen versions by id, kept in memory; another process's new version is read when it is first met."""

    def __init__(self) -> None:
        self._versions: dict[int, Survey] = {}
        self._newest: dict[str, int] = {}

    def load(self, conn: Connection) -> None:
        """Read all versions."""
        for version_id, survey in load_versions(conn).items():
            self._versions[version_id] = survey
            self._newest[survey.name] = version_id

    def version(self, conn: Connection, version_id: int) -> Survey:
        """That version. Raises KeyError where the database has none."""
        if version_id not in self._versions:
            self.load(conn)
        return self._versions[version_id]

    def has(self, name: str) -> bool:
        return name in self._newest

    def newest(self, name: str) -> tuple[int, Survey]:
        """The newest version of the survey of that name. Raises KeyError where none is published."""
        version_id = self._newest[name]
        return version_id, self._versions[version_id]
