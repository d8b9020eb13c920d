"""The answer being prepared at a door, kept in the database between two presses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.complaints.promises import Fix

__all__ = ["Draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What one staff member is about to say about one case.

    `awaits` names the text that their next words are: `text` (of the message), `explanation`, `reason` (for closing), or
    nothing. Without a `fix` it is a plain message. `seen` is the case's version when the preview was shown.
    """

    case: int
    awaits: str = ""
    fix: Fix | None = None
    due: datetime | None = None
    text: str = ""
    seen: int = 0

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {name: value for name in ("case", "awaits", "text", "seen") if (value := getattr(self, name))}
        if self.fix:
            data["fix"] = self.fix.value
        if self.due:
            data["due"] = self.due.isoformat()
        return data

    @staticmethod
    def from_json(data: dict[str, Any] | None) -> Draft | None:
        if not data:
            return None
        due = datetime.fromisoformat(data["due"]) if "due" in data else None
        fix = Fix(data["fix"]) if "fix" in data else None
        return Draft(data["case"], data.get("awaits", ""), fix, due, data.get("text", ""), data.get("seen", 0))
