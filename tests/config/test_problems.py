from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import ConfigProblems, load_config
from tests.config.conftest import SHOP, Written

FIRST = SHOP.count("\n") + 1
"""The line at which a test's own lines begin."""


def told(path: Path | None) -> list[str]:
    with pytest.raises(ConfigProblems) as raised:
        load_config(path)
    return str(raised.value).splitlines()


X_KEYS = """kind = "x"
api_key = "apikey0123456789"
api_secret = "apisecret0123456789"
access_secret = "accesssecret0123456789"
"""


@pytest.mark.parametrize(
    ("lines", "line", "text"),
    [
        ('[policy]\nquiet_hour = "21:00-09:00"', 1, '[policy] has no key "quiet_hour"; did you mean "quiet_hours"?'),
        ("[policy]\nzzz = 1", 1, '[policy] has no key "zzz"; its keys are quiet_hours, write_on_holidays,'),
        ("[polcy]\nreminders = 1", 0, "there is no section [polcy]; did you mean [policy]?"),
        ('[policy]\nquiet_hours = "9pm"', 1, 'should be a stretch of the day: two times and a hyphen, such as "21:00-09:00"'),
        ('[policy]\nquiet_hours = "09:00-09:00"', 1, 'should begin and end at different times; write "none"'),
        ('[policy]\nremind_after = "3 days"', 1, 'should be a length of time: write a number and its unit (w, d, h, m, s), such as "2h"'),
        ("[policy]\nreminders = 3", 1, "[policy] reminders should be less than or equal to 2; it is 3"),
        ("[policy]\nreminders = 1.5", 1, "[policy] reminders should be a whole number; it is 1.5"),
        ('[policy]\nopt_in = "perhaps"', 1, '[policy] opt_in should be true or false, without quotes; it is "perhaps"'),
        ('[logging]\nlevel = "warn"', 1, 'should be "debug", "info", "warning" or "error", not "warn"; did you mean "warning"?'),
        ('[server]\nport = "eighty"', 1, '[server] port should be a whole number; it is "eighty"'),
        ('server = "here"', 0, "[shop] has no key"),
        (
            '[channels.bot]\nkind = "telegrm"',
            1,
            '"telegram", "webchat", "slack", "mastodon", "x" or "bluesky", not "telegrm"; did you mean "telegram"?',
        ),
        ('[channels.bot]\ntoken = "1:a"', 0, "[channels.bot] kind is missing"),
        (
            '[channels.bot]\nkind = "telegram"',
            0,
            "token is missing; write it there, or set MAKEGOOD_CHANNELS__BOT__TOKEN in",
        ),
        ('[channels.bot]\nkind = "telegram"\ntoken = "abc"', 2, "should be a Telegram token"),
        (f'[channels.x]\n{X_KEYS}access_token = "abc0123456789abcdef"', 5, "should be digits, a hyphen, letters and digits, copied whole"),
        (f'[channels.x]\n{X_KEYS}access_token = "1-0123456789abcdef"\nbudget = 0', 6, "[channels.x] budget should be greater than 0"),
        ('[channels.bot]\nkind = "webchat"\ntokn = "x"', 2, '[channels.bot] has no key "tokn"'),
        ('[channels.Bot]\nkind = "webchat"', 0, '[channels] cannot have a "Bot": a name has lower-case letters'),
        ('[[ask]]\ntouchpoint = "delivery"\nsurvey = "x"\n[[ask]]\ntouchpoint = "visit"', 3, "[ask] survey is missing"),
        (
            '[[ask]]\ntouchpoint = "a"\nsurvey = "x"\ndelay = "30d"',
            3,
            '[ask] delay is so long that nobody would ever be asked; write less than [policy] stale_after = "30d"',
        ),
        ('[[ask]]\ntouchpoint = "a"\nsurvey = "x"\nat = "9.30"', 3, '[ask] at should be a time of day in quotes, from "00:00" to "23:59"'),
        ('[database]\nurl = "mysql://root@db/x"', 1, 'should be "sqlite:///FILE" or "postgresql://USER:PASSWORD@HOST/DATABASE"'),
        ('[touchpoints.secrets]\nshop = "short"', 1, "should have at least 16 characters; make one with"),
        ('[console]\npassword_hash = "hunter2"', 1, "should be what this command writes: makegood password"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy(written: Written, lines: str, line: int, text: str) -> None:
    (problem,) = told(written(lines))
    assert problem.startswith(f"config.toml, line {FIRST + line}: ")
    assert text in problem


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("url", '"shop.example"', "with its http:// or https://"),
        ("timezone", '"Europe/Stokholm"', 'such as "Europe/Stockholm"'),
        ("country", '"XX"', "two capital letters"),
        ("languages", '["english"]', "two small letters"),
        ("languages", "[]", "at least 1 item"),
        ("name", '""', "at least 1 character"),
    ],
)
def test_a_shop_that_cannot_be_is_refused(tmp_path: Path, key: str, value: str, remedy: str) -> None:
    lines = [line for line in SHOP.splitlines() if not line.startswith(key)] + [f"{key} = {value}"]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    (problem,) = told(path)
    assert f"line {len(lines)}: [shop] {key} should " in problem
    assert remedy in problem


def test_everything_wrong_is_said_at_once_in_the_order_of_lines(written: Written) -> None:
    problems = told(written("[policy]\nreminders = 9\nquiet_hour = 1\n[server]\nport = 0\n[nowhere]\nx = 1"))
    assert [problem.split(":")[0].rpartition(" ")[2] for problem in problems] == [str(FIRST + line) for line in (1, 2, 4, 5)]


def test_a_missing_section_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[server]\nport = 1", encoding="utf-8")
    assert told(path) == [f"{path}: [shop] is missing; write it there, or set MAKEGOOD_SHOP in the environment"]


@pytest.mark.parametrize(
    ("lines", "secret"),
    [
        ('[channels.bot]\nkind = "telegram"\ntoken = "oops hunter2"', "hunter2"),
        ('[channels.bot]\nkind = "telegram"\ntoken = "1:a"\nmode = "webhook"\nwebhook_secret = "hunter2"', "hunter2"),
        ('[touchpoints.secrets]\nshop = "hunter2"', "hunter2"),
        ('[console]\npassword_hash = "hunter2"', "hunter2"),
        ('[database]\nurl = "mysql://root:hunter2@db/x"', "hunter2"),
    ],
)
def test_a_wrong_secret_is_never_repeated(written: Written, lines: str, secret: str) -> None:
    assert secret not in "\n".join(told(written(lines)))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert told(tmp_path / "none.toml") == [
        f"{tmp_path / 'none.toml'}: there is no such file; copy config.example.toml and change what you need"
    ]


def test_a_folder_and_a_file_that_is_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    assert told(tmp_path) == [f"{tmp_path}: cannot be read: Is a directory"]
    assert told(tmp_path / "latin.toml") == [f"{tmp_path / 'latin.toml'}: is not UTF-8 text; save it as such"]
