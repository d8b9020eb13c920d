from __future__ import annotations

import pytest

from bot.complaints.model import semantic
from bot.complaints.model.opinion import opinion
from bot.complaints.model.semantic import is_there, meaning
from bot.mistake import Mistake

installed = pytest.mark.skipif(not is_there(), reason="the extra `semantic` is not installed (it is for Linux on x86-64)")


@installed
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Three weeks on and I am yet to see any sign of the thing"),
        ("sv", "Tre veckor senare har jag inte sett röken av det jag betalade för"),
        ("fr", "Trois semaines plus tard, je n'en ai toujours pas vu la couleur"),
        ("pt", "três semanas depois e nem sombra do que comprei"),
    ],
)
def test_the_meaning_tells_a_complaint_in_any_language(lang: str, words: str) -> None:
    assert meaning().judge(words, lang).complaint > 0.5


@installed
@pytest.mark.parametrize("words", ["Everything was lovely, thank you", "Allt var underbart, tack", "Viss bija brīnišķīgi, paldies", ""])
def test_the_meaning_is_quiet_on_praise(words: str) -> None:
    assert not meaning().judge(words).sounds


@installed
def test_danger_in_plain_words_is_never_unsaid() -> None:
    words = "Lovely, wonderful, perfect, great, thank you, and it caught fire"
    assert opinion(words, "en").plain
    assert meaning().judge(words, "en").sounds


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "is_there", lambda: False)
    with pytest.raises(Mistake, match="not installed"):
        semantic.meaning.__wrapped__()
