from __future__ import annotations

from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from bot.config import ConfigProblems, load_config, sample_config
from bot.config.showing import lines
from tests.config.conftest import Written

TELEGRAM = '[channels.bot]\nkind = "telegram"\n'


def test_the_file_is_read_into_one_typed_object(written: Written) -> None:
    config = load_config(written('[policy]\nquiet_hours = "22:30-07:15"\nremind_after = "1d 12h"\n'))
    assert config.shop.timezone.key == "Europe/Riga"
    assert config.policy.quiet_hours == (time(22, 30), time(7, 15))
    assert config.policy.remind_after == timedelta(hours=36)


def test_quiet_hours_can_be_given_up(written: Written) -> None:
    assert load_config(written('[policy]\nquiet_hours = "none"')).policy.quiet_hours is None


def test_the_environment_wins_over_the_file(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEGOOD_SERVER__PORT", "9000")
    monkeypatch.setenv("MAKEGOOD_SHOP__LANGUAGES", "lv, en")
    monkeypatch.setenv("MAKEGOOD_CHANNELS__BOT__TOKEN", "7:from-environment")
    config = load_config(written(f'{TELEGRAM}token = "1:file"\n[server]\nport = 8000\nhost = "::1"'))
    assert config.server.address == "http://[::1]:9000"
    assert config.shop.languages == ("lv", "en")
    bot = config.channels["bot"]
    assert bot.kind == "telegram"
    assert bot.token.get_secret_value() == "7:from-environment"


def test_a_channel_can_come_from_the_environment_alone(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEGOOD_STAFF__CHANNELS__DESK__KIND", "telegram")
    monkeypatch.setenv("MAKEGOOD_STAFF__CHANNELS__DESK__TOKEN", "7:desk")
    assert load_config(written("")).staff.channels["desk"].token.get_secret_value() == "7:desk"


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("MAKEGOOD_SERVER__PORT", "eighty", '[server] port should be a whole number; it is "eighty"'),
        ("MAKEGOOD_POLICY__QUIET_HOUR", "x", '[policy] has no key "quiet_hour"; did you mean "quiet_hours"?'),
        ("MAKEGOOD_POLCY__REMINDERS", "1", "there is no section [polcy]; did you mean MAKEGOOD_POLICY__…?"),
        ("MAKEGOOD_SHOP", "x", "[shop] should be a section of its own"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    written: Written, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, text: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigProblems) as raised:
        load_config(written(""))
    (problem,) = str(raised.value).splitlines()
    assert problem.startswith(f"environment variable {variable}: ")
    assert text in problem


def test_without_a_file_the_sample_shop_is_in_force_under_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEGOOD_SERVER__PORT", "9000")
    assert load_config().server.port == 9000
    assert load_config().shop == sample_config().shop
    assert sample_config().server.port == 8000


def test_the_sample_shop_is_reached_from_this_machine_alone() -> None:
    config = sample_config()
    assert (config.server.host, config.console.sign_in) == ("127.0.0.1", "none")


def test_nothing_in_the_configuration_can_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        sample_config().server.port = 1  # type: ignore[misc]


def test_no_secret_shows_when_the_configuration_is_printed(written: Written) -> None:
    path = written(f'{TELEGRAM}token = "1:hunter2"\n[database]\nurl = "postgresql://root:hunter2@db/x"\n')
    config = load_config(path)
    shown = "\n".join(lines(config))
    assert "hunter2" not in repr(config) + str(config) + shown
    assert 'url = "postgresql://root:***@db/x"' in shown


def test_what_is_shown_can_be_read_again(written: Written) -> None:
    path = written('[policy]\nquiet_hours = "none"\n[[ask]]\ntouchpoint = "visit"\nsurvey = "website"\ndelay = "90m"\nat = "08:05"')
    config = load_config(path)
    path.write_text("\n".join(lines(config)), encoding="utf-8")
    assert load_config(path) == config
