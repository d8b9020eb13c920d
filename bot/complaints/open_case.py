"""An open case while a batch of complaints is taken into it: what is new in each, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.complaints.complaint import Complaint
from bot.complaints.departments import OTHER
from storage.cases import CaseState
from storage.queries.cases import AnyRow, entry_row

__all__ = ["OpenCase"]


@dataclass(slots=True)
class OpenCase:
    """`lines` are the lines of words that its history holds already by dialog: an answer that was asked back about comes
    once as a remark and once more with its value. `values` are the latest scores and picks by dialog and question.
    """

    case: AnyRow
    is_new: bool
    severity: int = 0
    department: str = ""
    state: str = ""
    lines: set[tuple[int | None, str]] = field(default_factory=set)
    values: dict[tuple[int | None, str], Any] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    raised: bool = False

    def __post_init__(self) -> None:
        self.severity, self.department, self.state = self.case.severity, self.case.department, self.case.state

    def know(self, entry: AnyRow) -> None:
        """Take note of what its history holds."""
        self._note(entry.data, entry.words)

    def take(self, complaint: Complaint) -> bool:
        """Add to the history what is new in the complaint. False where it does not belong here or says nothing new."""
        data = complaint.data()
        fresh = [line for line in complaint.words.splitlines() if line.strip() and (complaint.dialog_id, line.strip()) not in self.lines]
        value = data.get("score", data.get("picked"))
        at = (complaint.dialog_id, data.get("question", ""))
        corrects = at in self.values and value is not None and self.values[at] != value
        if complaint.again and not fresh:
            return self._is_graver(complaint)
        if not (self._belongs(complaint) and (fresh or corrects or self._is_news(complaint, at, value))):
            return False
        kind = "complaint" if complaint.finding or complaint.human else "message"
        self.added.append(entry_row(self.case.id, complaint.at, "customer", kind, "\n".join(fresh), **data))
        self._note(data, complaint.words)
        if self.department == OTHER and complaint.departments:
            self.department = complaint.departments[0]
        if complaint.finding and complaint.finding.severity > self.severity:
            self.severity, self.raised = complaint.finding.severity, True
        if complaint.finding and self.state == CaseState.FIXED:
            self.state = CaseState.REOPENED.value
            self.added.append(entry_row(self.case.id, complaint.at, "makegood", "reopened"))
        return True

    def _is_graver(self, complaint: Complaint) -> bool:
        """Take note that what was said before weighs more than it seemed to."""
        if complaint.finding is None or complaint.finding.severity <= self.severity:
            return False
        self.severity, self.raised = complaint.finding.severity, True
        self.added.append(entry_row(self.case.id, complaint.at, "makegood", "graver", severity=complaint.finding.severity))
        return True

    def _belongs(self, complaint: Complaint) -> bool:
        known = complaint.finding or complaint.human or complaint.free or complaint.case_id
        return bool(known) or (complaint.dialog_id is not None and complaint.dialog_id == self.case.dialog_id)

    def _is_news(self, complaint: Complaint, at: tuple[int | None, str], value: Any) -> bool:
        if complaint.human or complaint.media:
            return True
        # A good score says nothing to staff; a choice tells more about what went wrong.
        return value is not None and at not in self.values and (complaint.finding is not None or not isinstance(value, int))

    def _note(self, data: dict[str, Any], words: str) -> None:
        dialog = data.get("dialog")
        self.lines.update((dialog, line.strip()) for line in words.splitlines())
        if (value := data.get("score", data.get("picked"))) is not None:
            self.values[dialog, data["question"]] = value

    def changes(self, now: datetime) -> dict[str, Any]:
        """The case's row as it must be updated, for `update_many`."""
        row = {"id": self.case.id, "version": self.case.version, "severity": self.severity, "department": self.department}
        row |= {"state": self.state, "updated_at": now}
        if self.state != self.case.state:
            row["reopened"] = self.case.reopened + 1
        return row
