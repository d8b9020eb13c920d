"""A test tool. What a bot did in its chats, as a person sees it, and waiting for more of it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.simulators.telegram.world import Bot, Chat, Entry, Json, News

__all__ = ["shown", "watch"]


async def watch(bot: Bot, chat: Chat | None, *, after: int, within: float, edits: bool) -> list[Json]:
    """What the bot did since its number `after`, in one chat or in all; waits for something where there is nothing yet."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        news = _since(bot.news if chat is None else chat.news, after)
        if found := [_shown_news(bot, one) for one in news if edits or one.what == "new"]:
            return found
        left = end - loop.time()
        if left <= 0:
            return []
        await (bot.news_bell if chat is None else chat.bell).wait(left)


def _since(news: list[News], after: int) -> list[News]:
    first = len(news)
    while first and news[first - 1].number > after:
        first -= 1
    return news[first:]


def _shown_news(bot: Bot, news: News) -> Json:
    return {"number": news.number, "what": news.what, "chat": news.chat} | shown(bot.chats[news.chat].entries[news.message])


def shown(entry: Entry) -> Json:
    """A message as a person sees it."""
    message = entry.message
    kinds = ("photo", "voice", "video", "document", "sticker", "poll")
    view: dict[str, Any] = {
        "message_id": message["message_id"],
        "from": "bot" if entry.from_bot else "person",
        "date": message["date"],
        "kind": next((kind for kind in kinds if kind in message), "text"),
        "text": message.get("text") or message.get("caption") or message.get("sticker", {}).get("emoji", ""),
        "buttons": [
            [{"label": button["text"], "data": button.get("callback_data", ""), "url": button.get("url", "")} for button in row]
            for row in message.get("reply_markup", {}).get("inline_keyboard", ())
        ],
    }
    if entry.earlier:
        view["edit_date"] = message["edit_date"]
        view["earlier"] = [version.get("text", "") for version in entry.earlier]
    if message.get("is_topic_message"):
        view["thread"] = message["message_thread_id"]
    if entry.deleted:
        view["deleted"] = True
    return view
