"""Campaigns on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main

CAMPAIGN = """\
name = "spring"
survey = "relationship"
audience = "customer.tier == 'gold'"

[when]
cron = "0 10 * * mon"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spring.toml").write_text(CAMPAIGN, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code, and all that was said, in one line."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    return int(ended.value.code or 0), " ".join((said.out + said.err).split())


@pytest.mark.parametrize("arguments", [("campaign", "list"), ("campaign", "status", "spring"), ("poll", "list"), ("why", "C-1")])
def test_before_the_first_start_it_is_said_how_to_begin(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: tuple[str, ...]
) -> None:
    code, said = run(capsys, *arguments)
    assert (code, said) == (1, f"there is no database at {folder}/data/sample.db yet start Makegood once: makegood run")
