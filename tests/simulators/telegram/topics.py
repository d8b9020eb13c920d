"""A test tool. The topics of a group, or of a private chat with a bot that has them: opened, closed, deleted, written to."""

from __future__ import annotations

from tests.simulators.telegram.refusal import bad_request
from tests.simulators.telegram.world import Bot, Chat, Json

__all__ = ["change_topic", "open_topic", "topic_of_call", "topic_of_person"]

_GENERAL = 1
"""What stands in no other topic of a group stands in this one, and is sent and told without its number."""


def open_topic(bot: Bot, chat: Chat, opener: Json, now: int) -> int:
    """A new topic; its number is that of the notice that begins it."""
    if not (chat.info.get("is_forum") or (chat.private and bot.topics)):
        raise ValueError(f"the chat {chat.id} has no topics")
    bot.last_message = max(bot.last_message, _GENERAL)
    notice: Json = {"message_id": 0, "from": opener, "chat": chat.info, "date": now, "is_topic_message": True}
    bot.add(chat, notice | {"forum_topic_created": {"name": "Topic", "icon_color": 7322096}}, from_bot=False)
    number = bot.last_message
    chat.entries[number].message["message_thread_id"] = number
    chat.topics[number] = "open"
    return number


def change_topic(chat: Chat, number: int, state: str) -> None:
    """`open`, `closed` or `deleted`; General is 1."""
    if state == "deleted":
        del chat.topics[number]
    else:
        chat.topics[number] = state


def topic_of_call(chat: Chat, number: int | None) -> Json:
    """What a message of a bot's bears of the topic that its call names. Raises where Telegram would not put it there."""
    if number is not None and (number == _GENERAL or number not in chat.topics):
        raise bad_request("message thread not found")
    if chat.topics.get(number or _GENERAL) == "closed" and not chat.administrator:
        raise bad_request("TOPIC_CLOSED")
    return {} if number is None else {"message_thread_id": number, "is_topic_message": True}


def topic_of_person(chat: Chat, number: int) -> Json:
    """What a person's message bears: where it answers none, it is told as a reply to what the topic began with."""
    if not number:
        return {}
    if chat.topics.get(number) != "open":
        raise KeyError(number)
    return {"message_thread_id": number, "is_topic_message": True, "reply_to_message": chat.entries[number].message}
