"""What people write in Slack's channels that the app is a member of. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from channels.contract import GroupSaid
from channels.slack.hearing import WORDS
from channels.slack.rules import address_of, said_plainly

__all__ = ["said_in_group"]


def said_in_group(body: dict[str, Any], account: str) -> GroupSaid | None:
    """The words that a person wrote in a channel; None for everything else. Slack tells no name with them.

    Raises:
        LookupError, ValueError: the body is not shaped as Slack's are.
    """
    event = body.get("event") or {}
    if event.get("type") != "message" or event.get("channel_type") not in ("channel", "group") or event.get("subtype") not in WORDS:
        return None
    if event.get("bot_id") or not event.get("user") or not event.get("text"):
        return None
    team = event.get("user_team") or event.get("team") or body.get("team_id", "")
    return GroupSaid(
        account=account,
        place=event["channel"],
        person=address_of(team, event["user"]),
        name="",
        update_id=body["event_id"],
        at=datetime.fromtimestamp(float(event["ts"]), UTC),
        text=said_plainly(event["text"], {}),
    )
