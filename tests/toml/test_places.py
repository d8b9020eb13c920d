from __future__ import annotations

import pytest

from bot.toml.places import Places

TEXT = '''\
first = 1
[shop]
name = "x"  # [not.a.table]
long = """
[nor.this]
"""
list = [
  1,
  { inner = 2 },
]
dotted.key = 3
[channels."a.b"]
kind = 1
[[ask]]
survey = "x"
[ask.deep]
z = 1
[[ask]]
survey = "y"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("first",), 1),
        (("shop",), 2),
        (("shop", "name"), 3),
        (("shop", "long"), 4),
        (("shop", "list", 1, "inner"), 7),
        (("shop", "dotted", "key"), 11),
        (("channels", "a.b", "kind"), 13),
        (("ask",), 14),
        (("ask", 0, "survey"), 15),
        (("ask", 0, "deep", "z"), 17),
        (("ask", 1), 18),
        (("ask", 1, "survey"), 19),
    ],
)
def test_every_key_has_the_line_it_stands_on(path: tuple[str | int, ...], line: int) -> None:
    assert Places(TEXT).line(path) == line


def test_a_missing_key_has_the_line_of_the_table_around_it() -> None:
    assert Places(TEXT).line(("shop", "missing", "deeper")) == 2


def test_a_key_of_no_table_has_no_line() -> None:
    assert Places(TEXT).line(("nowhere", "at_all")) is None
