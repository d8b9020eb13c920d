"""Telegram's rules for texts, keyboards and links, the same whichever library speaks to it. Pure.

Limits are those of the Bot API (https://core.telegram.org/bots/api and /bots/features#deep-linking).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from channels.contract import Capabilities, Choice, FileWay, Layout, Pace, Say, written_card
from channels.cutting import cut, units

__all__ = [
    "ALLOWED_UPDATES",
    "CALLBACK_DATA_BYTES",
    "CAPABILITIES",
    "CAPTION_LIMIT",
    "LARGEST_FETCH",
    "TELEGRAM",
    "TEXT_LIMIT",
    "cut",
    "deep_link",
    "in_topic",
    "keyboard_rows",
    "label_of",
    "spoken_text",
    "spoken_words",
    "start_token",
    "typed_words",
    "units",
]

TELEGRAM = "https://api.telegram.org"
TEXT_LIMIT = 4096
"""UTF-16 code units in a message."""
CAPTION_LIMIT = 1024
"""UTF-16 code units under a picture."""
LARGEST_FETCH = 20 * 1024 * 1024
"""Bytes that a bot may fetch of a file (https://core.telegram.org/bots/api#getfile)."""
CALLBACK_DATA_BYTES = 64
"""Neither library's button class checks it. `CHOICE_REF_LIMIT` of the contract keeps every ref below it."""
CAPABILITIES = Capabilities(
    edits=True,
    buttons=True,
    starts=False,
    text_limit=TEXT_LIMIT,
    # "About 30 a second in all": 29, because a line's jitter can squeeze an even 30 into more than that.
    pace=Pace(account=timedelta(seconds=1) / 29, address=timedelta(seconds=1)),
    files=FileWay.UPLOAD,
)
_GENERAL = "1"
"""The topic that every group with topics has: what is sent to no topic goes there, and Telegram takes it by no number."""
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_ROW_WIDTH = 36
"""Characters that the buttons of one row show on a narrow phone, the padding of each counted as two."""
_ROW_MOST = 8
"""Buttons that Telegram puts side by side."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+|$)(.*)", re.DOTALL)


def keyboard_rows(choices: Sequence[Choice], layout: Layout) -> list[list[Choice]]:
    """The rows of buttons: the answers as their layout wants them, then the asides.

    What would not fit side by side on a phone is spread evenly over more rows: 0 to 10 lie in two.
    """
    answers = [choice for choice in choices if not choice.aside]
    rows = [[choice] for choice in answers] if layout is Layout.COLUMN else _side_by_side(answers)
    return rows + _side_by_side([choice for choice in choices if choice.aside])


def _side_by_side(choices: list[Choice]) -> list[list[Choice]]:
    if not choices:
        return []
    widest = 2 + max(len(label_of(choice)) for choice in choices)
    in_a_row = min(max(_ROW_WIDTH // widest, 1), _ROW_MOST)
    rows = -(-len(choices) // in_a_row)
    size = -(-len(choices) // rows)
    return [choices[start : start + size] for start in range(0, len(choices), size)]


def label_of(choice: Choice) -> str:
    return f"✓ {choice.label}" if choice.picked else choice.label


def spoken_text(say: Say) -> tuple[str, bool]:
    """The text to send, and whether the link goes on a button.

    Telegram refuses a button to a host without a dot (a machine's own name): such a link stands in the text.
    """
    if say.link is None:
        return say.text, False
    address = urlsplit(say.link.url)
    if address.scheme in ("http", "https") and "." in (address.hostname or ""):
        return say.text, True
    return f"{say.text}\n\n{say.link.label}: {say.link.url}", False


def in_topic(thread: str) -> dict[str, int]:
    """What a call names a topic by; nothing for the group, or the chat, as such."""
    return {"message_thread_id": int(thread)} if thread not in ("", _GENERAL) else {}


def start_token(text: str) -> str | None:
    """The payload of a `/start`, empty where it bears none that can be ours; None where the text is no `/start`."""
    command = _COMMAND.fullmatch(text)
    if command is None or command[1] != "start":
        return None
    payload = command[2].strip()
    return payload if _TOKEN.fullmatch(payload) else ""


def spoken_words(text: str) -> str:
    """What somebody wrote, a command as the word it is: `/stop` says "stop". What asks for a comment card stays a command:
    as a word it may mean something else."""
    words = typed_words(text)
    return words if written_card(words) is not None or not _COMMAND.fullmatch(text) else words.removeprefix("/")


def typed_words(text: str) -> str:
    """What somebody wrote, a command as such, without the name of the bot behind it: `/cases@staff_bot` says "/cases"."""
    command = _COMMAND.fullmatch(text)
    return f"/{command[1]} {command[2]}".strip() if command else text


def deep_link(username: str, token: str) -> str:
    """The link that opens the chat with a bot and hands it `token` when Start is pressed.

    Raises:
        ValueError: the token is not 1 to 64 characters of A-Z a-z 0-9 _ -.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a start link carries 1 to 64 characters of A-Z a-z 0-9 _ -")
    return f"https://t.me/{username}?start={token}"
