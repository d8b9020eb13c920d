"""A test tool. Block Kit's limits (https://docs.slack.dev/reference/block-kit/blocks): what is wrong with blocks or a view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["BLOCKS_IN_MESSAGE", "faults_of", "faults_of_view"]

Json = dict[str, Any]

BLOCKS_IN_MESSAGE, BLOCKS_IN_VIEW = 50, 100
_UNFETCHABLE = ("http://localhost", "http://127.0.0.1", "https://nowhere.example")
"""Where Slack's servers find no picture."""


def faults_of(blocks: Any, most: int = BLOCKS_IN_MESSAGE) -> list[str]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["blocks: must be an array of blocks"]
    faults = [f"blocks: no more than {most} items allowed"] if len(blocks) > most else []
    for number, block in enumerate(blocks):
        faults += [f"{fault} [json-pointer:/blocks/{number}]" for fault in _block(block)]
    return faults


def faults_of_view(view: Json) -> list[str]:
    faults = list(_text(view.get("title"), 24, "title", plain=True)) if view.get("type") == "modal" else []
    for name in ("submit", "close"):
        if name in view:
            faults += _text(view[name], 24, name, plain=True)
    if view.get("type") not in ("modal", "home"):
        faults.append("unsupported type of view")
    if _units(view.get("private_metadata", "")) > 3000:
        faults.append("private_metadata: must be at most 3000 characters")
    blocks = view.get("blocks")
    if faulty := faults_of(blocks, BLOCKS_IN_VIEW):
        return faults + faulty
    fields = [block["block_id"] for block in blocks or () if block["type"] == "input"]
    if len(set(fields)) < len(fields):
        faults.append("block_id: must be unique")
    if fields and view["type"] == "modal" and "submit" not in view:
        faults.append("submit: a view with input blocks must have one")
    return faults


def _block(block: Json) -> Iterator[str]:
    match block.get("type"):
        case "section":
            if not block.get("text") and not block.get("fields"):
                yield "section: text or fields is missing"
            if "text" in block:
                yield from _text(block["text"], 3000, "text")
            if "accessory" in block:
                yield from _actions([block["accessory"]])
        case "header":
            yield from _text(block.get("text"), 150, "text", plain=True)
        case "image":
            yield from _length(block.get("image_url"), 3000, "image_url")
            yield from _length(block.get("alt_text"), 2000, "alt_text")
            if not str(block.get("image_url")).startswith(("http://", "https://")) or str(block["image_url"]).startswith(_UNFETCHABLE):
                yield "downloading image failed"
        case "actions":
            yield from _actions(block.get("elements"))
        case "input":
            yield from _text(block.get("label"), 2000, "label", plain=True)
            yield from _length(block.get("block_id"), 255, "block_id")
            yield from _field(block.get("element") or {})
        case "context":
            if not 1 <= len(block.get("elements") or []) <= 10:
                yield "context: must have 1 to 10 elements"
        case "divider":
            pass
        case other:
            yield f"unsupported type: {other}"


def _actions(elements: Any) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        yield "actions: must have 1 to 25 elements"
        return
    names = [element.get("action_id") for element in elements if element.get("action_id")]
    if len(set(names)) < len(names):
        yield "actions: action_id is not unique in its block"
    for element in elements:
        if "action_id" in element:
            yield from _length(element["action_id"], 255, "action_id")
        match element.get("type"):
            case "button":
                yield from _text(element.get("text"), 75, "button text", plain=True)
                if "value" in element:
                    yield from _length(element["value"], 2000, "value")
                if "url" in element:
                    yield from _length(element["url"], 3000, "url")
            case "static_select":
                yield from _options(element)
            case other:
                yield f"unsupported element: {other}"


def _field(element: Json) -> Iterator[str]:
    yield from _length(element.get("action_id"), 255, "action_id")
    match element.get("type"):
        case "plain_text_input":
            most = element.get("max_length", 3000)
            if not 1 <= most <= 3000:
                yield "max_length: must be 1 to 3000"
            if "initial_value" in element:
                yield from _length(element["initial_value"], most, "initial_value")
        case "static_select":
            yield from _options(element)
            if "initial_option" in element and element["initial_option"] not in element["options"]:
                yield "initial_option: must be one of the options"
        case other:
            yield f"unsupported element: {other}"


def _options(element: Json) -> Iterator[str]:
    options = element.get("options") or []
    if not 1 <= len(options) <= 100:
        yield "static_select: must have 1 to 100 options"
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, "placeholder", plain=True)
    for option in options:
        yield from _text(option.get("text"), 75, "option text")
        yield from _length(option.get("value"), 150, "option value")


def _text(text: Any, most: int, what: str, *, plain: bool = False) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield f"{what}: must be a text object"
    else:
        yield from _length(text.get("text"), most, what)


def _length(value: Any, most: int, what: str) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield f"{what}: must be at least 1 character"
    elif _units(value) > most:
        yield f"{what}: must be at most {most} characters"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
