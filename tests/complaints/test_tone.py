from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.complaints.apologies import APOLOGIES, due_in_words
from bot.complaints.tone import LANGUAGES, Stumble, stumbles

DUE = datetime(2026, 12, 4, 14, 30, tzinfo=UTC)

GOOD = {
    "en": "I am sorry that it came broken. We will send you a new one by Friday.",
    "sv": "Jag är ledsen att den kom trasig. Vi skickar en ny senast på fredag.",
    "lv": "Man ļoti žēl, ka tā atnāca saplēsta. Nosūtīsim jaunu līdz piektdienai.",
    "fr": "Je suis désolée qu’il soit arrivé cassé. Nous vous enverrons le nouveau d’ici vendredi.",
}
BAD = (
    ("en", "Actually, as I said, it is normal. I am sorry.", Stumble.ARGUES),
    ("en", "Sorry, but you should have read the instructions.", Stumble.BLAMES),
    ("en", "Your parcel left our warehouse and is now with the carrier.", Stumble.NO_APOLOGY),
    ("en", "I am so sorry. We will send you a new one.", Stumble.NO_DATE),
    ("en", "Jag är ledsen att den kom trasig, vi skickar en ny på fredag.", Stumble.OTHER_LANGUAGE),
    ("sv", "Förlåt, men det stämmer inte.", Stumble.ARGUES),
    ("sv", "Tråkigt att höra, men du läste inte villkoren.", Stumble.BLAMES),
    ("sv", "Paketet har lämnat vårt lager.", Stumble.NO_APOLOGY),
    ("sv", "Förlåt! Vi skickar en ny.", Stumble.NO_DATE),
    ("sv", "I am sorry, we will refund you on Friday, thank you for the patience.", Stumble.OTHER_LANGUAGE),
    ("lv", "Atvainojiet, bet jums nav taisnība.", Stumble.ARGUES),
    ("lv", "Atvainojiet, bet jūs neizlasījāt noteikumus.", Stumble.BLAMES),
    ("lv", "Sūtījums ir izbraucis no noliktavas.", Stumble.NO_APOLOGY),
    ("lv", "Atvainojiet! Nosūtīsim jaunu.", Stumble.NO_DATE),
    ("lv", "We are sorry and will refund you on Friday.", Stumble.OTHER_LANGUAGE),
    ("fr", "Désolé, mais vous vous trompez.", Stumble.ARGUES),
    ("fr", "Navrée, mais vous auriez dû lire les conditions.", Stumble.BLAMES),
    ("fr", "Votre colis a quitté notre entrepôt.", Stumble.NO_APOLOGY),
    ("fr", "Nous sommes désolés. Vous recevrez un remboursement.", Stumble.NO_DATE),
    ("fr", "We are sorry and will refund you on Friday.", Stumble.OTHER_LANGUAGE),
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_good_answer_is_not_warned_of(lang: str) -> None:
    assert stumbles(GOOD[lang], lang, answers=True) == ()


@pytest.mark.parametrize(("lang", "text", "stumble"), BAD)
def test_what_a_customer_would_stumble_over_is_told(lang: str, text: str, stumble: Stumble) -> None:
    assert stumbles(text, lang, answers=True) == (stumble,)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_prepared_answer_is_warned_of(lang: str) -> None:
    due = due_in_words(DUE, lang, UTC)
    texts = APOLOGIES.sections(lang)
    for sorry in texts["sorry"].values():
        for name, fix in texts["fix"].items():
            answer = f"{sorry}\n\n{fix.replace('{due}', due).replace('{explanation}', '')}"
            assert stumbles(answer, lang, answers=True) == (), (name, answer)


def test_a_message_that_is_no_answer_need_not_apologise() -> None:
    assert stumbles("Could you send me a photo of it?", "en", answers=False) == ()


def test_an_empty_text_and_a_language_without_a_file_are_not_judged() -> None:
    assert stumbles("  ", "en", answers=True) == ()
    assert stumbles("Estamos enviando o produto.", "pt", answers=True) == ()
    assert stumbles("Kiitos viestistä.", "fi", answers=True) == ()
