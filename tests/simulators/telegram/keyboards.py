"""A test tool. What Telegram demands of the buttons under a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.simulators.telegram.refusal import bad_request
from tests.simulators.telegram.world import Json

__all__ = ["buttons_of", "checked_keyboard"]

_KINDS = frozenset(
    {
        "callback_data",
        "callback_game",
        "copy_text",
        "login_url",
        "pay",
        "switch_inline_query",
        "switch_inline_query_chosen_chat",
        "switch_inline_query_current_chat",
        "url",
        "web_app",
    }
)


def checked_keyboard(markup: Any) -> Json | None:
    """The inline keyboard as the message will show it, None where there is none. Raises a refusal for a wrong one."""
    if markup is None or not isinstance(markup, dict) or "inline_keyboard" not in markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    for button in (button for row in rows for button in row):
        if not button.get("text"):
            raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        kinds = _KINDS & button.keys()
        if len(kinds) != 1:
            raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "callback_data" in kinds and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
        if "url" in kinds and not _button_url(button["url"]):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if sum(map(len, rows)) > 100:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _button_url(url: str) -> bool:
    """Whether a button may lead there: a host needs a dot, so `localhost` is refused."""
    address = urlsplit(url)
    return address.scheme == "tg" or (address.scheme in ("http", "https") and "." in (address.hostname or ""))


def buttons_of(message: Json) -> Iterator[Json]:
    for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
        yield from row
