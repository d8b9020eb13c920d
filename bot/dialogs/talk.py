"""What one batch knows about one address while it is being taken: its customer and its dialogs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.dialogs.dialog import Dialog, DialogState
from bot.surveys.definition import Survey

__all__ = ["COMPOSING", "Held", "Talk"]

COMPOSING = timedelta(minutes=10)
"""How long after a question written words are still taken for its answer, though staff have written meanwhile: somebody may
have been typing."""


@dataclass(slots=True)
class Held:
    """A dialog in hand. `version` is the one that was read, 0 for a dialog that this batch begins."""

    dialog: Dialog
    survey: Survey
    survey_version_id: int
    address_id: int
    customer_id: int
    invitation_id: int | None
    touchpoint_id: int | None
    wave_id: int | None
    case_id: int | None
    opened_at: datetime
    version: int = 0
    changed: bool = False

    @property
    def is_open(self) -> bool:
        return self.dialog.state is DialogState.OPEN


@dataclass(slots=True)
class Talk:
    """One address and who is there. `known` tells whether the shop has named this customer."""

    address_id: int
    customer_id: int
    channel: str
    account: str
    native_id: str
    lang: str
    name: str
    known: bool
    reachable: bool
    has_case: bool = False
    staff_wrote_at: datetime | None = None
    """When staff last wrote to this customer in a case that is open."""
    asked_about_signs: set[str] = field(default_factory=set)
    """Keys of the questions whether something is wrong that are put in this batch."""
    dialogs: list[Held] = field(default_factory=list)

    def current(self, said_at: datetime | None = None) -> Held | None:
        """The dialog that a word without a reference belongs to: of the open ones, the one last moved.

        Nobody speaks to a dialog that began only after they spoke (`said_at`), where another one was there already. What
        platforms date in whole seconds may have been said before what began in the same second: such a dialog comes
        after those that were there for longer.
        """
        here = self.open()
        if said_at is not None and len(here) > 1:
            second = said_at.replace(microsecond=0)
            for limit in (second, second + timedelta(seconds=1)):
                if there_then := [held for held in here if held.opened_at < limit]:
                    return there_then[0]
        return next(iter(here), None)

    def is_with_staff(self, held: Held, said_at: datetime) -> bool:
        """Whether words written now belong to the conversation with staff: they wrote after this dialog last asked anything,
        and long enough ago that nobody is still answering that."""
        asked_at = held.dialog.asked_at
        if self.staff_wrote_at is None or asked_at is None:
            return False
        return self.staff_wrote_at > asked_at and said_at - asked_at > COMPOSING

    def open(self) -> list[Held]:
        """The dialogs that are open here, the one last moved first."""
        return [held for held in reversed(self.dialogs) if held.is_open and held.address_id == self.address_id]

    def latest(self) -> Held | None:
        """The dialog that was completed last, where one was loaded: it was only just."""
        completed = (held for held in reversed(self.dialogs) if held.dialog.state is DialogState.COMPLETED)
        return next((held for held in completed if held.address_id == self.address_id), None)

    def held(self, dialog_id: int) -> Held | None:
        for held in self.dialogs:
            if held.dialog.id == dialog_id and held.address_id == self.address_id:
                return held
        return None

    def moved(self, moved: Held) -> None:
        """Of the dialogs, this one was moved last."""
        if self.dialogs[-1] is not moved:
            self.dialogs = [held for held in self.dialogs if held is not moved] + [moved]
