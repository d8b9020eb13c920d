from __future__ import annotations

import pytest

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.detection import detect, is_low
from bot.complaints.signs import Weight, fold, known_signs
from bot.surveys.bank import bank
from bot.surveys.definition import Question

QUIET = [
    ("en", "No problems at all, thank you"),
    ("en", "Never had any issues with them, great service"),
    ("en", "Nothing was damaged and it arrived on time"),
    ("en", "If anything breaks they fix it at once"),
    ("en", "Great shop, lovely staff and quick delivery. Just a slight delay in the post."),
    ("sv", "Inga problem, allt gick bra"),
    ("sv", "Aldrig haft några problem med dem"),
    ("sv", "Snabb leverans och inget var trasigt"),
    ("lv", "Nav sūdzību, viss bija labi"),
    ("lv", "Bez problēmām, paldies"),
    ("fr", "Pas de problème, livraison rapide"),
    ("fr", "Je n'ai jamais été déçue par ce site"),
    ("fr", "Aucun souci, colis conforme"),
    ("pt", "Sem problemas, chegou antes do prazo"),
    ("pt", "Ótimo produto, recomendo"),
    ("de", "Keine Probleme, alles gut"),
    ("es", "Sin problemas, todo perfecto"),
    ("en", ""),
    ("en", "👍"),
    ("xx", "???"),
]

COMPLAINTS = [
    ("en", "It never arrived.", 2, "delivery_speed"),
    ("en", "Arrived DAMAGED!!", 2, "delivery_condition"),
    ("en", "You sent the wrong size", 2, "product"),
    ("en", "Your agent was so rude to me", 1, "service"),
    ("en", "I was charged twice", 2, "price_billing"),
    ("en", "no problem with the shoes but the box was wet and torn", 2, "delivery_condition"),
    ("en", "this is a scam, I will call my lawyer", 4, "trust_safety"),
    ("en", "The kettle caught fire", 4, "trust_safety"),
    ("sv", "Paketet har aldrig kommit", 2, "delivery_speed"),
    ("sv", "Varan var trasig när den kom", 2, "delivery_condition"),
    ("sv", "FEL STORLEK", 2, "product"),
    ("sv", "Jag polisanmäler er", 4, "trust_safety"),
    ("lv", "Joprojām neesmu saņēmusi savu sūtījumu", 2, "delivery_speed"),
    ("lv", "joprojam neesmu sanemis", 2, "delivery_speed"),
    ("lv", "Prece nedarbojas", 2, "product"),
    ("fr", "Je n'ai toujours rien reçu", 2, "delivery_speed"),
    ("fr", "Le colis est arrivé abîmé", 2, "delivery_condition"),
    ("fr", "c'est une arnaque", 4, "trust_safety"),
    ("pt", "ainda não recebi o produto", 2, "delivery_speed"),
    ("de", "Das Gerät ist kaputt", 2, "delivery_condition"),
    ("es", "Mi pedido no ha llegado", 2, "delivery_speed"),
    ("sv", "My parcel never arrived and you do not answer, it is a shame", 2, "delivery_speed"),
    ("", "Le colis est arrivé abîmé et je ne suis pas content", 2, "delivery_condition"),
]


@pytest.mark.parametrize(("lang", "words"), QUIET)
def test_praise_and_absent_problems_are_no_complaint(lang: str, words: str) -> None:
    assert detect(lang, words) is None


@pytest.mark.parametrize(("lang", "words", "severity", "department"), COMPLAINTS)
def test_a_complaint_in_words_is_found_with_its_severity_and_department(lang: str, words: str, severity: int, department: str) -> None:
    finding = detect(lang, words)
    assert finding is not None
    assert (finding.severity, finding.departments[0]) == (severity, department)


def question(survey: str, key: str) -> Question:
    return bank()[survey].question(key)


def test_a_low_score_is_a_complaint_of_its_questions_department() -> None:
    asked = next(one for one in bank()["after-purchase"].questions if one.department == "delivery_speed")
    finding = detect("en", "", question=asked, value=1)
    assert finding is not None
    assert (finding.reason, finding.severity, finding.departments) == ("low_score", 1, ("delivery_speed",))


def test_a_good_score_is_none_even_after_a_low_one() -> None:
    asked = next(one for one in bank()["after-purchase"].questions if one.department == "product")
    assert detect("en", "", low=True, question=asked, value=5) is None


def test_a_complaint_in_words_behind_a_high_score_is_found() -> None:
    asked = next(one for one in bank()["after-purchase"].questions if one.measure == "csat")
    finding = detect("en", "nice, but half of the order is missing", question=asked, value=5)
    assert finding is not None
    assert finding.severity == 2


def test_a_low_likelihood_is_no_complaint_where_the_question_says_so() -> None:
    for survey in bank().values():
        for asked in survey.questions:
            if asked.scale and not asked.complaint:
                assert not is_low(asked, 0)


def test_whoever_asks_for_a_person_is_heard_whatever_they_say() -> None:
    finding = detect("en", "talk to a human", help_wanted=True)
    assert finding is not None
    assert finding.severity == 2


def test_a_deadline_raises_the_severity_but_never_to_danger() -> None:
    late = detect("en", "it has not arrived")
    urgent = detect("en", "it has not arrived, I need it by tomorrow")
    grave = detect("en", "this is the third time it is broken, urgent")
    assert late and urgent and grave
    assert (late.severity, urgent.severity, grave.severity) == (2, 3, 3)


def test_case_accents_and_typographic_apostrophes_do_not_matter() -> None:
    assert fold("DÉÇU, j’attends")[0] == ["decu"]
    assert fold("don’t") == fold("don't")


@pytest.mark.parametrize("signs", known_signs(), ids=lambda signs: signs.lang)
def test_every_sign_belongs_to_a_known_department_and_stands_once(signs: object) -> None:
    seen = set()
    for sign in signs.all():  # type: ignore[attr-defined]
        assert sign.weight is Weight.PRAISE or sign.department in DEPARTMENTS, sign
        assert (sign.words, sign.weight) not in seen, sign.phrase
        seen.add((sign.words, sign.weight))
