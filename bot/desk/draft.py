"""The answers being prepared at a door, one a case, kept in the database between two presses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.complaints.promises import Fix

__all__ = ["Draft", "Drafts"]

_KEPT = 12
"""Answers that lie half done at one door; the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What one staff member is about to say about one case.

    `awaits` names the text that their next words are: `text` (of the message), `explanation`, `reason` (for closing), `note`, or
    nothing. Without a `fix` it is a plain message. `seen` is the case's version when the preview was shown, `file` the number of
    a photo or voice note that goes with the text.
    """

    case: int
    awaits: str = ""
    fix: Fix | None = None
    due: datetime | None = None
    text: str = ""
    seen: int = 0
    file: int = 0

    @property
    def says_something(self) -> bool:
        return bool(self.text or self.file)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {name: value for name in ("case", "awaits", "text", "seen", "file") if (value := getattr(self, name))}
        if self.fix:
            data["fix"] = self.fix.value
        if self.due:
            data["due"] = self.due.isoformat()
        return data

    @staticmethod
    def from_json(data: dict[str, Any]) -> Draft:
        due = datetime.fromisoformat(data["due"]) if "due" in data else None
        fix = Fix(data["fix"]) if "fix" in data else None
        return Draft(data["case"], data.get("awaits", ""), fix, due, data.get("text", ""), data.get("seen", 0), data.get("file", 0))


@dataclass(frozen=True, slots=True)
class Drafts:
    """All that are being prepared at one door, the newest last."""

    all: tuple[Draft, ...] = ()

    @property
    def awaiting(self) -> Draft | None:
        """The newest, where it waits for words."""
        newest = self.all[-1] if self.all else None
        return newest if newest and newest.awaits else None

    def of(self, case_id: int) -> Draft | None:
        return next((draft for draft in self.all if draft.case == case_id), None)

    def put(self, draft: Draft) -> Drafts:
        return Drafts((*self.without(draft.case).all, draft)[-_KEPT:])

    def without(self, case_id: int) -> Drafts:
        return Drafts(tuple(draft for draft in self.all if draft.case != case_id))

    def to_json(self) -> dict[str, Any] | None:
        return {"drafts": [draft.to_json() for draft in self.all]} if self.all else None

    @staticmethod
    def from_json(data: dict[str, Any] | None) -> Drafts:
        return Drafts(tuple(Draft.from_json(draft) for draft in data.get("drafts", ()))) if data else Drafts()
