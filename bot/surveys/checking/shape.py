"""Keys that are unknown, missing, or hold something else than they should: pydantic's complaints in an author's words."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.surveys.checking.draft import Draft
from bot.surveys.definition import CONDITION_LIMIT, Option, Question, QuestionKind, ScaleName, Survey, Task
from bot.toml.places import Path

__all__ = ["check_shape"]

_WORDS: dict[str, tuple[str, ...]] = {
    "kind": tuple(QuestionKind),
    "scale": get_args(ScaleName),
    "measure": ("csat", "nps", "ces", "fcr"),
}
_EXAMPLES = {
    "name": 'name = "after-visit", in small letters, digits and hyphens',
    "key": 'key = "delivery_speed", in small letters, digits and _, a letter first',
    "department": 'department = "delivery_speed", in small letters, digits and _, a letter first',
    "told_by": 'told_by = "delivered_late", the name of a fact',
    "facts": 'facts = ["colour", "size"], in small letters, digits and _',
    "kind": 'kind = "scale", "single", "multiple", "text" or "photo"',
    "title": '[title] and under it en = "…"',
    "hello": '[hello] and under it en = "…"',
    "thanks": '[thanks] and under it en = "…"',
    "thanks_low": '[thanks_low] and under it en = "…"',
    "text": 'text.en = "…"',
    "questions": "[[questions]], in double brackets, above the keys of each question",
    "options": "[[questions.options]], in double brackets, above the key and the text of each option",
    "when": 'when = "answers.csat <= 2"',
    "purpose": 'purpose = "quote", or "panel_" and the name of a panel',
    "task": '[task] and under it text.en = "…"',
    "link": 'link = "https://example.org/preview"',
    "picture": 'picture = "https://example.org/preview.jpg"',
    "minutes": "minutes = 2, a whole number from 1 to 20",
    "expires_days": "expires_days = 14, a whole number of days from 1 to 365",
    "complaint": "complaint = false, or true, without quotes",
}
_TEXTS = ("title", "hello", "thanks", "thanks_low", "text")
_LANG = re.compile(r"[a-z]{2}")


def check_shape(draft: Draft) -> Survey | None:
    """The survey, or `None` where the file's shape is wrong."""
    try:
        return Survey.model_validate(draft.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if not _told_already(detail):
                _tell(draft, detail)
    return None


def _told_already(detail: ErrorDetails) -> bool:
    """Whether another complaint says it, with a better place or a stricter limit."""
    path = detail["loc"]
    of_a_text = len(path) > 1 and path[-2] in _TEXTS and path[-1] != "[key]"
    match detail["type"]:
        case "duplicate":
            return True
        case "too_short":  # nothing is left of a list whose entries are all wrong
            return bool(detail["input"])
        case "string_too_long":
            return of_a_text
    return of_a_text and not _LANG.fullmatch(str(path[-1]))


def _tell(draft: Draft, detail: ErrorDetails) -> None:
    path: Path = detail["loc"]
    whole, value = draft.name(path[:-1]), _toml(detail["input"])
    key = str(path[-1]) if path else ""
    match detail["type"]:
        case "value_error":
            what, _, remedy = str(detail["ctx"]["error"]).partition("; ")
            draft.problem(path, f"{draft.name(path)} {what}", remedy)
        case "extra_forbidden":
            draft.problem(path, f'{whole} has a key "{key}", which means nothing', _instead(path, key))
        case "missing":
            draft.problem(path, f'{whole} has no "{key}"', f"write {_EXAMPLES[key]}")
        case _ if key == "[key]":
            lang = str(path[-2])
            draft.problem(path[:-1], f'{draft.name(path[:-2])} has a text in "{lang}", which is no language', _no_language(lang))
        case "string_too_short" if key != "when":
            draft.problem(path, f"{whole} has an empty text in {key}", "write the text, or leave that language out everywhere")
        case "enum" | "literal_error":
            draft.problem(path, f"{whole} names the {key} {value}", f"write one of: {', '.join(_WORDS[key])}")
        case "too_long":
            draft.problem(path, f"the survey has {len(detail['input'])} questions", "ask 20 at most, better 5: people answer short surveys")
        case "string_too_long":
            draft.problem(path, f'"{key}" of {whole} has {len(detail["input"])} characters', f"write {CONDITION_LIMIT} at most")
        case "dict_type":
            draft.problem(path, f'{whole} has a "{key}" without languages', f"write {_EXAMPLES[key]} for each language")
        case _ if isinstance(path[-1], int):
            field = str(path[-2])
            draft.problem(path, f'entry number {path[-1] + 1} of "{field}" is {value}', f"write {_EXAMPLES[field]}")
        case _ if key in _EXAMPLES:
            draft.problem(path, f'{whole} has {value} as "{key}"', f"write {_EXAMPLES[key]}")
        case _:  # the text of one language
            draft.problem(path, f"{whole} has {value} as its text in {key}", "write the text in quotes")


def _instead(path: Path, key: str) -> str:
    if path[:-1] and key in Survey.model_fields:
        return _move_up(key)
    known = tuple(_table_at(path[:-1]).model_fields)
    if near := get_close_matches(key, known, n=1):
        return f'did you mean "{near[0]}"?'
    return f"its keys are: {', '.join(known)}"


def _no_language(lang: str) -> str:
    return _move_up(lang) if lang in Survey.model_fields else "write its two small letters, such as en or sv"


def _move_up(key: str) -> str:
    return f'move "{key}" to the top, above the first line in brackets: below it, it belongs to what is in the brackets'


def _table_at(path: Path) -> type[BaseModel]:
    return Option if "options" in path else Question if "questions" in path else Task if "task" in path else Survey


def _toml(value: Any) -> str:
    """The value as it stands in the file, as far as a line of text can show it."""
    return json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, dict | list) else "a whole table"
