"""A `Say` as a message in Slack's Block Kit. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from channels.contract import Choice, Layout, Link, Say
from channels.cutting import cut
from channels.slack.rules import TEXT_LIMIT, escaped

__all__ = ["LABEL_LIMIT", "OPTIONS_LIMIT", "blocks_of", "button", "link_button", "message_of", "plain"]

Block = dict[str, Any]

LABEL_LIMIT = 75
"""Characters on a button or an option."""
ALT_LIMIT = 2000
URL_LIMIT = 3000
OPTIONS_LIMIT = 100
"""Options in a menu. Slack cuts nothing itself: one too many, and it refuses the message."""
_IN_A_ROW = 6
"""Buttons that stand side by side on a phone: 0 to 10 lie in two rows."""
_BUTTONS = 10
"""Choices of words, one a line, that are buttons; more are a menu."""


def message_of(say: Say) -> dict[str, Any]:
    """The `text` (for notifications) and the `blocks` of a message.

    Words stand in plain text blocks, which know no markup: what customers and staff wrote can never break a message.
    """
    spoken, _ = _spoken(say)
    return {"text": escaped(cut(spoken, TEXT_LIMIT)), "blocks": blocks_of(say)}


def blocks_of(say: Say) -> list[Block]:
    """The blocks alone. Without words or a picture there are those of its choices only, where it has any."""
    spoken, on_button = _spoken(say)
    blocks: list[Block] = []
    if say.picture:
        blocks.append({"type": "image", "image_url": say.picture, "alt_text": cut(say.text, ALT_LIMIT) or "…"})
    text = cut(spoken, TEXT_LIMIT)
    answers = [choice for choice in say.choices if not choice.aside]
    asides = [choice for choice in say.choices if choice.aside]
    if text.strip() or not (blocks or say.choices):  # a picture may stand alone
        blocks.append({"type": "section", "text": plain(text)})
    blocks += _answers(answers, say.layout)
    blocks += _rows(asides)
    if say.link and on_button:
        blocks.append({"type": "actions", "elements": [link_button(say.link)]})
    return blocks


def _spoken(say: Say) -> tuple[str, bool]:
    """The text to send, and whether the link goes on a button: Slack's take web addresses of a limited length."""
    if say.link is None:
        return say.text, False
    if say.link.url.startswith(("http://", "https://")) and len(say.link.url) <= URL_LIMIT:
        return say.text, True
    return f"{say.text}\n\n{say.link.label}: {say.link.url}", False


def _answers(choices: Sequence[Choice], layout: Layout) -> Iterator[Block]:
    if layout is not Layout.COLUMN:
        yield from _rows(choices)
    elif len(choices) > _BUTTONS:
        options = [{"text": plain(_label(choice)), "value": choice.ref} for choice in choices[:OPTIONS_LIMIT]]
        yield {
            "type": "actions",
            "elements": [{"type": "static_select", "action_id": "menu", "options": options, "placeholder": plain("…")}],
        }
    else:
        for choice in choices:
            yield {"type": "actions", "elements": [button(choice)]}


def _rows(choices: Sequence[Choice]) -> Iterator[Block]:
    """Buttons side by side, spread evenly over as many rows as they need."""
    if not choices:
        return
    rows = -(-len(choices) // _IN_A_ROW)
    size = -(-len(choices) // rows)
    for start in range(0, len(choices), size):
        yield {"type": "actions", "elements": [button(choice) for choice in choices[start : start + size]]}


def button(choice: Choice) -> Block:
    # The action's id must be unique within its block, as the choice's own name is.
    return {"type": "button", "action_id": choice.ref, "value": choice.ref, "text": plain(_label(choice))}


def link_button(link: Link) -> Block:
    return {"type": "button", "action_id": "link", "url": link.url, "text": plain(cut(link.label, LABEL_LIMIT))}


def _label(choice: Choice) -> str:
    return cut(f"✓ {choice.label}" if choice.picked else choice.label, LABEL_LIMIT)


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
