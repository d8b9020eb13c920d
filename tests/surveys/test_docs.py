"""What docs/surveys.md says is so."""

import re
from pathlib import Path

from bot.surveys.bank import bank
from bot.surveys.checking.texts import LIMITS
from bot.surveys.conditions import compiled
from bot.surveys.definition import FACTS, SCALES, Question, Survey
from bot.surveys.reading import read_survey

DOCS = (Path(__file__).parents[2] / "docs" / "surveys.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOCS.partition(f"# {title}\n")[2].partition("\n#")[0]


def rows(title: str) -> dict[str, str]:
    """Rows of a table by their first cell."""
    lines = re.findall(r"^\| (.+?) \| (.+) \|$", section(title), re.MULTILINE)
    return dict(lines[1:])


def test_its_example_is_a_survey_without_mistakes() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    assert read_survey(example).name == "workshop"


def test_it_explains_every_key() -> None:
    assert set(re.findall(r"`\[*(?:questions\.)?(\w+)", " ".join(rows("Keys of the survey")))) == set(Survey.model_fields)
    assert set(re.findall(r"`\[*(?:questions\.)?(\w+)", " ".join(rows("Keys of a question")))) == {*Question.model_fields}


def test_its_limits_scales_facts_and_surveys_are_the_true_ones() -> None:
    assert {name.strip("`") for name in rows("Scales")} == set(SCALES)
    for name, scale in SCALES.items():
        low = rows("Scales")[f"`{name}`"].rpartition(" | ")[2]
        low_scores = [score for score in range(scale.low, scale.high + 1) if score <= scale.low_score]
        assert [int(score) for score in re.findall(r"\d+", low)] in (low_scores, [*low_scores[:1], *low_scores[-1:]])
    assert set(re.findall(r"`(\w+)`", section("Facts in texts").partition("Known to every survey:")[2].partition(". A fact")[0])) == FACTS
    assert {name.strip("`") for name in rows("Surveys")} == bank().keys()
    for limit in LIMITS.values():
        assert f"at most {limit} characters" in DOCS or f"of at most {limit} characters" in DOCS


def test_its_conditions_can_be_read() -> None:
    conditions = [cell.strip("`").replace("\\|", "|") for cell in rows("Conditions")]
    assert len(conditions) == 5
    for condition in conditions:
        assert compiled(condition).variables()
