"""A `Window` as a modal view, and what was filled in. Pure.

Limits: https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from channels.contract import Say, Window, WindowField
from channels.cutting import cut, units
from channels.slack.blocks import LABEL_LIMIT, OPTIONS_LIMIT, blocks_of, plain
from channels.slack.rules import TEXT_LIMIT

__all__ = ["BLOCKS_IN_VIEW", "WAITING", "is_choosing", "parts_of", "values_of", "view_of"]

Json = dict[str, Any]

BLOCKS_IN_VIEW = 100
METADATA_LIMIT = 3000
FIELD_LIMIT = 2000
"""Characters of a field's label."""
_TITLE_LIMIT = 24
_FIELD = "field."

WAITING: Json = {"type": "modal", "callback_id": "window", "title": plain("…"), "blocks": [{"type": "section", "text": plain("⏳")}]}
"""What is shown until the window is known: a trigger lives for three seconds."""


def view_of(window: Window) -> Json:
    """The view; its fields that are not as they were are new blocks, for Slack keeps in an old one what was typed."""
    if not window.ref.isascii() or len(window.ref) > METADATA_LIMIT:
        raise ValueError("a window's ref is ASCII and at most 3,000 bytes")
    blocks = [block for part in parts_of(window.text) if part.strip() for block in blocks_of(Say(part))]
    if window.choices:
        blocks += blocks_of(Say("", choices=window.choices))
    blocks += [_input(field) for field in window.fields]
    view = {"type": "modal", "callback_id": "window", "title": plain(cut(window.title, _TITLE_LIMIT)), "blocks": blocks[:BLOCKS_IN_VIEW]}
    if window.ref:
        view["private_metadata"] = window.ref
    if window.submit:
        view["submit"] = plain(cut(window.submit, _TITLE_LIMIT))
    if window.cancel:
        view["close"] = plain(cut(window.cancel, _TITLE_LIMIT))
    return view


def values_of(view: Json) -> dict[str, str]:
    """What stands in a view's fields now, by their keys."""
    values = {}
    for block, fields in ((view.get("state") or {}).get("values") or {}).items():
        for key, field in fields.items():
            if block.startswith(_FIELD):
                values[key] = field.get("value") or (field.get("selected_option") or {}).get("value") or ""
    return values


def is_choosing(action: Json) -> bool:
    """Whether an action is a choice in a field of a window, and no button."""
    return str(action.get("block_id", "")).startswith(_FIELD)


def parts_of(text: str) -> Iterator[str]:
    """The text in parts that fit into a section each, parted between lines."""
    part: list[str] = []
    for line in text.split("\n"):
        if part and units("\n".join([*part, line])) > TEXT_LIMIT:
            yield cut("\n".join(part), TEXT_LIMIT)
            part = []
        part.append(line)
    yield cut("\n".join(part), TEXT_LIMIT)


def _input(field: WindowField) -> Json:
    # Named after what stands in it at first: another value is another block.
    block = f"{_FIELD}{field.key}.{zlib.crc32(field.value.encode()):x}"
    element = _menu(field) if field.options else _lines(field)
    more = {"dispatch_action": True} if field.live else {}
    label = plain(cut(field.label, FIELD_LIMIT))
    return {"type": "input", "block_id": block, "label": label, "element": element, "optional": not field.needed, **more}


def _lines(field: WindowField) -> Json:
    first = {"initial_value": cut(field.value, TEXT_LIMIT)} if field.value else {}
    return {"type": "plain_text_input", "action_id": field.key, "multiline": True, "max_length": TEXT_LIMIT, **first}


def _menu(field: WindowField) -> Json:
    options = [{"text": plain(cut(label, LABEL_LIMIT)), "value": value} for value, label in field.options[:OPTIONS_LIMIT]]
    chosen = next((option for option in options if option["value"] == field.value), None)
    return {"type": "static_select", "action_id": field.key, "options": options, **({"initial_option": chosen} if chosen else {})}
