"""What the bot tells people to write, and what its buttons say, is understood when they write it."""

import pytest

from bot.surveys.bank import bank
from bot.surveys.definition import SCALES, Question, QuestionKind, ScaleName
from bot.surveys.scales import label
from bot.surveys.understanding import understand
from bot.surveys.understanding.understood import Command
from bot.surveys.wording import LANGS, phrase

OFFERED = {
    "en": ("SKIP", "BACK", "STOP", "HUMAN"),
    "sv": ("HOPPA ÖVER", "TILLBAKA", "STOPP", "MÄNNISKA"),
    "lv": ("IZLAIST", "ATPAKAĻ", "STOP", "CILVĒKS"),
    "fr": ("PASSER", "RETOUR", "STOP", "HUMAIN"),
}
COMMANDS = (Command.SKIP, Command.BACK, Command.STOP, Command.HUMAN)


def asked(scale: ScaleName) -> Question:
    return Question(key="q", kind=QuestionKind.SCALE, scale=scale, text={"en": "How?"})


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("survey", bank())
def test_the_words_of_the_help_line_are_commands_at_every_question(lang: str, survey: str) -> None:
    for question in bank()[survey].questions:
        for word, command in zip(OFFERED[lang], COMMANDS, strict=True):
            assert word in phrase("help_line", lang)
            for text in (word, word.lower(), word.capitalize()):
                assert understand(question, lang, text).command is command, (question.key, text)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("key", "command"), [("skip", Command.SKIP), ("back", Command.BACK), ("human", Command.HUMAN)])
def test_a_button_s_label_typed_instead_of_tapped_is_the_same_command(lang: str, key: str, command: Command) -> None:
    assert understand(asked("csat5"), lang, phrase(key, lang)).command is command


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_s_label_typed_is_that_point_of_the_scale(lang: str, scale: ScaleName) -> None:
    points = range(SCALES[scale].low, SCALES[scale].high + 1)
    assert {label(scale, value, lang): understand(asked(scale), lang, label(scale, value, lang)).value for value in points} == {
        label(scale, value, lang): value for value in points
    }
    for value in points:
        assert understand(asked(scale), lang, str(value)).value == value


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("survey", bank())
def test_an_option_s_text_typed_is_that_option(lang: str, survey: str) -> None:
    for question in bank()[survey].questions:
        for option in question.options:
            assert understand(question, lang, option.text[lang]).value == option.key
