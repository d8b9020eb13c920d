"""Wordings are compared by what became of those who were asked."""

from __future__ import annotations

from types import SimpleNamespace

from bot.campaigns.comparing import compared, scored
from tests.campaigns.campaign import definition

WARM = [{"name": "warm", "hello": {"en": "Hello again from {shop}!"}}]


def test_those_who_never_were_asked_count_for_no_wording() -> None:
    counts = [
        (1, "relationship", "completed", "", 30),
        (1, "relationship", "sent", "link", 10),
        (1, "relationship", "expired", "", 60),
        (1, "relationship", "suppressed", "expired", 50),
        (1, "relationship", "unreachable", "the chat is gone", 5),
        (1, "spring-warm", "completed", "", 60),
        (1, "spring-warm", "declined", "stopped by the customer", 40),
        (1, "spring-warm", "planned", "per_day", 40),
    ]
    own, warm = compared(definition(wording=WARM), counts)
    assert [(one.name, one.asked, one.completed) for one in (own, warm)] == [("own", 100, 30), ("warm", 100, 60)]
    assert (own.differs, warm.differs) == (False, True)


def test_a_difference_that_may_be_chance_is_none() -> None:
    counts = [(1, survey, "completed", "", n) for survey, n in (("relationship", 30), ("spring-warm", 34))]
    counts += [(1, survey, "sent", "", n) for survey, n in (("relationship", 70), ("spring-warm", 66))]
    _, warm = compared(definition(wording=WARM), counts)
    assert warm.against_own is not None and not warm.differs


def test_scores_are_told_by_measure_and_wording_and_against_the_surveys_own() -> None:
    given = (("relationship", "nps", 9, 40), ("relationship", "nps", 3, 60), ("spring-warm", "nps", 10, 80), ("spring-warm", "ces", 7, 4))
    rows = [SimpleNamespace(survey=survey, measure=measure, score=score, n=n) for survey, measure, score, n in given]
    own, warm, ease = scored(definition(wording=WARM), rows)
    assert [(one.name, one.measure, one.measured.n) for one in (own, warm, ease)] == [
        ("own", "nps", 100),
        ("warm", "nps", 80),
        ("warm", "ces", 4),
    ]
    assert (round(own.measured.value), round(warm.measured.value)) == (-20, 100)
    assert warm.differs and not own.differs
    assert ease.measured.withheld and ease.against_own is None, "nobody answered that in the survey's own words"
