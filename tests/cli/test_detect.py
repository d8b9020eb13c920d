from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from bot.complaints.model.semantic import is_there

LINES = [
    '{"id": "a", "lang": "en", "text": "It never arrived."}',
    '{"id": 2, "text": "Allt var bra, tack", "rating": 5}',
    "not json",
    "[1]",
    '{"id": "c"}',
    '{"text": "no id"}',
    '{"id": "d", "text": "x", "rating": "5"}',
    "",
    '{"id": "e", "lang": "sv-SE", "text": "Varan var trasig"}',
]


def detect(*options: str, said: bytes) -> tuple[list[dict[str, Any]], str]:
    program = [sys.executable, "-c", "from bot.cli.main import main; main()", "detect", *options]
    ended = subprocess.run(program, input=said, capture_output=True, check=True)
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr.decode()


def test_each_line_is_judged_and_a_bad_one_is_named_while_the_rest_goes_on() -> None:
    found, told = detect(said="\n".join(LINES).encode() + b'\n{"id": 1, "text": "\xff"}\n')
    assert [row["id"] for row in found] == ["a", 2, "e"]
    assert [row["lang"] for row in found] == ["en", "sv", "sv"]
    assert [row["complaint"] >= 0.5 for row in found] == [True, False, True]
    assert found[0]["severity"] in range(1, 5)
    assert found[0]["departments"][0]["name"] == "delivery_speed"
    assert {row["tier"] for row in found} == {"core"}
    for number in (3, 4, 5, 6, 7, 10):
        assert f"line {number}: " in told
    assert "6 lines could not be read." in told
    assert "Traceback" not in told


@pytest.mark.skipif(not is_there(), reason="the extra `semantic` is not installed (it is for Linux on x86-64)")
def test_the_semantic_tier_tells_that_it_judged() -> None:
    found, _ = detect("--tier", "semantic", said=b'{"id": 1, "text": "Le colis est arriv\xc3\xa9 ab\xc3\xaem\xc3\xa9"}\n')
    assert found[0] | {"complaint": 1, "severity": 1, "departments": []} == {
        "id": 1,
        "lang": "fr",
        "complaint": 1,
        "severity": 1,
        "departments": [],
        "tier": "semantic",
    }
    assert found[0]["complaint"] > 0.5
