"""The project's files as they would be published."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "modules", "tracked"]

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git knows, relative to the project's folder."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in told.split("\0") if name and (ROOT / (path := Path(name))).is_file())


def modules(*folders: str) -> list[Path]:
    """The tracked Python files in these folders."""
    return [path for path in tracked() if path.suffix == ".py" and path.parts[0] in folders]
