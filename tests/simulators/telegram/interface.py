"""A test tool. Checks calls (and its own answers) against the Bot API's interface description, where that is present."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["DESCRIPTION", "Interface", "interface", "typed"]

DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "telegram-bot-api.json"


class Interface:
    """The methods and types of the Bot API, read from `DESCRIPTION`."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.version: str = description["version"]
        self._types: dict[str, Any] = description["types"]
        self._methods = {name.lower(): method for name, method in description["methods"].items()}
        self._fields = {
            name: {field["name"]: field for field in thing.get("fields", ())}
            for name, thing in (*self._types.items(), *((n.lower(), m) for n, m in description["methods"].items()))
        }

    def fault_of_call(self, method: str, arguments: dict[str, Any], files: frozenset[str] = frozenset()) -> str:
        """What is wrong with a call, empty where nothing is. Uploaded `files` stand for an InputFile or an attachment."""
        if method.lower() not in self._methods:
            return f"there is no method {method}"
        return self._fault_of_fields(method.lower(), arguments, method, files)

    def fault_of(self, kind: str, value: Any) -> str:
        """What is wrong with a value of a type such as `Update`, `Integer` or `Array of String`; empty where nothing is."""
        return self._fault(kind, value, kind, frozenset())

    def _fault_of_fields(self, kind: str, value: dict[str, Any], where: str, files: frozenset[str]) -> str:
        fields = self._fields[kind]
        for name, given in value.items():
            field = fields.get(name)
            if field is None:
                return f"{where} has no field {name}"
            faults = [self._fault(t, given, f"{where}.{name}", files) for t in field["types"]]
            if all(faults):
                return faults[0]
        for name, field in fields.items():
            if field["required"] and name not in value and name not in files:
                return f"{where} lacks its field {name}"
        return ""

    def _fault(self, kind: str, value: Any, where: str, files: frozenset[str]) -> str:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return f"{where} is no list"
            return next((fault for v in value if (fault := self._fault(kind[9:], v, where, files))), "")
        match kind:
            case "Integer":
                fits = isinstance(value, int) and not isinstance(value, bool)
            case "Float":
                fits = isinstance(value, int | float) and not isinstance(value, bool)
            case "Boolean":
                fits = isinstance(value, bool)
            case "String" | "InputFile":
                fits = isinstance(value, str)
            case _:
                if not isinstance(value, dict):
                    return f"{where} is no {kind}"
                if kinds := self._types[kind].get("subtypes"):
                    faults = [self._fault(k, value, where, files) for k in kinds]
                    return faults[0] if all(faults) else ""
                return self._fault_of_fields(kind, value, where, files)
        return "" if fits else f"{where} is no {kind}: {value!r}"

    def texts_of(self, method: str) -> frozenset[str]:
        """The fields of a method that are plain text in a form; every other one is written as JSON."""
        fields = self._fields.get(method.lower(), {}).values()
        return frozenset(field["name"] for field in fields if field["types"][0] in ("String", "InputFile"))


@cache
def interface() -> Interface | None:
    """The interface description, or None where the folder that holds it is missing."""
    return Interface(json.loads(DESCRIPTION.read_text())) if DESCRIPTION.exists() else None


_TEXTS = frozenset(
    {"text", "caption", "question", "callback_query_id", "url", "photo", "file_id", "parse_mode", "action", "secret_token", "type"}
)
"""Plain text fields of the methods that are played, for when there is no description to ask."""


def typed(method: str, form: dict[str, str]) -> dict[str, Any]:
    """Form fields as the values that they stand for; one that cannot be read stays text (and is then found faulty)."""
    known = interface()
    texts = known.texts_of(method) if known else _TEXTS
    return {name: value if name in texts else _read(value) for name, value in form.items()}


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return {"True": True, "False": False}.get(value, value)
