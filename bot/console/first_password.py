"""The password that is made where none was chosen: told once, kept as a hash beside the data."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.console.passwords import hash_password, is_hash
from bot.mistake import Mistake

__all__ = ["FirstPassword", "first_password"]

_FILE = "console.password"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Those that nobody takes for another one when they copy them by hand."""
_GROUPS, _LONG = 4, 4
"""16 of 31 letters are 79 random bits."""


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """`told` is the password itself where it was made just now, and empty ever after."""

    hashed: str
    told: str


def first_password(folder: Path) -> FirstPassword:
    """The hash that is kept in the folder, readable by its owner alone; made where there is none.

    Raises:
        Mistake: what is kept there is no hash.
    """
    file = folder / _FILE
    if file.exists():
        kept = file.read_text(encoding="ascii", errors="replace").strip()
        if not is_hash(kept):
            raise Mistake(f"{file} holds no password's hash.", "Delete it, and a new password is made at the next start.")
        return FirstPassword(kept, "")
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_LONG)) for _ in range(_GROUPS))
    hashed = hash_password(password)
    folder.mkdir(parents=True, exist_ok=True)
    # Written whole beside it, then named: a start that is cut off leaves no half of it.
    half = file.with_suffix(".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as writing:
        writing.write(f"{hashed}\n")
    half.replace(file)
    return FirstPassword(hashed, password)
