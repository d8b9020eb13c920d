from __future__ import annotations

import pytest

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.detection import detect
from bot.complaints.model.evidence import EVIDENCE, evidence
from bot.complaints.model.grams import BUCKETS, LONGEST, buckets, plain
from bot.complaints.model.heads import ZERO, Heads, shipped
from bot.complaints.model.opinion import COMPLAINT_FROM, opinion, with_rating

EVERYDAY = [
    ("en", ["4", "five", "no", "yes", "ok", "fine", "nothing", "hello", "thanks", "A friend told me", "the red one", "about an 8 I guess"]),
    ("sv", ["4", "nej", "ja", "ok", "inget", "hej", "tack", "vet inte", "den röda"]),
    ("lv", ["4", "nē", "jā", "labi", "nekas", "sveiki", "paldies", "nezinu"]),
    ("fr", ["4", "oui", "ok", "rien", "bonjour", "merci", "je ne sais pas"]),
    ("pt", ["sim", "ok", "bom"]),
]
INDIRECT = [
    ("en", "Shorten the waiting times"),
    ("en", "great kettle, but the lid was broken"),
    ("en", "It would have been nice if somebody had answered my emails"),
    ("pt", "adorei a loja, só que demorou um mês pra chegar"),
]
LANGUAGES = [
    ("en", "My parcel never arrived and nobody answers"),
    ("sv", "Paketet kom aldrig fram och ingen svarar"),
    ("lv", "Paciņa joprojām nav pienākusi un neviens neatbild"),
    ("fr", "Le colis n'est jamais arrivé et personne ne répond"),
    ("pt", "o produto não chegou e ninguém responde"),
    ("de", "Das Paket kam nie an und niemand antwortet"),
    ("es", "El paquete no llegó y nadie contesta"),
]


@pytest.mark.parametrize(("lang", "answers"), EVERYDAY)
def test_everyday_answers_are_no_complaints(lang: str, answers: list[str]) -> None:
    assert [answer for answer in answers if opinion(answer, lang).sounds] == []


@pytest.mark.parametrize(("lang", "words"), INDIRECT)
def test_a_complaint_that_no_rule_names_is_found(lang: str, words: str) -> None:
    assert detect(lang, words) is not None


@pytest.mark.parametrize(("lang", "words"), LANGUAGES)
def test_the_language_is_seen_where_nobody_says_it(lang: str, words: str) -> None:
    assert opinion(words).lang == lang


def test_the_model_alone_calls_no_lead() -> None:
    finding = detect("en", "absolutely the worst and most disgusting customer experience of my entire life, appalling people")
    assert finding is not None
    assert finding.severity < 4


def test_every_department_has_a_probability_and_the_likeliest_stands_first() -> None:
    told = opinion("I was charged twice on my card", "en").departments
    assert set(told) == set(DEPARTMENTS)
    assert list(told.values()) == sorted(told.values(), reverse=True)
    assert next(iter(told)) == "price_billing"


def test_a_low_rating_speaks_for_a_complaint_and_a_high_one_against_none() -> None:
    assert with_rating(0.4, 1) > COMPLAINT_FROM
    assert with_rating(0.4, 5) == with_rating(0.4, None) == 0.4
    assert with_rating(0.4, -3) == 0.4, "a number of another scale says nothing"
    assert with_rating(1.0, 1) == pytest.approx(1.0)


def test_names_links_and_amounts_are_masked_and_case_and_accents_do_not_matter() -> None:
    assert plain("DÉÇU de @Shop, 1234 € https://x.example/a").split() == ["decu", "de", "@", ",", "0", "€", "@"]
    assert buckets("DÉÇU") == buckets("decu")
    assert buckets("sooooooo") == buckets("sooo")


def test_the_same_text_falls_into_the_same_buckets_everywhere() -> None:
    """The weights are of no use where the hashes differ: other Pythons, other processors."""
    assert buckets("ok") == [24927, 32551, 37745, 56647, 60662, 77741, 100933, 109318]


def test_of_a_long_text_the_beginning_and_the_end_are_read() -> None:
    text = "begin " + "x y " * 2000 + "end"
    assert len(plain(text)) <= LONGEST + 1
    assert plain(text).startswith("begin")
    assert plain(text).endswith("end")
    assert all(0 <= bucket < BUCKETS for bucket in buckets(text))


@pytest.mark.parametrize("text", ["", "\0", "\ud83d", "😡" * 500, "a" * 100_000, "İ", "\u0301"])
def test_any_text_can_be_judged(text: str) -> None:
    assert 0 <= opinion(text.encode("utf-8", "replace").decode(), "en").complaint <= 1


def test_a_head_adds_up_the_weights_of_a_text_whatever_its_length() -> None:
    raw = bytearray([ZERO] * BUCKETS)
    raw[3], raw[5] = ZERO + 4, ZERO - 2
    heads = Heads.of({"heads": [{"name": "one", "scale": 0.5, "bias": 0.1}], "combined": {}}, bytes(raw))
    assert heads.logit("one", [3]) == pytest.approx(0.5 * 4 + 0.1)
    assert heads.logit("one", [3, 5, 6, 7]) == pytest.approx(0.5 * 2 / 2 + 0.1)


def test_the_shipped_weights_fit_the_evidence_and_a_few_megabytes() -> None:
    heads = shipped()
    assert len(heads.combined["complaint"]["evidence"]) == len(EVIDENCE) == len(evidence("x", ()))
    assert len(heads.names) * BUCKETS < 4_000_000
