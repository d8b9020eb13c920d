"""The arithmetic of the measures, against published figures and against a real survey."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.insight.measures import Interval, Measured, Scores, ces, csat, difference, fcr, nps, share, wilson
from bot.insight.outcomes import Outcomes

AIRPORT = Path(__file__).parents[3] / "shared" / "data" / "sfo2017_survey.jsonl"


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_the_interval_of_wilson(hits: int, n: int, low: float, high: float) -> None:
    interval = wilson(hits, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_the_difference_of_two_shares_has_the_interval_of_newcombe() -> None:
    # R. G. Newcombe, "Interval estimation for the difference between independent proportions", ibid., table II, method 10.
    for (a, m), (b, n), low, high in [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ]:
        one, other = share(a, m), share(b, n)
        assert one and other
        changed = difference(one, other)
        assert (round(changed.interval.low, 4), round(changed.interval.high, 4)) == (low, high)


def test_the_nps_of_a_real_survey_is_what_was_published() -> None:
    if not AIRPORT.exists():
        pytest.skip(f"the airport survey is not here: {AIRPORT}")
    answers = [json.loads(line)["nps"] for line in AIRPORT.read_text(encoding="utf-8").splitlines()]
    measured = nps(Counter(int(score) for score in answers if score is not None))
    assert measured
    assert (measured.n, round(measured.value, 1)) == (2746, 39.8)
    # The normal interval, from the variance of +1, 0 and −1 itself.
    marks = [(score >= 9) - (score <= 6) for score in answers if score is not None]
    mean = sum(marks) / len(marks)
    reach = 1.959964 * (sum((mark - mean) ** 2 for mark in marks) / len(marks) / len(marks)) ** 0.5
    assert measured.interval.low == pytest.approx(100 * (mean - reach), abs=0.001)
    assert measured.interval.high == pytest.approx(100 * (mean + reach), abs=0.001)


def test_few_answers_have_the_interval_that_resampling_gives() -> None:
    scores = {10: 7, 9: 2, 8: 3, 5: 4, 0: 1}
    marks = [1] * 9 + [0] * 3 + [-1] * 5
    rng = random.Random(17)
    draws = sorted(100 * sum(rng.choices(marks, k=17)) / 17 for _ in range(40_000))
    cuts = quantiles(draws, n=40)
    measured = nps(scores)
    assert measured
    assert measured.few
    assert measured.interval.low == pytest.approx(cuts[0], abs=0.01)
    assert measured.interval.high == pytest.approx(cuts[-1], abs=0.01)


def test_answers_that_all_agree_are_not_taken_for_certain() -> None:
    promoters, detractors, passives = nps({10: 6}), nps({3: 6}), nps({8: 6})
    assert promoters and detractors and passives
    assert promoters.value == 100
    assert promoters.interval.low < 50
    assert detractors.interval == Interval(-promoters.interval.high, -promoters.interval.low)
    assert passives.interval.low == -passives.interval.high < -30


def test_each_measure_counts_its_own_boxes() -> None:
    five, seven = {1: 2, 3: 3, 4: 4, 5: 1}, {4: 5, 5: 1, 6: 2, 7: 2}
    satisfied, easy, solved = csat(five), ces(seven), fcr({0: 3, 1: 9})
    assert satisfied and easy and solved
    assert (satisfied.value, satisfied.mean, satisfied.n) == (0.5, 3.2, 10)
    assert (easy.value, easy.n) == (0.5, 10)
    assert solved.value == 0.75


def test_without_answers_there_is_no_figure() -> None:
    assert csat({}) is nps({}) is ces({5: 0}) is share(0, 0) is None
    with pytest.raises(ValueError, match="no interval"):
        wilson(0, 0)


def test_four_answers_are_withheld_and_twenty_nine_are_few() -> None:
    told = {n: csat({5: n}) for n in (4, 5, 29, 30)}
    assert {n: (measured.withheld, measured.few) for n, measured in told.items() if measured} == {
        4: (True, True),
        5: (False, True),
        29: (False, True),
        30: (False, False),
    }


def test_partial_answers_count_in_the_second_response_rate_alone() -> None:
    outcomes = Outcomes(complete=40, partial=10, refused=5, silent=25, unopened=10, unreachable=10)
    assert outcomes.rr1 and outcomes.rr2
    assert (outcomes.rr1.value, outcomes.rr2.value, outcomes.rr1.n) == (0.4, 0.5, 100)
    assert Outcomes().rr1 is None


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 60), max_size=11))
def test_an_interval_always_holds_its_value_and_stays_on_the_scale(scores: Scores) -> None:
    for measured, least, most in ((nps(scores), -100, 100), (csat(scores), 0, 1)):
        if measured:
            assert least <= measured.interval.low <= measured.value <= measured.interval.high <= most


def test_a_change_within_chance_holds_zero_and_a_large_one_does_not() -> None:
    def measured(scores: Scores) -> Measured:
        found = nps(scores)
        assert found
        return found

    before = measured({10: 50, 8: 30, 2: 20})
    assert 0 in difference(measured({10: 53, 8: 30, 2: 17}), before).interval
    assert 0 not in difference(measured({10: 80, 8: 15, 2: 5}), before).interval
