"""One focus group as it is looked at in one moment, and who invites to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.invitations.policy import Policy
from storage.focus import key_of, purpose_of

__all__ = ["Host", "Meeting"]


@dataclass(frozen=True, slots=True)
class Host:
    """`platforms` are those of the accounts, by account, in the order in which they are tried."""

    shop: str
    platforms: Mapping[str, str]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Meeting:
    """`row` is the focus group's as it was when this was made."""

    conn: Connection
    row: Any
    group: Definition
    host: Host
    now: datetime

    @property
    def purpose(self) -> str:
        """What its participants have said yes to."""
        return purpose_of(self.group.name)

    def key(self, what: str) -> str:
        """Of something that is said once, however often it is attempted."""
        return key_of(self.row.id, what)
