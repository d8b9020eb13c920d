"""What Telegram's own words in a refusal mean. The Bot API has no codes finer than the HTTP status."""

from __future__ import annotations

from datetime import timedelta

__all__ = [
    "CONFLICT",
    "TOO_FAST",
    "UNKNOWN_BOT",
    "UNKNOWN_BOT_AGAIN",
    "edit_is_settled",
    "has_no_text",
    "is_blocked",
    "is_nobody",
    "is_too_big",
    "lacks_topic",
    "poll_is_settled",
    "refused_because",
]

UNKNOWN_BOT = "Telegram does not know this bot's token: take the right one from @BotFather and put it into the configuration"
UNKNOWN_BOT_AGAIN = timedelta(minutes=5)
"""A wrong token is not the message's fault: it waits until the operator has put the token right."""
TOO_FAST = "Telegram's flood limit"
CONFLICT = "another program, or a second Makegood, uses this bot's token, and Telegram serves only one"

_NOBODY = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
_EDIT_SETTLED = ("message is not modified", "message to edit not found", "message can't be edited", "message_id_invalid")

_NO_TOPIC = ("message thread not found", "topic_deleted", "topic_id_invalid")
_TOPIC_CLOSED = ("topic_closed",)


def is_nobody(description: str) -> bool:
    """A Bad Request because there is nobody at that address."""
    return _says(description, _NOBODY)


def is_blocked(description: str) -> bool:
    """A Forbidden because the person there stopped the bot; others are forbidden because they are gone, or never began."""
    return _says(description, ("bot was blocked by the user", "bot was kicked"))


def is_too_big(description: str) -> bool:
    """A file that Telegram does not hand to bots."""
    return _says(description, ("file is too big",))


def lacks_topic(description: str) -> bool:
    """There is no such topic in that chat: it was deleted, or never was."""
    return _says(description, _NO_TOPIC)


def refused_because(description: str) -> str:
    """Why a message was refused, for the operator: Telegram's own words, and what to do where they do not tell."""
    if lacks_topic(description):
        return f"{description}: the group has no such topic, or it was deleted; name another in its place"
    if _says(description, _TOPIC_CLOSED):
        return f"{description}: the topic is closed; open it again, or make the bot an administrator who may manage topics"
    return description


def edit_is_settled(description: str) -> bool:
    """An edit that needs no more care: the message shows already what it should, or is gone."""
    return _says(description, _EDIT_SETTLED)


def poll_is_settled(description: str) -> bool:
    """A poll was to be closed, and is closed already or gone."""
    return _says(description, ("already been closed", "poll to stop not found", "message can't be edited", "message_id_invalid"))


def has_no_text(description: str) -> bool:
    """A text was to be edited, and the message is a picture with a caption."""
    return _says(description, ("there is no text in the message",))


def _says(description: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in description.lower() for phrase in phrases)
