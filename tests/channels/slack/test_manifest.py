"""The manifest is what the channel needs, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from channels.slack.manifest import manifest

SHOP = '[shop]\nname = "Northlight"\nurl = "https://shop.example"\ntimezone = "UTC"\n'
SOCKET = 'kind = "slack"\nbot_token = "xoxb-{}"\napp_token = "xapp-1"\n'
HTTP = 'kind = "slack"\nbot_token = "xoxb-{}"\nmode = "http"\nsigning_secret = "00112233445566778899aabbccddeeff"\n'


def printed(capsys: pytest.CaptureFixture[str], folder: Path, config: str, *account: str) -> tuple[int | str | None, str, str]:
    file = folder / "config.toml"
    file.write_text(SHOP + config, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["slack", "manifest", *account, "--config", str(file)])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_the_app_of_the_only_account_goes_by_socket_mode(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, told, _ = printed(capsys, tmp_path, f"[channels.team]\n{SOCKET.format(1)}")
    app: dict[str, Any] = json.loads(told)
    assert code == 0
    assert app["display_information"]["name"] == "Northlight"
    assert app["settings"]["socket_mode_enabled"] and app["settings"]["interactivity"]["is_enabled"]
    assert "request_url" not in told and "xoxb" not in told
    events = set(app["settings"]["event_subscriptions"]["bot_events"])
    assert events == {"message.im", "app_home_opened", "app_uninstalled", "tokens_revoked"}
    assert app["features"]["app_home"]["home_tab_enabled"]
    assert app["features"]["app_home"]["messages_tab_enabled"] and not app["features"]["app_home"]["messages_tab_read_only_enabled"]
    assert [command["command"] for command in app["features"]["slash_commands"]] == ["/comment"]
    assert "commands" in app["oauth_config"]["scopes"]["bot"]


def test_the_staffs_app_by_http_names_its_address_and_its_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = (
        f'[server]\npublic_url = "https://feedback.example"\n[channels.team]\n{SOCKET.format(1)}[staff.channels.desk]\n{HTTP.format(2)}'
    )
    app = json.loads(printed(capsys, tmp_path, config, "desk")[1])
    url = "https://feedback.example/hooks/slack/desk"
    assert app["settings"]["event_subscriptions"]["request_url"] == app["settings"]["interactivity"]["request_url"] == url
    assert [(command["command"], command["url"]) for command in app["features"]["slash_commands"]] == [("/cases", url)]
    assert "commands" in app["oauth_config"]["scopes"]["bot"] and not app["settings"]["socket_mode_enabled"]


def test_which_account_is_asked_back_where_there_are_two(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, told = printed(capsys, tmp_path, f"[channels.team]\n{SOCKET.format(1)}[staff.channels.desk]\n{SOCKET.format(2)}")
    assert (code, told) == (1, "which account? Name one of: team, desk\n")


def test_without_an_account_it_is_told_what_to_write(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, told = printed(capsys, tmp_path, "")
    assert code == 1 and "[channels.shop_slack]" in told


def test_a_name_is_no_longer_than_slack_takes() -> None:
    app = manifest("A shop with a name that goes on and on", description="About")
    assert len(app["display_information"]["name"]) == 35
