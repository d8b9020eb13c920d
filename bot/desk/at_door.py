"""Where a staff member stands while they do something: their door, its language, what is being prepared there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.complaints.card import Reader
from bot.desk.draft import Drafts
from bot.desk.history import history_text
from bot.desk.operations import Operations
from storage.queries.cases import AnyRow, CaseView
from storage.queries.staff import everybody

__all__ = ["AtDoor"]


@dataclass(slots=True)
class AtDoor:
    """One visit of a staff member to their door, inside one transaction."""

    conn: Connection
    operations: Operations
    door: AnyRow
    staff: AnyRow
    now: datetime
    drafts: Drafts = field(init=False)

    def __post_init__(self) -> None:
        self.drafts = Drafts.from_json(self.door.draft)

    @property
    def lang(self) -> str:
        lang: str = self.door.lang
        return lang

    @property
    def reader(self) -> Reader:
        return Reader(self.lang, self.operations.rules.hours.zone)

    def history_of(self, view: CaseView) -> str:
        names = {one.id: one.name for one in everybody(self.conn)}
        return history_text(view, self.reader, names)
