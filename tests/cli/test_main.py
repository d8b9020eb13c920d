from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.cli.lazy import Entry
from bot.cli.main import COMMANDS, main

OURS = ("bot.", "channels.", "storage.")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "--help")
    assert code == 0
    for command in COMMANDS:
        assert f"  {command.name}" in said
        assert command.help in " ".join(said.split())


def test_help_waits_for_no_command() -> None:
    program = "import sys; from bot.cli.main import main\ntry: main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr.split()
    ours = {name for name in modules if name.startswith(OURS)}
    assert ours == {"bot.cli", "bot.cli.lazy", "bot.cli.main", "bot.mistake"}
    assert not {"rich", "pydantic", "sqlalchemy"} & set(modules)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_loads_and_explains_itself(capsys: pytest.CaptureFixture[str], command: Entry) -> None:
    assert find_spec(command.module) is not None
    code, said, _ = run(capsys, command.name, "--help")
    assert code == 0
    assert said.startswith(f"Usage: makegood {command.name} ")


def test_a_mistyped_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = run(capsys, "confg")
    assert code == 2
    assert "Did you mean 'config'?" in said


def test_a_mistake_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, said = run(capsys, "config", "check", str(tmp_path / "none.toml"))
    assert code == 1
    assert said == f"{tmp_path / 'none.toml'}: there is no such file; copy config.example.toml and change what you need\n"


def test_config_check_tells_every_mistake(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[polcy]\n[server]\nport = 0\n", encoding="utf-8")
    code, _, said = run(capsys, "config", "check", str(file))
    assert code == 1
    assert len(said.splitlines()) == 3  # no shop, no such section, no such port


def test_config_check_praises_a_right_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "config", "check", "config.example.toml") == (0, "config.example.toml: all right\n", "")


def test_config_show_takes_config_toml_of_this_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert 'name = "Fjord & Field"' in run(capsys, "config", "show")[1]
    Path("config.toml").write_text('[shop]\nname = "Mine"\nurl = "https://a.example"\ntimezone = "UTC"\n', encoding="utf-8")
    assert 'name = "Mine"' in run(capsys, "config", "show")[1]


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "--version")
    assert code == 0
    assert said.startswith("makegood 0.")


def test_a_module_without_an_app_is_a_bug_and_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.config.app", "not a typer app")
    with pytest.raises(TypeError, match=r"bot\.cli\.config\.app is a typer\.Typer"):
        main(["config", "show"])
