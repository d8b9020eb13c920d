"""How this machine keeps what Makegood knows: who else can read it, and how much room there is."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import AsyncIterator, Collection, Sequence
from pathlib import Path

from channels.contract import Finding

__all__ = ["MachineExamination"]

_GB = 1_000_000_000
LITTLE, TOO_LITTLE = _GB, _GB // 10
"""Bytes left on the disk, below which the operator is warned, and is told that it cannot go on."""


class MachineExamination:
    """`folder` holds the data. `config` is the file of the configuration, where there is one; it should be private if one of the
    `secrets` stands in it.
    """

    def __init__(self, folder: Path, config: Path | None, secrets: Collection[str]) -> None:
        self._folder, self._config, self._secrets = folder, config, secrets

    async def examine(self) -> AsyncIterator[Finding]:
        for finding in (*self._folder_found(), *self._secret_found(), *self._config_found(), self._room_found()):
            yield finding

    def _folder_found(self) -> Sequence[Finding]:
        folder = self._folder
        if not folder.exists():
            return [Finding.ok("data folder", f"{folder} is not there yet: the first start makes it, for its user alone")]
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            remedy = f"run Makegood as the user who owns it, or: chown -R USER {folder}"
            return [Finding.error("data folder", f"{folder} may not be read and written by this user", remedy)]
        if _is_open(folder, stat.S_IXOTH) and (seen := [file for file in _kept(folder) if _is_open(file)]):
            found = f"every user of this machine can read {', '.join(map(str, seen))}: what customers said"
            shared = folder.resolve() == Path.cwd()  # with the program, perhaps, which others may run
            return [Finding.warning("data folder", found, f"chmod -R o-rwx {' '.join(map(str, seen)) if shared else folder}")]
        return [Finding.ok("data folder", f"{folder} can be written to, and is closed to other users")]

    def _secret_found(self) -> Sequence[Finding]:
        """The server's own, which signs cookies and links: made at the first start."""
        file = self._folder / "server.secret"
        if file.exists() and os.access(file, os.R_OK) and not file.stat().st_size:
            remedy = f"delete {file}: the next start makes a new one, and everybody signs in again"
            return [Finding.error("server secret", f"{file} is empty", remedy)]
        return []

    def _config_found(self) -> Sequence[Finding]:
        if self._config is None:
            return []
        text = self._config.read_text(encoding="utf-8")
        if _is_open(self._config) and any(secret in text for secret in self._secrets):
            found = f"every user of this machine can read the tokens in {self._config}"
            return [Finding.warning("configuration", found, f"chmod 600 {self._config}")]
        return [Finding.ok("configuration", f"{self._config} is understood, and no other user can read a token in it")]

    def _room_found(self) -> Finding:
        there = next(place for place in (self._folder, *self._folder.absolute().parents) if place.exists())
        free = shutil.disk_usage(there).free
        found = f"{free / _GB:.1f} GB free where the data lie"
        if free >= LITTLE:
            return Finding.ok("disk", found)
        make = Finding.warning if free >= TOO_LITTLE else Finding.error
        return make("disk", found, "make room, or move the data to a larger disk: without room nothing can be stored")


def _kept(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix in (".db", ".secret") or file.name == "files"]


def _is_open(path: Path, right: int = stat.S_IROTH) -> bool:
    """Whether other users of this machine have that right. Windows has other rights, which are not looked at."""
    return os.name == "posix" and bool(path.stat().st_mode & right)
