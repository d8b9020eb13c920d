"""Telegram's rules for texts, keyboards and links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import CHOICE_REF_LIMIT, Choice, Layout
from channels.telegram.rules import CALLBACK_DATA_BYTES, cut, deep_link, keyboard_rows, start_token, units


def test_every_ref_of_a_choice_fits_into_callback_data() -> None:
    assert CHOICE_REF_LIMIT <= CALLBACK_DATA_BYTES


@pytest.mark.proves("lengths", "telegram", against="Hypothesis")
@given(st.text(max_size=300), st.integers(min_value=10, max_value=200))
def test_a_cut_text_never_exceeds_the_limit_and_begins_as_the_whole(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert units(shown) == len(shown.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert shown == text if units(text) <= limit else text.startswith(shown.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("the box was wet and torn", 20, "the box was wet and…"),
        ("the box was wet", 14, "the box was…"),
        ("Donaudampfschifffahrtsgesellschaftskapitänsmützenband", 50, "Donaudampfschifffahrtsgesellschaftskapitänsmützen…"),
        ("a😀b", 4, "a😀b"),
        ("a😀bc", 3, "a…"),
        ("ok 👍🏽!", 6, "ok…"),
        ("👩‍👩‍👧 family", 8, "…"),
        ("cafe\u0301s", 5, "caf…"),
    ],
)
def test_a_text_is_cut_with_care(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


def _labels(layout: Layout, *labels: str, asides: tuple[str, ...] = ()) -> list[list[str]]:
    choices = [Choice(f"a{n}", label) for n, label in enumerate(labels)] + [
        Choice(f"s{n}", label, aside=True) for n, label in enumerate(asides)
    ]
    return [[choice.label for choice in row] for row in keyboard_rows(choices, layout)]


def test_short_answers_lie_side_by_side_and_long_ones_do_not() -> None:
    assert _labels(Layout.ROW, "Yes", "Partly", "No") == [["Yes", "Partly", "No"]]
    assert _labels(Layout.ROW, "Very dissatisfied", "Very satisfied") == [["Very dissatisfied"], ["Very satisfied"]]
    assert _labels(Layout.COLUMN, "Yes", "No") == [["Yes"], ["No"]]


def test_a_long_scale_is_spread_evenly_over_two_rows() -> None:
    assert [len(row) for row in _labels(Layout.SCALE, *map(str, range(11)))] == [6, 5]
    assert [len(row) for row in _labels(Layout.SCALE, *map(str, range(1, 8)))] == [7]


def test_asides_lie_in_a_last_row() -> None:
    assert _labels(Layout.ROW, "1", "2", asides=("Skip", "Back", "A person")) == [["1", "2"], ["Skip", "Back", "A person"]]


def test_a_link_carries_what_a_start_hands_over() -> None:
    link = deep_link("shop_bot", "a1B2-c3_d4")
    assert link == "https://t.me/shop_bot?start=a1B2-c3_d4"
    assert start_token(f"/start {link.rpartition('=')[2]}") == "a1B2-c3_d4"


@pytest.mark.parametrize("token", ["", "x" * 65, "a b", "å", "a+b"])
def test_a_link_refuses_a_token_that_telegram_would_not_carry(token: str) -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        deep_link("shop_bot", token)
