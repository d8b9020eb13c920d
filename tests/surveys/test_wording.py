import re
import tomllib
from pathlib import Path

import pytest

import bot.surveys.wording
from bot.surveys.definition import SCALES, ScaleName
from bot.surveys.filling import bracket_mistake, needed_names, placeholders
from bot.surveys.scales import label, legend
from bot.surveys.wording import LANGS, minutes_in, phrase, phrases, scale_words

BUTTONS = ("skip", "back", "human", "done")


def test_every_sentence_is_there_in_every_language_with_the_same_facts() -> None:
    english = {key: placeholders(text) for key, text in phrases("en").items()}
    for lang in LANGS:
        assert {key: placeholders(text) for key, text in phrases(lang).items()} == english, lang


def test_the_files_are_the_languages_and_hold_nothing_unread() -> None:
    files = sorted(Path(bot.surveys.wording.__file__).with_suffix("").glob("*.toml"))
    assert [file.stem for file in files] == sorted(LANGS)
    for file in files:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        assert data.keys() == {"sentences", "scales"}
        assert data["scales"].keys() == SCALES.keys()


@pytest.mark.parametrize("lang", LANGS)
def test_every_sentence_is_well_formed_and_short(lang: str) -> None:
    for key, text in phrases(lang).items():
        assert bracket_mistake(text) is None, key
        assert "  " not in text, key
        assert len(text) <= (40 if key in BUTTONS else 200), key


def test_a_sentence_is_filled_with_its_facts() -> None:
    assert phrase("ask_back_between", "sv", a="8", b="9") == "Vilket menade du: 8 eller 9?"
    assert phrase("reminder", "lv", shop="Kafo", minutes=minutes_in(2, "lv")).startswith("Neliels atgādinājums no Kafo")


def test_a_fact_that_is_not_given_is_a_mistake_of_ours_and_not_a_hole_in_a_sentence() -> None:
    for key, text in phrases("en").items():
        if needed_names(text):
            with pytest.raises(KeyError, match=key):
                phrase(key, "en")


@pytest.mark.parametrize("lang", ["de", "pt", "es", "pt-BR", "EN", "en-GB", "", "x"])
def test_people_of_other_languages_are_spoken_to_in_english(lang: str) -> None:
    assert phrase("skip", lang) == "Skip"
    assert label("csat5", 1, lang) == "Very dissatisfied"


def test_a_regional_variant_is_the_language() -> None:
    assert phrase("skip", "fr-CA") == "Passer"
    assert phrase("skip", "SV") == "Hoppa över"


def test_minutes_are_counted_as_each_language_does() -> None:
    assert [minutes_in(1, lang) for lang in LANGS] == ["1 minute", "1 minut", "1 minūti", "1 minute"]
    assert [minutes_in(2, lang) for lang in LANGS] == ["2 minutes", "2 minuter", "2 minūtes", "2 minutes"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", SCALES)
def test_every_point_of_every_scale_has_a_label_of_its_own_that_fits_on_a_button(name: ScaleName, lang: str) -> None:
    scale = SCALES[name]
    labels = [label(name, value, lang) for value in range(scale.low, scale.high + 1)]
    assert len(set(labels)) == len(labels)
    assert all(0 < len(text) <= 40 for text in labels)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", SCALES)
def test_a_legend_names_both_ends_and_fits_the_labels(name: ScaleName, lang: str) -> None:
    scale, words = SCALES[name], scale_words(name, lang)
    text = legend(name, lang)
    for value in (scale.low, scale.high):
        if name not in ("face5", "star5", "yes_no"):
            assert f"{value} = " in text
        if str(value) in words:
            assert words[str(value)].lower() in text


def test_scales_without_words_show_numbers_stars_and_faces() -> None:
    assert [label("nps", value, "sv") for value in (0, 10)] == ["0", "10"]
    assert label("star5", 4, "fr") == "⭐⭐⭐⭐"
    assert [label("face5", value, "lv") for value in range(1, 6)] == ["😞", "🙁", "😐", "🙂", "😃"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_to_write_stand_in_capitals_where_the_bot_names_them(lang: str) -> None:
    commands = re.findall(r"\b[^\W\d_a-zåäöéèāčēģīķļņšūž]{3,}(?: [^\W\d_a-zåäö]{3,})?\b", phrase("help_line", lang))
    assert len(commands) == 4
    assert any(word in phrase("photo_or_skip", lang) for word in commands)


def test_french_has_a_no_break_space_before_its_double_signs() -> None:
    for key, text in phrases("fr").items():
        assert not re.search(r"(?<![\u202f])[?!;]|(?<!\u00a0):", text), key
