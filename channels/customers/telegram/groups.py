"""What people write in Telegram's groups. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from channels.contract import GroupMoved, GroupSaid

__all__ = ["moved_group", "said_in_group"]


def moved_group(update: dict[str, Any], account: str) -> GroupMoved | None:
    """That a group has become a supergroup, which has a number of its own; None for everything else."""
    message = update.get("message") or {}
    new = message.get("migrate_to_chat_id")
    return GroupMoved(account, str(message["chat"]["id"]), str(new)) if new else None


def said_in_group(update: dict[str, Any], account: str) -> GroupSaid | None:
    """The words that a person wrote in a group; None for everything else.

    Raises:
        LookupError, TypeError: the update is not shaped as Telegram's are.
    """
    message = update.get("message") or {}
    if message.get("chat", {}).get("type") not in ("group", "supergroup"):
        return None
    person, words = message.get("from") or {}, message.get("text") or message.get("caption") or ""
    if not words or person.get("is_bot", True):
        return None
    topic = f"/{message['message_thread_id']}" if message.get("is_topic_message") else ""
    return GroupSaid(
        account=account,
        place=f"{message['chat']['id']}{topic}",
        person=str(person["id"]),
        name=f"{person['first_name']} {person.get('last_name', '')}".strip(),
        update_id=str(update["update_id"]),
        at=datetime.fromtimestamp(message["date"], UTC),
        text=words,
    )
