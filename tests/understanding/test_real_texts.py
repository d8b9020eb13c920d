"""Real survey texts and posts, read as if they answered "how satisfied are you?": none becomes a number unless it says one.

The texts are not part of the project. Where they are missing, these tests are left out.
"""

import json
from pathlib import Path

import pytest

from bot.surveys.understanding import Command, understand
from tests.understanding.cases import QUESTIONS

DATA = Path(__file__).parents[3] / "shared" / "data"
ROWS = 1500
SCORED = ("4/5", "étoile", "etoile", "stars", "stjärn", "betyg", "note")


def texts(name: str) -> list[str]:
    file = DATA / f"{name}.dev.jsonl"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(ROWS), strict=False)]


def numbers_read(lang: str, name: str) -> list[tuple[object, str]]:
    """What became a number, except by words of the scale ("very satisfied") and by ratings that are plainly there."""
    read = [(understand(QUESTIONS["csat"], lang, text).value, text) for text in texts(name)]
    return [
        (value, text)
        for value, text in read
        if value is not None
        and "satis" not in text.lower()
        and "nöjd" not in text.lower()
        and not any(word in text.lower() for word in SCORED)
    ]


@pytest.mark.parametrize(
    ("lang", "name", "most"),
    [
        ("en", "nhs_fft_v6", 0.001),
        ("en", "airline_tweets", 0.001),
        ("en", "xci_complaints", 0.001),
        ("sv", "sv_reviews", 0.006),
        ("lv", "lv_tweets", 0.003),
        ("fr", "fr_shop_reviews", 0.003),
        ("pt", "olist_reviews", 0.002),
        ("de", "germeval2017_bahn", 0.002),
    ],
)
def test_prose_is_not_turned_into_scores(lang: str, name: str, most: float) -> None:
    found = numbers_read(lang, name)
    assert len(found) <= most * min(ROWS, len(texts(name))), found


def test_words_for_the_top_of_the_scale_agree_with_the_stars_that_were_given() -> None:
    file = DATA / "fr_shop_reviews.dev.jsonl"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    read = [(understand(QUESTIONS["csat"], "fr", row["text"]).value, row["rating"]) for row in rows if "satisfait" in row["text"].lower()]
    given = [rating for value, rating in read if value == 5]
    assert len(given) > 50
    assert sum(rating >= 4 for rating in given) / len(given) > 0.95


@pytest.mark.parametrize(("lang", "name"), [("en", "nhs_fft_v6"), ("sv", "sv_reviews"), ("lv", "lv_tweets"), ("fr", "fr_shop_reviews")])
def test_answers_in_own_words_are_hardly_ever_taken_for_commands(lang: str, name: str) -> None:
    commands = [(found, text) for text in texts(name) if (found := understand(QUESTIONS["text"], lang, text).command)]
    assert len(commands) <= 3, commands
    assert Command.STOP not in {command for command, _ in commands}, commands
