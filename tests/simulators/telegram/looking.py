"""A test tool. What a bot is told of a chat, and of itself in it."""

from __future__ import annotations

from tests.simulators.telegram.refusal import bad_request, forbidden
from tests.simulators.telegram.world import Bot, Chat, Json

__all__ = ["full_info", "membership"]

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_DUTIES = ("manage_chat", "delete_messages", "manage_video_chats", "restrict_members", "promote_members", "change_info", "invite_users")
_STORIES = ("post_stories", "edit_stories", "delete_stories")


def full_info(chat: Chat) -> Json:
    if chat.blocked and not chat.private and not chat.info.get("username"):
        raise forbidden("bot was kicked from the group chat")
    return {**chat.info, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(_GIFTS, False)}


def membership(bot: Bot, chat: Chat, args: Json) -> Json:
    """Of the bot itself: of others Telegram is bound to tell administrators only."""
    if args.get("user_id") != bot.id:
        raise bad_request("member not found")
    member: Json = {"status": "left" if chat.blocked else "member", "user": bot.user}
    if chat.administrator:
        rights = {f"can_{right}": False for right in (*_DUTIES, *_STORIES)}
        posts = {"can_post_messages": True} if chat.info["type"] == "channel" else {"can_manage_topics": True}
        member |= {"status": "administrator", "can_be_edited": False, "is_anonymous": False, **rights, **posts}
    return member | chat.member
