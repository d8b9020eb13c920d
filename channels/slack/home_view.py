"""A `Home` as the view of an App Home (https://docs.slack.dev/surfaces/app-home). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channels.contract import Home, HomeItem, Link
from channels.cutting import cut
from channels.slack.blocks import button, link_button, plain
from channels.slack.rules import TEXT_LIMIT
from channels.slack.views import BLOCKS_IN_VIEW

__all__ = ["home_view"]

Json = dict[str, Any]

_TITLE_LIMIT = 150
"""Characters of a header."""
_BUTTONS_IN_ROW = 25


def home_view(home: Home, addresses: Mapping[str, str]) -> Json:
    """The view. `addresses` are where the messages that it leads to are seen; a message without one has no button."""
    blocks: list[Json] = []
    for part in home.parts:
        above: list[Json] = [{"type": "divider"}] if blocks else []
        above.append({"type": "header", "text": plain(cut(part.title, _TITLE_LIMIT))})
        for item in part.items:
            more = [*above, *_item(item, addresses.get(item.message, ""))]
            if len(blocks) + len(more) > BLOCKS_IN_VIEW:
                return {"type": "home", "blocks": blocks}
            blocks += more
            above = []
    return {"type": "home", "blocks": blocks}


def _item(item: HomeItem, address: str) -> Iterator[Json]:
    """Words with their one button beside them, or with their buttons in a row beneath."""
    words: Json = {"type": "section", "text": plain(cut(item.text, TEXT_LIMIT))}
    buttons = [button(choice) for choice in item.choices]
    if address:
        buttons.append(link_button(Link(item.there, address)))
    if len(buttons) == 1:
        yield {**words, "accessory": buttons[0]}
        return
    yield words
    if buttons:
        yield {"type": "actions", "elements": buttons[:_BUTTONS_IN_ROW]}
