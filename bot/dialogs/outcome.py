"""What one thing heard brings forth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.dialogs.moving import CameOver
from bot.dialogs.recording import Given
from bot.dialogs.talk import Held, Talk
from bot.dialogs.told import Told
from channels.contract import Say

__all__ = ["Outcome"]


@dataclass(slots=True)
class Outcome:
    """What one thing heard brings forth, to be written with the rest of its batch."""

    talk: Talk
    held: Held | None = None
    says: list[Say] = field(default_factory=list)
    tolds: list[Told] = field(default_factory=list)
    givens: list[Given] = field(default_factory=list)
    invitations: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Changes, by invitation."""
    consents: list[tuple[str, bool]] = field(default_factory=list)
    """Purpose, granted."""
    reachable: bool | None = None
    """A change of whether the address can be reached."""
    came: CameOver | None = None
    """That the customer goes on here who was at another address."""

    def invitation(self, held: Held, **changes: Any) -> None:
        """What becomes of the invitation that the dialog follows from, where there is one."""
        if held.invitation_id is not None:
            self.invitations.setdefault(held.invitation_id, {}).update(changes)

    def customer_ids(self) -> set[int]:
        """Whose words and dialogs these are: they must be there to be pointed at."""
        return {told.customer_id for told in self.tolds} | ({self.held.customer_id} if self.held else set())
