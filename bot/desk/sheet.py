"""What a window at a door is about, written into its reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.complaints.promises import Fix
from storage.ids import from_short, short

__all__ = ["Sheet", "moment_of", "short_moment"]

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """`seen` is the case's version that was shown, `told` names the text that the customer's stumbles were told of."""

    case: int
    action: str
    seen: int = 0
    fix: Fix | None = None
    due: datetime | None = None
    told: str = ""

    @property
    def ref(self) -> str:
        due = short_moment(self.due) if self.due else ""
        return ".".join(("w", short(self.case), self.action, short(self.seen), self.fix.value if self.fix else "", due, self.told))

    @staticmethod
    def of(ref: str) -> Sheet:
        """A window's own reference, or the button's that opened it.

        Raises:
            ValueError: it is neither.
        """
        match ref.split("."):
            case ["c", case, action, *_]:
                return Sheet(from_short(case), action)
            case ["w", case, action, seen, fix, due, told]:
                return Sheet(from_short(case), action, from_short(seen), Fix(fix) if fix else None, moment_of(due) if due else None, told)
        raise ValueError("this opens no window")


def short_moment(moment: datetime) -> str:
    """A moment to the minute, for a reference."""
    return short(int(moment.timestamp()) // _MINUTE)


def moment_of(text: str) -> datetime:
    return datetime.fromtimestamp(from_short(text) * _MINUTE, UTC)
