"""Whole conversations, as readable files. `pytest --update` rewrites them; the difference is then read by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogs.transcript import played

CONVERSATIONS = sorted((Path(__file__).parent / "conversations").glob("*.txt"))


@pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path, pytestconfig: pytest.Config) -> None:
    text = file.read_text(encoding="utf-8")
    now = played(text)
    if pytestconfig.getoption("--update"):
        file.write_text(now, encoding="utf-8")
    assert now == text or pytestconfig.getoption("--update"), "run pytest --update and read the difference"
