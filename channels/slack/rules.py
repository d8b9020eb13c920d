"""Slack's rules for texts, buttons and addresses. Pure.

Limits are those of Block Kit (https://docs.slack.dev/reference/block-kit/blocks) and of the Web API
(https://docs.slack.dev/apis/web-api/rate-limits).
"""

from __future__ import annotations

import re
from datetime import timedelta

from channels.contract import Capabilities, FileWay, Pace

__all__ = [
    "BELIEVED_FOR",
    "CAPABILITIES",
    "SLACK",
    "TEXT_LIMIT",
    "address_of",
    "escaped",
    "member_of",
    "said_plainly",
    "start_token",
    "webhook_path",
]

SLACK = "https://slack.com/api"
BELIEVED_FOR = timedelta(minutes=5)
"""How old what Slack signed may be, either way (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
TEXT_LIMIT = 3000
"""Characters in a section. Slack does not say how it counts an emoji: here as two, the most it can be."""
CAPABILITIES = Capabilities(
    edits=True,
    buttons=True,
    starts=True,
    text_limit=TEXT_LIMIT,
    # One message a second in a conversation, and "several hundred a minute" in a workspace: 300.
    pace=Pace(account=timedelta(milliseconds=200), address=timedelta(seconds=1)),
    files=FileWay.UPLOAD,
)

_ADDRESS = re.compile(r"([TE][A-Z0-9]+):([UW][A-Z0-9]+)")
_START = re.compile(r"/?start(?:\s+([A-Za-z0-9_-]{12,64}))?", re.IGNORECASE)
"""Slack has no links that hand over a token, so it is written behind the word. Ours have 16 characters or more;
"start tomorrow" is words."""
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def address_of(team: str, user: str) -> str:
    """Where to answer somebody: with Slack Connect people of other workspaces write too, so a user id is not enough."""
    return f"{team}:{user}"


def member_of(address: str) -> str:
    """The user id of an address.

    Raises:
        ValueError: it is none of `address_of`.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError("the address is nobody of Slack's: it is no TEAM:USER")
    return found[2]


def webhook_path(account: str) -> str:
    """Where on our server Slack posts an account's events and interactions."""
    return f"/hooks/slack/{account}"


def start_token(text: str) -> str | None:
    """The token behind a written "start", empty where there is none; None where the text is no start."""
    found = _START.fullmatch(text.strip())
    return found and (found[1] or "")


def escaped(text: str) -> str:
    """A text as Slack's own markup shows it literally (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def said_plainly(text: str, emoji: dict[str, str]) -> str:
    """What somebody wrote, without Slack's markup: links as they read, `:+1:` as the emoji that `emoji` names."""
    text = _MARKED.sub(_shown, text)
    for name, sign in sorted(emoji.items(), key=lambda named: -len(named[0])):  # `:+1:` stands in `:+1::skin-tone-2:` too
        text = text.replace(f":{name}:", sign)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(marked: re.Match[str]) -> str:
    target, label = marked[1], marked[2]
    if label:
        return label
    return f"@{target[1:].partition('^')[0]}" if target[:1] in ("@", "#", "!") else target.removeprefix("mailto:")
