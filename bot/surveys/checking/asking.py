"""The questions together: keys of their own, measures on their scales, and no longer than promised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.surveys.checking.draft import Draft
from bot.surveys.definition import QuestionKind
from bot.toml.places import Path

__all__ = ["check_asking"]

_SECONDS = {
    QuestionKind.SCALE: 8,
    QuestionKind.SINGLE: 8,
    QuestionKind.MULTIPLE: 12,
    QuestionKind.TEXT: 20,
    QuestionKind.PHOTO: 20,
}
"""A reckoning of ours: reading a line and tapping, ticking several, typing a sentence on a phone."""

_SCALES_OF = {"csat": ("csat5",), "nps": ("nps",), "ces": ("ces7",), "fcr": ("yes_no",)}
"""The scale that each measure's formula is defined on."""


def check_asking(draft: Draft) -> None:
    tables = draft.tables
    _check_unique(draft, ((("questions", number, "key"), table.get("key")) for number, table in tables), "question")
    _check_unique(draft, ((("questions", number, "measure"), table.get("measure")) for number, table in tables), "measure")
    for number, table in tables:
        options = table.get("options")
        entries = [option for option in options if isinstance(option, dict)] if isinstance(options, list) else []
        _check_unique(
            draft, ((("questions", number, "options", place, "key"), option.get("key")) for place, option in enumerate(entries)), "option"
        )
        _check_scale(draft, number, table)
    _check_time(draft)


def _check_unique(draft: Draft, named: Iterable[tuple[Path, object]], what: str) -> None:
    seen: dict[str, int] = {}
    for path, name in named:
        if not isinstance(name, str):
            continue
        if name in seen:
            message = f'the {what} "{name}" is there already, in line {seen[name]}'
            remedy = (
                "only one question can feed it: take the other one's measure away" if what == "measure" else "give each a key of its own"
            )
            draft.problem(path, message, remedy)
        else:
            seen[name] = draft.places.line(path) or 0


def _check_scale(draft: Draft, number: int, table: dict[str, Any]) -> None:
    path = ("questions", number, "measure")
    scales = _SCALES_OF.get(str(table.get("measure")))
    if scales and table.get("scale") not in scales:
        measure = table["measure"]
        draft.problem(path, f'{draft.name(path)} feeds the measure "{measure}" from another scale', f'write scale = "{scales[0]}"')
    path = ("questions", number, "purpose")
    if "purpose" in table and table.get("scale") != "yes_no":
        draft.problem(path, f"{draft.name(path)} asks for consent", 'write scale = "yes_no": consent is a yes or a no')


def _check_time(draft: Draft) -> None:
    kinds = [str(table.get("kind")) for _, table in draft.tables]
    seconds = sum(_SECONDS[QuestionKind(kind)] for kind in kinds if kind in set(QuestionKind))
    promised = draft.data.get("minutes", 2)
    if isinstance(promised, int) and seconds > promised * 60:
        needed = -(-seconds // 60)
        draft.problem(
            ("minutes",), f"the survey promises {promised} min. and takes about {needed}", f"ask less, or write minutes = {needed}"
        )
