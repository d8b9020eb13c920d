from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.campaigns.as_text import as_text, text_like
from bot.campaigns.reading import CampaignProblems, read_campaign
from bot.mistake import Mistake
from bot.surveys.bank import bank
from storage.database import Database
from storage.surveys import SurveyVersion
from tests.campaigns.campaign import begun, definition
from tests.invitations.shop import Shop

GOOD = """\
name = "spring"
survey = "relationship"
audience = "customer.country == 'SE' && customer.lang == 'en'"
control = 0.1

[when]
at = 2026-04-01T10:00:00

[[wording]]
name = "warm"
[wording.hello]
en = "Hello again from {shop}! Write STOP to end this."
"""


def read(text: str) -> object:
    return read_campaign(text, bank().get)


def test_a_campaign_is_read_with_its_moment_its_limits_and_its_wordings() -> None:
    found = read_campaign(GOOD, bank().get)
    assert (found.arms, found.control, found.reminders) == (("own", "warm"), 0.1, 1)
    assert found.when.at is not None
    assert found.when.at.tzinfo is None


@pytest.mark.parametrize(
    ("wrong", "right", "line", "said"),
    [
        ("survey =", "survy =", 2, 'there is no key "survy"; write survey'),
        ('"relationship"', '"relations"', 2, 'there is no survey "relations"; write one that is ready (after-purchase, after-support,'),
        ("at = 2026-04-01T10:00:00", "at = 2026-04-01T10:00:00\nqota = 5", 8, 'no key "qota" under "when"; write quota above the first'),
        ('name = "warm"', 'name = "warm"\nper_day = 5', 11, 'no key "per_day" under "wording"; write per_day above the first line'),
        ("== 'SE'", "= 'SE'", 3, '"audience" cannot be read at its character 18; write == to compare'),
        ("&&", "and", 3, "write && for and"),
        ("== 'SE'", "== 'SE", 3, "write it like this: customer.country == 'SE'"),
        ("customer.country == 'SE' && customer.lang == 'en'", "customer.name", 3, '"audience" is neither true nor false; compare it with'),
        ("customer.country", "country", 3, "uses country; write customer.country"),
        ("0.1", "1.5", 4, '"control" cannot be 1.5; write control = 0.1'),
        ("10:00:00", "10:00:00Z", 7, '"at" should have no timezone'),
        ("at = 2026-04-01T10:00:00", 'cron = "10 1 * *"', 7, '"cron" should be five fields'),
        ("at = 2026-04-01T10:00:00", 'cron = "0 10 * * mon"\nafter = "delivery"', 6, "should say when, in one way"),
        ("at = 2026-04-01T10:00:00", 'at = 2026-04-01T10:00:00\ndelay = "2d"', 6, "count from a touchpoint"),
        ("at = 2026-04-01T10:00:00", 'after = "delivery"\ndelay = "two days"', 8, '"delay" should be a length of time'),
        ("at = 2026-04-01T10:00:00", 'cron = "0 10 * * 1"', 7, "should name weekdays, for 1 is Monday to some"),
        ("at = 2026-04-01T10:00:00", 'cron = "0 10 31 2 *"', 7, "names a day that never comes"),
        ('"Hello again from {shop}! Write STOP to end this."', '""', 12, "look at the examples in docs/campaigns.md"),
        ("control = 0.1", 'purpose = "surveyz"', 4, 'nobody can agree to "surveyz"; write "quote"'),
        ("{shop}", "{shp}", 12, '"hello" in en uses a fact "shp" that is not known; did you mean "shop"?'),
        ("{shop}", "{name}", 12, '"hello" in en has a hole where the name is not known'),
        ("Write STOP to end this.", "", 12, '"hello" in en does not say how to stop'),
        ("'en'", "'sv'", 11, '"hello" has no words in sv'),
        ("customer.lang == 'en'", "has(customer.tier)", 11, '"hello" has no words in sv'),
        (" && customer.lang == 'en'", "", 11, '"hello" has no words in fr, so that some would be counted under words that they never saw'),
        ('"warm"', '"own"', 9, '"wording" has two of one name'),
        ("control = 0.1", 'panel = "taste"\npurpose = "quote"', 4, '"panel" has members who have agreed to it, and needs no purpose'),
        ("at = 2026-04-01T10:00:00", 'cron = "0 25 * * *"', 7, '"cron" has a field that cannot be so: they are minute hour'),
        ("control = 0.1", 'expires = "1m"', 4, 'write expires = "7d", from "1h" to "365d"'),
        (
            "[wording.hello]",
            '[wording.thanks]\nen = "Tell others: https://reviews.example!"\n[wording.hello]',
            12,
            "leads only the content to",
        ),
        ('"spring"', '"customer-satisfaction-of-spring-2026"', 10, "shorten one of them: together they may have 39 letters"),
        ("en = ", "de = ", 11, 'the survey has no text in "de"; write its languages: en'),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_remedy(wrong: str, right: str, line: int, said: str) -> None:
    with pytest.raises(CampaignProblems) as told:
        read(GOOD.replace(wrong, right, 1))
    assert any(problem.line == line and said in str(problem) for problem in told.value.problems), told.value.problems


@pytest.mark.parametrize("rule", ["'gold'", "1", "touchpoint.kind", "touchpoint.days_ago", "size(customer.lang)", "customer.orders + 1"])
def test_a_rule_that_comes_out_as_a_word_or_a_number_is_no_condition(rule: str) -> None:
    with pytest.raises(CampaignProblems, match='line 3: "audience" is neither true nor false'):
        read(GOOD.replace("customer.country == 'SE' && customer.lang == 'en'", rule).partition("[[")[0])


@pytest.mark.parametrize(
    "rule",
    [
        "true",
        "customer.vip",
        "!customer.vip",
        "has(customer.tier)",
        "customer.orders > 5 ? customer.vip : customer.trial",
        "customer.tier in ['gold']",
        "customer.name.startsWith('A')",
        "customer['tier'] == 'gold'",
        "'tea' in customer.tags",
    ],
)
def test_a_rule_that_may_be_true_is_a_condition(rule: str) -> None:
    assert read(GOOD.replace("customer.country == 'SE' && customer.lang == 'en'", rule).partition("[[")[0])


def test_a_panel_is_not_asked_after_a_touchpoint() -> None:
    wrong = GOOD.replace("control = 0.1", 'panel = "taste"').replace("at = 2026-04-01T10:00:00", 'after = "delivery"')
    with pytest.raises(CampaignProblems, match='line 4: "panel" is not asked after a touchpoint'):
        read(wrong)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CampaignProblems, match="there is no such file"):
        read_campaign(tmp_path / "none.toml", bank().get)


async def test_a_campaign_whose_moment_has_passed_everywhere_is_not_scheduled(database: Database) -> None:
    at = {"at": "2026-03-02T10:00:00"}
    with pytest.raises(Mistake, match="2026-03-02 10:00, has passed everywhere"):
        await begun(database, datetime(2026, 3, 2, 22, 1, tzinfo=UTC), when=at)
    await begun(database, datetime(2026, 3, 2, 21, 59, tzinfo=UTC), when=at)


@pytest.mark.parametrize(("name", "wording"), [("after", "purchase"), ("spring", "new_look")])
async def test_a_wording_that_would_be_taken_for_another_survey_is_not_scheduled(shop: Shop, name: str, wording: str) -> None:
    """For one of the shop's own, or for what another campaign asks."""
    other = {"hello": {"en": "Hello again from {shop}! Would you tell us how we are doing?"}}
    await begun(shop.database, name="spring-new", wording=[{"name": "look", **other}])
    with pytest.raises(Mistake, match="already"):
        await begun(shop.database, name=name, wording=[{"name": wording, **other}])
    async with shop.database.read() as conn:
        assert set((await conn.execute(select(SurveyVersion.__table__.c.version))).scalars()) == {1}  # type: ignore[attr-defined]


async def test_another_campaign_like_one_of_a_long_name_can_be_kept_as_it_is(shop: Shop) -> None:
    hello = {"en": "Hello again from {shop}! Would you tell us how we are doing? Write STOP to end this."}
    await begun(
        shop.database,
        name="customer-satisfaction-in-spring",
        audience="customer.lang == 'en'",
        wording=[{"name": "warm", "hello": hello}, {"name": "friendly", "hello": hello}],
    )
    text = await shop.database.write(lambda conn: text_like(conn, "customer-satisfaction-in-spring"))
    assert text and read(text)


@pytest.mark.parametrize(
    "when",
    [
        {"at": "2026-04-01T18:00:00"},
        {"cron": "0 10 1 1,4,7,10 *", "rotate": 4},
        {"after": "delivery", "delay": "2d 30m", "time": "18:00"},
    ],
)
def test_a_campaign_written_out_again_is_the_same_campaign(when: dict[str, Any]) -> None:
    hello = 'Say "hi" to {shop}, \\ 100 %\nand write STOP.\x7f'
    wordings = [
        {"name": "warm", "hello": {"en": hello}},
        {"name": "short", "questions": {"nps": {"en": "Would you?"}}, "thanks": {"en": "Ta!"}},
    ]
    limits = {"sample": 0.5, "control": 0.1, "quota": 500, "per_day": 10, "reminders": 2, "expires": "3d", "own_language_only": True}
    whole = definition(when=when, audience="customer.lang == 'en' && customer.say != \"x\"", wording=wordings, **limits)
    assert read(as_text(whole)) == whole
    assert read(as_text(definition(when=when))) == definition(when=when)


def test_what_is_refused_in_a_file_stands_where_it_was_kept_before() -> None:
    kept = definition(when={"cron": "0 10 * * 1"}, purpose="club")
    assert (kept.when.cron, kept.purpose) == ("0 10 * * 1", "club")
