from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHOP = '[shop]\nname = "Northlight"\nurl = "https://shop.example"\ntimezone = "Europe/Riga"\n'

Written = Callable[[str], Path]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests gets in."""
    for name in os.environ:
        if name.upper().startswith("MAKEGOOD_"):
            monkeypatch.delenv(name)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Writes `config.toml`: the smallest shop there can be, and below it the given lines."""
    monkeypatch.chdir(tmp_path)

    def write(lines: str) -> Path:
        Path("config.toml").write_text(SHOP + lines, encoding="utf-8")
        return Path("config.toml")

    return write
