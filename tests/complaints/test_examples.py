"""The project's own labelled examples are what detection learns from and is kept to: a slip in them is learned too."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import bot.complaints
from bot.complaints.departments import DEPARTMENTS

FOLDER = Path(bot.complaints.__file__).parent / "examples"
FILES = sorted(FOLDER.glob("*.jsonl"))
SHIPPED = ("en", "fr", "lv", "sv")
ENOUGH = 300
A_FEW = 10

every_language = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
every_shipped_language = pytest.mark.parametrize("lang", SHIPPED)


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def complaints(lang: str) -> list[dict[str, Any]]:
    return [row for row in rows(FOLDER / f"{lang}.jsonl") if row["complaint"]]


def bare(text: str) -> str:
    """The text as it is compared: without capitals, spaces and marks, unless it consists of marks alone."""
    return re.sub(r"\W+", "", text.casefold()) or text


@every_language
def test_an_example_is_a_text_with_its_labels_and_nothing_else(file: Path) -> None:
    for row in rows(file):
        assert set(row) == {"text", "complaint", "severity", "departments"}, row
        assert isinstance(row["text"], str) and row["text"].strip(), row
        assert type(row["complaint"]) is bool and type(row["severity"]) is int, row


@every_language
def test_a_complaint_has_a_severity_and_a_known_department_and_anything_else_has_neither(file: Path) -> None:
    for row in rows(file):
        assert row["severity"] in (range(1, 5) if row["complaint"] else (0,)), row
        assert bool(row["departments"]) == row["complaint"], row
        assert set(row["departments"]) <= set(DEPARTMENTS), row
        assert len(set(row["departments"])) == len(row["departments"]), row


@every_language
def test_no_example_is_given_twice(file: Path) -> None:
    times = Counter(bare(row["text"]) for row in rows(file))
    assert [text for text, count in times.items() if count > 1] == []


@every_shipped_language
def test_a_shipped_language_has_enough_examples_of_complaints_and_of_everything_else(lang: str) -> None:
    found = rows(FOLDER / f"{lang}.jsonl")
    assert len(found) >= ENOUGH
    assert 0.4 < len(complaints(lang)) / len(found) < 0.65


@every_shipped_language
def test_a_shipped_language_has_complaints_of_every_severity_and_for_every_department(lang: str) -> None:
    found = complaints(lang)
    severities = Counter(row["severity"] for row in found)
    departments = Counter(name for row in found for name in row["departments"])
    assert {severity: severities[severity] for severity in range(1, 5) if severities[severity] < A_FEW} == {}
    assert {name: departments[name] for name in DEPARTMENTS if departments[name] < A_FEW} == {}
