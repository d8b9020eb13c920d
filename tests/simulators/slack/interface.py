"""A test tool. Checks calls against Slack's own interface description, where the folder that holds it is present.

The description is of 2021: a field that it does not know is no fault, nor is a method.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["fault_of", "is_described"]

_DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "slack-web-api-openapi2.json"


def is_described() -> bool:
    return _DESCRIPTION.exists()


def fault_of(method: str, arguments: dict[str, Any]) -> str:
    """What is wrong with a call; empty where nothing is, or nothing is known of it."""
    for field in _fields().get(method, ()):
        name, kind = field["name"], field["type"]
        if name == "token":
            continue
        if field.get("required") and name not in arguments:
            return f"{method} lacks its argument {name}"
        if name in arguments and not _fits(kind, arguments[name]):
            return f"{method}: {name} is no {kind}: {arguments[name]!r}"
    return ""


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool) or value in ("0", "1", "true", "false")
        case "integer" | "number":
            return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
    # In a form an array or an object is a JSON text; in a JSON body it stands as it is.
    return isinstance(value, str | list | dict)


@cache
def _fields() -> dict[str, list[dict[str, Any]]]:
    if not is_described():
        return {}
    paths = json.loads(_DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    return {path[1:]: next(iter(verbs.values()))["parameters"] for path, verbs in paths.items()}
