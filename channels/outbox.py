"""Putting a `Say` into the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from channels.contract import Say
from channels.stored import say_to_json
from storage.ids import new_id
from storage.outbox import MessageState, Priority

__all__ = ["message_row"]


def message_row(
    say: Say,
    *,
    channel: str,
    account: str,
    address: str,
    priority: Priority,
    now: datetime,
    due_at: datetime | None = None,
    customer_id: int | None = None,
    dialog_id: int | None = None,
    invitation_id: int | None = None,
    case_id: int | None = None,
) -> dict[str, Any]:
    """The row of `storage.outbox.Message` for one thing to say, due now unless `due_at` says later."""
    return {
        "id": new_id(),
        "key": say.key or None,
        "channel": channel,
        "account": account,
        "address": address,
        "priority": int(priority),
        "due_at": due_at or now,
        "state": MessageState.DUE.value,
        "say": say_to_json(say),
        "edits": say.edits or None,
        "topic": (not say.edits and say.topic) or None,
        "customer_id": customer_id,
        "dialog_id": dialog_id,
        "invitation_id": invitation_id,
        "case_id": case_id,
        "attempts": 0,
        "repeated": False,
        "platform_id": None,
        "reason": "",
        "created_at": now,
        "sent_at": None,
    }
