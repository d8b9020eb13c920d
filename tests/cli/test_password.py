from __future__ import annotations

import io
import tomllib

import pytest

from bot.cli.main import main
from bot.config import Config, sample_config
from bot.console.passwords import fits


def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str) -> tuple[int | str | None, str, str]:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(SystemExit) as ended:
        main(["password"])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_the_line_it_writes_makes_the_password_the_consoles(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, line, _ = asked(monkeypatch, capsys, "correct horse\n")
    assert code == 0
    config = Config.model_validate(sample_config().model_dump(mode="json") | {"console": tomllib.loads(line)})
    assert config.console.password_hash is not None
    assert fits("correct horse", config.console.password_hash.get_secret_value())


def test_a_short_password_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, line, said = asked(monkeypatch, capsys, "short\n")
    assert (code, line) == (1, "")
    assert "too short" in said
