from __future__ import annotations

import tomllib

import pytest

from bot.toml.syntax import syntax_problem


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ("good = 1\nbad = yes", 2, "yes and no are true and false"),
        ('a = "open\nb = 1', 1, "close it on the same line"),
        ("[shop]\n[shop]", 2, "[shop] is there a second time; join the two"),
        ("a = 1\na = 2", 2, "keep one of the two"),
        ('path = "c:\\users"', 1, "written twice"),
        ("no equals sign", 1, "expected '=' after a key"),
        ("list = [1,\n2", 2, "this is not TOML"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line_and_remedy(text: str, line: int, remedy: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as raised:
        tomllib.loads(text)
    told = syntax_problem(raised.value, text)
    assert told[0] == line
    assert remedy in told[1]
