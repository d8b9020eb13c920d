"""Panels and focus groups on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_campaign import run

PANEL = """\
name = "taste"
[about]
en = "new teas"
"""
GROUP = """\
name = "basket"
panel = "taste"
account = "{account}"
place = "-1001234567890"
join = "https://t.me/+AbCdEf"
at = {at:%Y-%m-%dT%H:%M:%S}
about = "a new basket"
questions = ["What do you notice first?"]
[concept]
text = "One basket."
[[seats]]
count = 4
"""
CONFIG = """\
[shop]
name = "Northlight"
url = "https://shop.example"
timezone = "Europe/Stockholm"
languages = ["en"]
[channels.chat]
kind = "webchat"
[channels.shop_bot]
kind = "telegram"
token = "1234567:customer-token_ABCDEFGHIJKLMNOPQRSTU"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "taste.toml").write_text(PANEL, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_of_a_panel_that_there_is_not_that_is_said_and_of_one_that_is_empty_how_to_fill_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "panel", "new", "taste.toml")[0] == 0
    for act in (("members", "sugar"), ("leave", "sugar", "anna"), ("invite", "sugar")):
        assert run(capsys, "panel", *act) == (1, 'there is no panel "sugar" see: makegood panel list')
    assert run(capsys, "panel", "members", "taste") == (0, 'Nobody is in "taste" yet. Invite to it: makegood panel invite taste')
    Path("orders.csv").write_text("order_id,customer_id,delivered_at\n1,7,2026-03-02\n", encoding="utf-8")
    assert run(capsys, "import", "orders.csv", "--kind", "delivery")[0] == 0
    assert run(capsys, "panel", "invite", "taste", "--yes")[0] == 0
    code, said = run(capsys, "panel", "invite", "taste")
    assert code == 1 and said == "they are being invited already, by panel-taste-1 follow it: makegood campaign status panel-taste-1"


def test_a_focus_group_is_planned_where_it_can_be_held_and_nothing_is_said_in_it_yet(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    run(capsys, "panel", "new", "taste.toml")
    file, at = folder / "basket.toml", datetime.now(UTC) + timedelta(days=7)
    file.write_text(GROUP.format(account="chat", at=at), encoding="utf-8")
    code, said = run(capsys, "group", "new", "basket.toml")
    assert code == 1 and 'is on Telegram, and there is no account "chat" there choose among shop_bot' in said
    file.write_text(GROUP.format(account="shop_bot", at=at), encoding="utf-8")
    assert run(capsys, "group", "new", "basket.toml")[0] == 0
    assert "nobody fits" in run(capsys, "group", "invite", "basket")[1], "its panel is empty"
    for look in ("transcript", "summary"):
        assert run(capsys, "group", look, "basket") == (0, "Nothing has been said in it")
