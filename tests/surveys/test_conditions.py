import logging
import subprocess
import sys

import pytest

from bot.surveys.conditions import compiled, holds


def test_no_condition_always_holds() -> None:
    assert holds(None, {}, {})


@pytest.mark.parametrize(
    ("condition", "answers", "facts", "held"),
    [
        ("answers.csat <= 2", {"csat": 2}, {}, True),
        ("answers.csat <= 2", {"csat": 3}, {}, False),
        ("answers.made_good != 'yes'", {"made_good": "partly"}, {}, True),
        ("'size' in answers.wrong", {"wrong": ("colour", "size")}, {}, True),
        ("'size' in answers.wrong", {"wrong": ("colour",)}, {}, False),
        ("has(facts.late) && facts.late", {}, {"late": True}, True),
        ("facts.amount > 100.0", {}, {"amount": 120.5}, True),
        ("has(answers.csat)", {"csat": 0}, {}, True),
    ],
)
def test_a_condition_holds_or_not(condition: str, answers: dict[str, object], facts: dict[str, object], held: bool) -> None:
    assert holds(condition, answers, facts) is held


@pytest.mark.parametrize(
    "condition", ["answers.csat <= 2", "!(answers.csat <= 2)", "answers.csat != 5", "has(answers.csat)", "facts.late", "!facts.late"]
)
@pytest.mark.parametrize("answers", [{}, {"csat": None}])
def test_what_needs_an_absent_answer_or_fact_is_false_either_way_round(condition: str, answers: dict[str, object]) -> None:
    assert not holds(condition, answers, {"late": None})


def test_one_side_is_enough_where_it_decides() -> None:
    assert holds("answers.csat <= 2 || answers.price <= 2", {"csat": None, "price": 1}, {})
    assert holds("answers.price <= 2 || answers.csat <= 2", {"csat": None, "price": 1}, {})
    assert not holds("answers.csat <= 2 || answers.price <= 2", {"csat": None, "price": 3}, {})


@pytest.mark.parametrize(
    "condition", ["answers.csat > 'good'", "answers.csat", "answers.csat.words == 1", "unheard_of(1)", "answers.csat <="]
)
def test_a_condition_that_makes_no_sense_is_false_and_never_an_exception(condition: str) -> None:
    assert not holds(condition, {"csat": 5}, {})


def test_a_senseless_condition_is_logged_without_what_the_customer_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        holds("answers.words > 3", {"words": "my secret"}, {})
    assert "condition_undecidable" in caplog.text
    assert "my secret" not in caplog.text


def test_an_unreadable_condition_says_where() -> None:
    with pytest.raises(ValueError, match=r"<input>:1:16"):
        compiled("answers.csat <=")


def test_conditions_do_not_bring_a_console_along_and_the_whole_package_can_still_be_imported() -> None:
    """The package's own `__init__` imports its command line: 0.4 s before the first conditional question."""
    script = """
import sys
from bot.surveys.conditions import holds
assert holds("answers.csat == 1", {"csat": 1}, {})
assert "prompt_toolkit" not in sys.modules
import cel
assert cel.evaluate("1 + 1") == 2
assert holds("answers.csat == 2", {"csat": 2}, {})
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
