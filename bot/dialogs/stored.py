"""A dialog as JSON: what the dialog's row keeps between two steps. Defaults are left out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.dialogs.dialog import Dialog, DialogState

__all__ = ["dialog_from_json", "dialog_to_json"]


def dialog_to_json(dialog: Dialog) -> dict[str, Any]:
    """The state without `id`, `survey` and `state`, which the row has columns for."""
    data: dict[str, Any] = {"lang": dialog.lang, "answers": [[key, value] for key, value in dialog.answers.items()]}
    if dialog.facts:
        data["facts"] = dialog.facts
    for name in ("current", "asked", "asked_back", "lead", "said", "low"):
        if value := getattr(dialog, name):
            data[name] = value
    if dialog.picked:
        data["picked"] = list(dialog.picked)
    for name in ("asked_at", "told_at"):
        if moment := getattr(dialog, name):
            data[name] = moment.isoformat()
    return data


def dialog_from_json(data: dict[str, Any], *, id: int, survey: str, state: str) -> Dialog:
    asked_at, told_at = data.get("asked_at"), data.get("told_at")
    return Dialog(
        id=id,
        survey=survey,
        lang=data["lang"],
        facts=data.get("facts", {}),
        state=DialogState(state),
        answers={key: tuple(value) if isinstance(value, list) else value for key, value in data["answers"]},
        current=data.get("current", ""),
        asked=data.get("asked", 0),
        asked_at=datetime.fromisoformat(asked_at) if asked_at else None,
        asked_back=data.get("asked_back", False),
        lead=data.get("lead", ""),
        said=data.get("said", ""),
        told_at=datetime.fromisoformat(told_at) if told_at else None,
        picked=tuple(data.get("picked", ())),
        low=data.get("low", False),
    )
