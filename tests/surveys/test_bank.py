import re
from pathlib import Path

import pytest

import bot.surveys.bank
from bot.surveys.bank import bank
from bot.surveys.conditions import holds
from bot.surveys.definition import Survey
from bot.surveys.filling import filled
from bot.surveys.reading import read_survey
from bot.surveys.wording import LANGS, minutes_in

FILES = sorted(Path(bot.surveys.bank.__file__).with_suffix("").glob("*.toml"))
ALL = pytest.mark.parametrize("survey", bank().values(), ids=bank())


def texts(survey: Survey, lang: str) -> list[str]:
    whole = [survey.title, survey.hello, survey.thanks, survey.thanks_low, *(question.text for question in survey.questions)]
    return [text[lang] for text in [*whole, *(option.text for question in survey.questions for option in question.options)]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_ready_survey_passes_the_checks_and_bears_its_files_name(file: Path) -> None:
    survey = read_survey(file)
    assert survey.name == file.stem
    assert bank()[file.stem] == survey


def test_the_bank_holds_the_surveys_of_the_field_with_their_questions() -> None:
    assert {name: [question.key for question in survey.questions] for name, survey in bank().items()} == {
        "after-purchase": [
            "csat",
            "delivery_speed",
            "delivery_condition",
            "product",
            "price",
            "what_went_wrong",
            "words",
            "needs",
            "quote",
        ],
        "after-support": ["solved", "csat", "ces", "speed", "words"],
        "comment-card": ["face", "words", "photo", "reply"],
        "made-good": ["made_good", "what_is_missing", "handling"],
        "product": ["csat", "used", "what_for", "easier", "improve"],
        "relationship": ["nps", "reason", "other_products", "switch", "improve"],
        "testimonial": ["words", "quote"],
        "trust": ["data", "promises", "safety", "reason"],
        "website": ["easy", "found", "checkout", "trouble"],
    }


@ALL
def test_a_ready_survey_takes_two_minutes_at_most_in_four_languages(survey: Survey) -> None:
    assert survey.minutes <= 2
    assert survey.langs == LANGS


@ALL
@pytest.mark.parametrize("lang", LANGS)
def test_every_text_reads_well_with_all_facts_and_with_none(survey: Survey, lang: str) -> None:
    known = {"shop": "Kafo", "minutes": minutes_in(survey.minutes, lang)}
    for facts in (known, {**known, "name": "Anna", "product": "A lamp", "agent": "Eva"}):
        for text in texts(survey, lang):
            told = filled(text, facts)
            assert not re.search(r"[{}\[\]|]|  |\(\)| [.,)]|,,", told), told
            assert told[-1] in ".!?”»" or len(told) < 60, told


@ALL
@pytest.mark.parametrize("lang", LANGS)
def test_the_greeting_says_who_asks_how_long_it_takes_and_how_to_stop(survey: Survey, lang: str) -> None:
    hello = survey.hello[lang]
    assert "{shop}" in hello
    assert "{minutes}" in hello
    assert ("STOPP" if lang == "sv" else "STOP") in hello


@ALL
@pytest.mark.parametrize("lang", LANGS)
def test_nobody_is_shouted_at_or_held_up_with_long_sentences(survey: Survey, lang: str) -> None:
    for text in texts(survey, lang):
        assert text.count("!") <= 2, text
        for sentence in re.split(r"[.!?:;] ", text):
            assert len(sentence.split()) <= 34, sentence


@ALL
def test_people_are_addressed_as_their_language_does_it_politely(survey: Survey) -> None:
    swedish, latvian, french = (" ".join(texts(survey, lang)) for lang in ("sv", "lv", "fr"))
    assert not re.search(r"\b(ni|er|ert|era)\b", swedish.lower())
    assert not re.search(r"\b(jūs|jums|jūsu|tu|tev|tavs)\b", latvian)
    assert not re.search(r"\b(tu|toi|ton|ta|tes)\b", french)


@ALL
def test_french_has_a_no_break_space_before_its_double_signs(survey: Survey) -> None:
    for text in texts(survey, "fr"):
        assert not re.search(r"(?<!\u202f)[?!;]|(?<!\u00a0):|« | »", text), text


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"csat": 5, "delivery_speed": 5, "delivery_condition": 4, "product": 5, "price": 4}, {"words"}),
        ({"csat": 5, "words": "Lovely!"}, {"words", "quote"}),
        ({"csat": 3, "words": "So so."}, {"words"}),
        ({"csat": 2}, {"what_went_wrong"}),
        ({"csat": 4, "delivery_speed": 1}, {"what_went_wrong", "words"}),
        ({"csat": 4, "delivery_speed": 1, "what_went_wrong": "Three weeks!"}, {"what_went_wrong"}),
        ({"csat": None, "price": 2}, {"what_went_wrong"}),
        ({"csat": None}, set()),
    ],
)
def test_after_a_purchase_blame_is_asked_after_and_praise_may_be_quoted(answers: dict[str, object], asked: set[str]) -> None:
    conditional = [question for question in bank()["after-purchase"].questions if question.when]
    assert {question.key for question in conditional if holds(question.when, answers, {})} == asked


def test_a_quote_needs_a_yes_and_a_no_is_no_complaint() -> None:
    quote = bank()["after-purchase"].question("quote")
    assert (quote.purpose, quote.scale, quote.complaint) == ("quote", "yes_no", False)


def test_likelihoods_of_buying_and_leaving_are_no_complaints() -> None:
    relationship = bank()["relationship"]
    assert [relationship.question(key).complaint for key in ("other_products", "switch")] == [False, False]


def test_what_is_missing_is_asked_unless_all_is_good() -> None:
    missing = bank()["made-good"].question("what_is_missing")
    assert [holds(missing.when, {"made_good": value}, {}) for value in ("yes", "partly", "no", None)] == [False, True, True, False]
