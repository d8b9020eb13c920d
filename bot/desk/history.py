"""A case's whole history as staff read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from textwrap import shorten
from typing import Any

from sqlalchemy import Row

from bot.complaints.card import Reader, customer_name, department_name, said_lines
from bot.complaints.words import STAFF_WORDS
from storage.queries.cases import CaseView

__all__ = ["author_name", "entry_lines", "history_text", "platform_name"]

_LATEST = 25
"""So many entries fit into one message."""
_WORDS = 140
"""Characters shown of what was said in one."""
Entry = Row[*tuple[Any, ...]]


def history_text(view: CaseView, reader: Reader, staff: Mapping[int, str]) -> str:
    """The latest entries in the order of time. `staff` are names by id."""
    department = department_name(view.case.department, reader.lang)
    title = STAFF_WORDS("history.title", reader.lang, name=customer_name(view, reader.lang), department=department)
    entries = view.entries[-_LATEST:]
    lines = [title]
    for entry in entries:
        line, *said = entry_lines(entry, reader, staff)
        lines += [line, *(f"   {shorten(words, _WORDS, placeholder=' …')}" for words in said)]
    return "\n".join(lines)


def entry_lines(entry: Entry, reader: Reader, staff: Mapping[int, str]) -> list[str]:
    """One entry: who did what when, then what was said."""
    data, lang = entry.data, reader.lang
    facts: dict[str, object] = {"to": department_name(str(data.get("to", "")), lang)}
    if "fix" in data:
        facts["fix"] = STAFF_WORDS(f"fix.{data['fix']}", lang)
    if "due" in data:
        facts["due"] = reader.moment(datetime.fromisoformat(data["due"]))
    if "what" in data:
        facts["what"], facts["why"] = (STAFF_WORDS(f"file_{name}.{data[name]}", lang) for name in ("what", "why"))
    if "left" in data:
        facts["left"], facts["on"] = (platform_name(data[name], lang) for name in ("left", "on"))
    if "answer" in data:
        facts["answer"] = STAFF_WORDS(f"made_good.{data['answer']}", lang)
    what = STAFF_WORDS(f"history.{entry.kind}", lang, **facts)
    line = STAFF_WORDS("history.line", lang, at=reader.moment(entry.at), who=author_name(entry.author, lang, staff), what=what)
    said = said_lines(entry, lang) if entry.author == "customer" and entry.kind != "made_good" else [entry.words] if entry.words else []
    sent = [f"📎 {STAFF_WORDS('file_what.' + data['media']['kind'], lang)}"] if entry.author != "customer" and "media" in data else []
    return [line, *said, *sent]


def author_name(author: str, lang: str, staff: Mapping[int, str]) -> str:
    """Who wrote an entry: the customer, a staff member by name, or the program."""
    kind, _, number = author.partition(":")
    if kind == "staff":
        return staff.get(int(number), STAFF_WORDS("history.somebody", lang))
    return STAFF_WORDS(f"history.{kind}", lang)


def platform_name(platform: str, lang: str) -> str:
    """The platform as a sentence names it."""
    key = f"platform.{platform}"
    return STAFF_WORDS(key, lang) if STAFF_WORDS.has(key, lang) else platform
