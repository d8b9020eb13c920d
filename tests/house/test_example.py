"""`config.example.toml` explains every setting, can be copied as it is, and tells the truth about defaults."""

from __future__ import annotations

import itertools
import os
import re
import tomllib
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, load_config
from bot.console.passwords import hash_password
from bot.toml.places import Places
from tests.house.checkout import ROOT
from tests.house.settings import every_setting

EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
SECRETS = {
    "webhook_secret": "0123456789abcdef",
    "app_password": "abcd-efgh-ijkl-mnop",
    "access_token": "1234567-0123456789abcdef",
    "api_key": "0123456789abcdef",
    "api_secret": "0123456789abcdef",
    "access_secret": "0123456789abcdef",
    "app_token": "xapp-1-example",
    "signing_secret": "0123456789abcdef0123456789abcdef",
    "webshop": "0123456789abcdef",
    "secret": "0123456789abcdef",
    "password_hash": hash_password("an example", b"0123456789abcdef"),
}


def all_set() -> str:
    """The example with every key set: the # in front taken away, and secrets filled in."""
    text = re.sub(r"^#(?=\[|[a-z_]+ = )", "", EXAMPLE, flags=re.MULTILINE)
    for key, secret in SECRETS.items():
        text = text.replace(f'{key} = "…"', f'{key} = "{secret}"')
    tokens = itertools.count(1)
    text = re.sub(r'^bot_token = "…"', lambda _: f'bot_token = "xoxb-{next(tokens)}-example"', text, flags=re.MULTILINE)
    return re.sub(r'^token = "…"', lambda _: f'token = "{next(tokens)}:example"', text, flags=re.MULTILINE)


def line_of(path: tuple[str, ...]) -> int | None:
    keys = ("ask", 0, *path[1:]) if path[0] == "ask" else path
    try:
        reduce(lambda table, key: table[key], keys, tomllib.loads(all_set()))  # type: ignore[arg-type, return-value]
    except KeyError:
        return None
    return Places(all_set()).line(keys)


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("MAKEGOOD_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("setting", every_setting(), ids=".".join)
def test_every_setting_is_there_with_its_explanation_above_it(setting: tuple[str, ...]) -> None:
    line = line_of(setting)
    assert line is not None, f"{'.'.join(setting)} is not in config.example.toml"
    above = EXAMPLE.splitlines()[line - 2]
    assert re.match(r"# \S.*", above), f"no comment above {'.'.join(setting)}"


@pytest.mark.usefixtures("bare_environment")
def test_the_example_can_be_copied_and_used_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert load_config(file).channels["chat"].kind == "webchat"


@pytest.mark.usefixtures("bare_environment")
def test_the_example_loads_with_every_key_set(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(all_set(), encoding="utf-8")
    config = load_config(file)
    assert set(config.channels) == {"shop_bot", "chat", "team_slack", "shop_mastodon", "shop_x", "shop_bluesky"}
    assert config.touchpoints.secrets["webshop"].get_secret_value() == SECRETS["webshop"]


def test_a_secret_of_the_example_is_no_secret_and_so_not_taken() -> None:
    for key in ("token", "bot_token", *SECRETS):
        assert re.findall(rf"^#?{key} = (.*)$", EXAMPLE, re.MULTILINE) in (['"…"'], ['"…"', '"…"'])


def test_what_the_example_sets_is_the_default_where_there_is_one() -> None:
    example: dict[str, Any] = tomllib.loads(EXAMPLE)
    shop = {key: example["shop"][key] for key in ("name", "url", "timezone")}
    default = Config.model_validate({"shop": shop}).model_dump(mode="json")
    for section in set(example) - {"shop", "channels", "ask"}:
        for key, value in example[section].items():
            assert as_set(default[section][key], value) == value, f"[{section}] {key}"


def as_set(default: Any, value: Any) -> Any:
    """The default of what the example sets: a key that it leaves out has none to compare."""
    return {key: as_set(default[key], value[key]) for key in value} if isinstance(value, dict) else default
