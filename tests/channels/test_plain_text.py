"""Dialogs without buttons: what stands there, and that what it tells people to write is understood."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogs.asking import ask, option_values
from bot.dialogs.dialog import Dialog
from bot.surveys.bank import bank
from bot.surveys.definition import Question, QuestionKind, Survey
from bot.surveys.understanding import Command, understand, understand_command
from bot.surveys.wording import phrase
from channels.contract import Choice, Layout, Link, Say
from channels.plain_text import in_pieces, in_plain_text, start_token

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SATISFIED = ("Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied")
FACTS = {"shop": "Northlight", "name": "Anna"}

SAID = {
    "words alone": (Say("Thank you!"), "Thank you!"),
    "a scale whose labels bear their numbers": (
        Say("How was it?", tuple(Choice(f"q.{n}", f"{n} – {words}", number=n) for n, words in enumerate(SATISFIED, 1)), lang="en"),
        "How was it?\n\nWrite a number:\n1 – Very dissatisfied\n2 – Dissatisfied\n3 – Neither\n4 – Satisfied\n5 – Very satisfied",
    ),
    "numbers alone in one line": (
        Say("How likely?", tuple(Choice(f"q.{n}", str(n), number=n) for n in range(11)), Layout.SCALE, lang="sv"),
        "How likely?\n\nSkriv en siffra:\n0 · 1 · 2 · 3 · 4 · 5 · 6 · 7 · 8 · 9 · 10",
    ),
    "stars asked back keep their own numbers": (
        Say("Which?", (Choice("q.4", "⭐⭐⭐⭐", number=4), Choice("q.5", "⭐⭐⭐⭐⭐", number=5)), lang="fr"),
        "Which?\n\nÉcrivez un chiffre :\n4 – ⭐⭐⭐⭐\n5 – ⭐⭐⭐⭐⭐",
    ),
    "a label that begins with another number": (
        Say("Which?", (Choice("q.1", "10 eggs", number=1),), lang="en"),
        "Which?\n\nWrite a number:\n1 – 10 eggs",
    ),
    "several of a list, which need no word for the end": (
        Say("What?", (Choice("a", "Late", number=1), Choice("b", "Broken", number=2), Choice("d", "Done")), lang="en"),
        "What?\n\nWrite the numbers of all that fit, for example 1, 3:\n1 – Late\n2 – Broken",
    ),
    "yes and no in words, asides below": (
        Say(
            "Was it solved?",
            (Choice("y", "Yes"), Choice("n", "No"), Choice("s", "Skip", aside=True), Choice("h", "Talk to a person", aside=True)),
            Layout.ROW,
            lang="en-GB",
        ),
        "Was it solved?\n\nWrite one of these:\nYes · No\n\nOr write: Skip · Talk to a person",
    ),
    "a language that we do not speak": (
        Say("¿Sí?", (Choice("y", "Sí"), Choice("n", "No"), Choice("s", "Saltar", aside=True)), Layout.ROW, lang="es"),
        "¿Sí?\n\nSí · No\n\nSaltar",
    ),
    "a picture and a link": (
        Say("This idea?", link=Link("Read more", "https://shop.example/idea"), picture="https://shop.example/idea.jpg"),
        "This idea?\n\nhttps://shop.example/idea.jpg\n\nRead more: https://shop.example/idea",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_all_that_is_said_stands_there_in_words(case: str) -> None:
    say, expected = SAID[case]
    assert in_plain_text(say) == expected


def _questions() -> list[tuple[Survey, Question]]:
    written = (QuestionKind.TEXT, QuestionKind.PHOTO)
    return [(survey, question) for survey in bank().values() for question in survey.questions if question.kind not in written]


@pytest.mark.proves("numbers in words", "x", "mastodon", against="Hypothesis")
@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
@pytest.mark.parametrize(("survey", "question"), _questions(), ids=lambda one: one.name if isinstance(one, Survey) else one.key)
def test_whatever_a_question_says_to_write_is_understood_as_that_choice(survey: Survey, question: Question, lang: str) -> None:
    _, say = ask(survey, Dialog(1, survey.name, lang, FACTS), question, NOW)
    answers = [choice for choice in say.choices if not choice.aside]
    for value, choice in zip(option_values(question), answers, strict=False):
        expected = (value,) if question.kind is QuestionKind.MULTIPLE else value
        written = choice.label if choice.number is None else str(choice.number)
        assert understand(question, lang, written).value == expected, written


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
def test_the_words_beside_the_answers_are_understood(lang: str) -> None:
    found = {key: understand_command(lang, phrase(key, lang)) for key in ("skip", "back", "human")}
    assert found == {"skip": Command.SKIP, "back": Command.BACK, "human": Command.HUMAN}


def test_a_doubt_offers_the_scores_own_numbers() -> None:
    survey, question = next((survey, question) for survey, question in _questions() if question.scale == "nps")
    _, say = ask(survey, Dialog(1, survey.name, "en", FACTS), question, NOW, among=(8, 9))
    assert in_plain_text(say).endswith("Write a number:\n8 · 9\n\nOr write: Skip · Talk to a person")


def test_a_text_is_parted_where_it_reads_best() -> None:
    assert list(in_pieces("Hello.\n\nHow was it?\n1\n2", 100)) == ["Hello.\n\nHow was it?\n1\n2"]
    assert list(in_pieces("Hello.\n\nHow was it?\n1\n2", 18)) == ["Hello.", "How was it?\n1\n2"]
    assert list(in_pieces("one\ntwo three", 9)) == ["one", "two three"]
    assert list(in_pieces("One. Two three", 9)) == ["One.", "Two three"]
    assert list(in_pieces("one two three", 9)) == ["one two", "three"]
    assert list(in_pieces("abcdefgh", 3)) == ["abc", "def", "gh"]


@given(st.text("ab \n", max_size=200), st.integers(1, 30))
def test_no_piece_is_too_long_and_no_word_is_lost(text: str, limit: int) -> None:
    pieces = list(in_pieces(text, limit))
    assert all(len(piece) <= limit for piece in pieces) and (all(pieces) or pieces == [""])
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("start", ""),
        ("/start", ""),
        ("START hGq7-_xYzAbCdEfGhIjK12", "hGq7-_xYzAbCdEfGhIjK12"),
        ("start tomorrow", None),
        ("I start hGq7-_xYzAbCdEfGhIjK12", None),
        ("", None),
    ],
)
def test_a_start_is_told_from_the_word(text: str, token: str | None) -> None:
    assert start_token(text) == token
