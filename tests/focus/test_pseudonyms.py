"""Names as they are really written: without their accents, with Latvian endings, as handles."""

from __future__ import annotations

import pytest

from bot.campaigns.focus.pseudonyms import without_names


@pytest.mark.parametrize(
    "name, said",
    [
        ("Hélène", "Helene, HELENE, Hélène's, He\u0301le\u0300ne"),
        ("Helene", "Hélène"),
        ("Åsa", "Asa, ASA"),
        ("Jānis", "Janis, Jāni, Jāņa, Jānim, Jani, Janim"),
    ],
)
def test_a_name_is_found_with_and_without_its_accents(name: str, said: str) -> None:
    found = without_names(said, [(1, name)], "lv")
    assert set(found.split(", ")) == {"P1"}


@pytest.mark.parametrize(
    "name, said",
    [
        ("Anna", "Anna, Annas, Annai, Annu, Annā"),
        ("Ilze", "Ilze, Ilzes, Ilzei, Ilzi, Ilzē"),
        ("Edgars", "Edgars, Edgara, Edgaram, Edgaru, Edgar"),
        ("Mārtiņš", "Mārtiņš, Mārtiņa, Mārtiņam, Mārtiņ"),
        ("Briedis", "Briedis, Brieža, Briedim, Briedi"),
        ("Krustkalps", "Krustkalps, Krustkalpam, Krustkalpa"),
    ],
)
def test_a_name_is_found_in_every_case_of_latvian(name: str, said: str) -> None:
    assert set(without_names(said, [(1, name)], "lv").split(", ")) == {"P1"}


def test_a_longer_word_that_begins_like_a_name_stays() -> None:
    assert without_names("Līgums, annotācija", [(1, "Līga"), (2, "Anna")], "lv") == "Līgums, annotācija"
    assert without_names("I like roses of Annabel", [(1, "Li Ross"), (2, "Anna")]) == "I like roses of Annabel"


def test_a_handle_that_is_no_name_is_left_out_and_an_address_is_no_handle() -> None:
    said = "@Anna and @kitty_99, not <@U0ANNA>: write to help@shop.example"
    assert without_names(said, [(1, "Anna")]) == "P1 and @…, not <@…>: write to help@shop.example"


def test_what_stands_between_names_stays_as_it_was_written() -> None:
    assert without_names("Ça va, Zoë? Très bien !", [(3, "Zoé")]) == "Ça va, P3? Très bien !"
