"""What an author may write, and what each platform's limits say to it before anything is posted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.campaigns.polls.definition import read_poll
from bot.campaigns.written import Problems
from bot.config import load_config
from bot.poll_accounts import poll_rules_of
from channels.customers.telegram.polls import POLL_RULES

GOOD = """name = "colour"
question = "Which colour shall the next mug have?"
options = ["Blue", "Green"]
closes = "3d"

[[place]]
account = "shop_bot"
place = "@shopnews"
"""
RULES = {"shop_bot": POLL_RULES}


def wrong(text: str) -> list[str]:
    with pytest.raises(Problems) as raised:
        read_poll(text, RULES)
    return [str(problem) for problem in raised.value.problems]


def test_a_poll_that_every_platform_takes_is_read() -> None:
    read = read_poll(GOOD, RULES)
    assert read.options == ("Blue", "Green") and read.anonymous and not read.multiple
    assert read.anonymous_at(read.place[0])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('"@shopnews"', '"shopnews"', 'the poll, line 8: "shopnews" is no place there; write "@yourgroup", or the number'),
        ('"@shopnews"', '"@shopnews/ideas"', 'line 8: "@shopnews/ideas" is no place there; write "@yourgroup", or the number'),
        ('"shop_bot"', '"shop"', 'the poll, line 7: there is no account "shop" that can post polls; choose among shop_bot'),
        ('"Which colour', '"' + 300 * "o", "the poll, line 2: the question has 325 characters, and 300 are the most for the account"),
        ('"Green"', f'"{101 * "e"}"', "has 101 characters, and an option has at most 100 for the account"),
        ('["Blue", "Green"]', '["Blue"]', 'line 3: "options" cannot be'),
        ('["Blue", "Green"]', '["Blue", "blue"]', 'line 3: "options" has one of them twice; write each once'),
        ('"3d"', '"3 minutes"', 'line 4: "closes" should be a length of time'),
        ('"3d"', '"31d"', 'line 4: "closes" cannot be'),
        ("options", "option", 'there is no key "option"; write options'),
        ("[[place]]", "[place]", 'line 6: "place" cannot be'),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_its_remedy(before: str, after: str, told: str) -> None:
    assert told in "\n".join(wrong(GOOD.replace(before, after, 1)))


def test_the_example_of_the_documentation_is_right() -> None:
    page = (Path(__file__).parents[2] / "docs/polls.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    assert read_poll(example, {**RULES, "shop_slack": POLL_RULES}).name == "next-colour"


def test_the_sample_shop_s_accounts_without_public_places_have_no_polls() -> None:
    assert poll_rules_of(load_config(None)) == {}


def test_what_is_too_short_or_too_long_is_told_as_it_was_written() -> None:
    assert wrong(GOOD.replace('["Blue", "Green"]', '["Blue"]').replace('"3d"', '"60d"')) == [
        'the poll, line 3: "options" cannot be written so; write options = ["Blue", "Green"], 2 to 10 of them in square brackets',
        'the poll, line 4: "closes" cannot be \'60d\'; write closes = "3d", from "5m" to "30d"',
    ]
