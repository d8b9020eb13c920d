"""A test tool. Checks calls against X's own interface description, where the folder that holds it is present."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["DESCRIPTION", "OLDER_NAMES", "faults_of", "is_described"]

DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "x-api-v2-openapi.json"
OLDER_NAMES = {"tweet.fields": "post.fields"}
"""Of parameters, which X still takes, with those of the description."""
Json = dict[str, Any]


def is_described() -> bool:
    return DESCRIPTION.exists()


def faults_of(method: str, path: str, query: Mapping[str, str], body: Any) -> list[str]:
    """What is wrong with a call; nothing where nothing is known. `path` is the description's, with names in braces."""
    if not is_described():
        return []
    call = _description()["paths"][path][method.lower()]
    known = {one["name"]: _of(one["schema"]) for one in map(_of, call.get("parameters", ())) if one["in"] == "query"}
    faults = [fault for name, value in query.items() for fault in _parameter(OLDER_NAMES.get(name, name), value, known)]
    if "requestBody" in call:
        faults += _value(body, _of(call["requestBody"]["content"]["application/json"]["schema"]), "body")
    return faults


def _parameter(name: str, value: str, known: Mapping[str, Json]) -> Iterator[str]:
    if name not in known:
        yield f"unknown parameter {name}"
        return
    schema = known[name]
    match schema["type"]:
        case "integer":
            number = int(value) if value.isdecimal() else -1
            if not schema.get("minimum", 0) <= number <= schema.get("maximum", number):
                yield f"{name} is out of bounds: {value}"
        case "array":
            allowed = schema["items"].get("enum")
            yield from (f"{name} has no {one}" for one in value.split(",") if allowed and one not in allowed)
        case _:
            if not re.search(schema.get("pattern", ""), value) or len(value) < schema.get("minLength", 0):
                yield f"{name} does not fit: {value}"


def _value(value: Any, schema: Json, where: str) -> Iterator[str]:
    match schema.get("type"):
        case "object":
            if not isinstance(value, dict):
                yield f"{where} is no object"
                return
            fields = schema.get("properties", {})
            yield from (f"{where} lacks {name}" for name in schema.get("required", ()) if name not in value)
            for name, inner in value.items():
                if name in fields:
                    yield from _value(inner, _of(fields[name]), f"{where}.{name}")
                elif schema.get("additionalProperties") is False:
                    yield f"{where} has no {name}"
        case "string":
            if not isinstance(value, str) or not re.search(schema.get("pattern", ""), value) or len(value) < schema.get("minLength", 0):
                yield f"{where} does not fit"


def _of(schema: Json) -> Json:
    while "$ref" in schema:
        found: Any = _description()
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        schema = found
    return schema


@cache
def _description() -> Json:
    description: Json = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return description
