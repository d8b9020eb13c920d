"""A `Say` and a `Heard` as JSON, as the outbox and the set-aside updates keep them. Defaults are left out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from channels.contract import Choice, Heard, HeardKind, Layout, Link, Media, MediaKind, Say

__all__ = ["heard_from_json", "heard_to_json", "media_to_json", "say_from_json", "say_to_json"]


def say_to_json(say: Say) -> dict[str, Any]:
    data: dict[str, Any] = {"text": say.text}
    if say.choices:
        data["choices"] = [_choice_to_json(choice) for choice in say.choices]
        data["layout"] = say.layout.value
    if say.link:
        data["link"] = [say.link.label, say.link.url]
    for name in ("picture", "file", "key", "edits", "again", "topic", "thread", "lang"):
        if value := getattr(say, name):
            data[name] = value
    if say.aloud:
        data["aloud"] = True
    return data


def _choice_to_json(choice: Choice) -> list[Any]:
    marks = ("p" if choice.picked else "") + ("a" if choice.aside else "")
    if choice.number is not None:
        return [choice.ref, choice.label, marks, choice.number]
    return [choice.ref, choice.label, marks] if marks else [choice.ref, choice.label]


def say_from_json(data: dict[str, Any]) -> Say:
    link = data.get("link")
    return Say(
        text=data["text"],
        choices=tuple(_choice_from_json(*choice) for choice in data.get("choices", ())),
        layout=Layout(data.get("layout", Layout.COLUMN)),
        link=Link(*link) if link else None,
        picture=data.get("picture", ""),
        file=data.get("file", 0),
        key=data.get("key", ""),
        edits=data.get("edits", ""),
        again=data.get("again", ""),
        topic=data.get("topic", ""),
        thread=data.get("thread", ""),
        aloud=data.get("aloud", False),
        lang=data.get("lang", ""),
    )


def _choice_from_json(ref: str, label: str, marks: str = "", number: int | None = None) -> Choice:
    return Choice(ref, label, "p" in marks, "a" in marks, number)


def heard_to_json(heard: Heard) -> dict[str, Any]:
    data = {name: value for name, value in asdict(heard).items() if value} | {"at": heard.at.isoformat()}
    return data | {"media": media_to_json(heard.media)} if heard.media else data


def media_to_json(media: Media) -> dict[str, Any]:
    return {name: value for name, value in asdict(media).items() if value or name == "ref"}


def heard_from_json(data: dict[str, Any]) -> Heard:
    media = data.get("media")
    return Heard(
        **data
        | {
            "kind": HeardKind(data["kind"]),
            "at": datetime.fromisoformat(data["at"]),
            "media": Media(**media | {"kind": MediaKind(media["kind"])}) if media else None,
        }
    )
