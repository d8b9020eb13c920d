"""The main job, acted from end to end: customers in every kind of chat, colleagues behind every kind of door.

A lamp came broken: complaint, alert, a colleague takes it, apologises and offers, keeps the promise, and it is made good. And its dark
twin, where nobody answers in time, the promise is broken, and the customer says that it was not made good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.story.stage import staged

ACTED = [("telegram", "slack", "sv"), ("slack", "telegram", "en"), ("webchat", "telegram", "lv"), ("webchat", "console", "fr")]
"""Where the customer is, where the staff are, and what the customer speaks. Staff speak English."""


@dataclass(frozen=True, slots=True)
class Words:
    """What Anna says in her language, and what she has to be told in it."""

    broken: str
    sorry: str
    refund: str
    unanswered: str
    sorry_again: str
    made_good: str
    yes: str
    no: str
    thanks: str
    frank: str


SPOKEN = {
    "en": Words(
        "The lamp came broken, and it was a present.",
        "I am sorry that your delivery did not reach you whole.",
        "You get your money back.",
        "You should have heard from us sooner",
        "we promised you something and did not do it in time",
        "Has it been put right for you?",
        "Yes",
        "No",
        "that is good to know",
        "Thank you for being frank.",
    ),
    "sv": Words(
        "Lampan kom trasig, och den var en present.",
        "Jag är ledsen att leveransen inte kom fram hel.",
        "Du får pengarna tillbaka.",
        "Du borde ha hört av oss tidigare",
        "vi lovade dig något och hann inte göra det i tid",
        "Har det blivit rätt för dig nu?",
        "Ja",
        "Nej",
        "det är bra att veta",
        "Tack för att du är uppriktig.",
    ),
    "lv": Words(
        "Lampa pienāca salauzta, un tā bija dāvana.",
        "Man ļoti žēl, ka sūtījums nenonāca pie Jums vesels.",
        "Jūs saņemsiet naudu atpakaļ.",
        "Arī atbildi no mums Jums vajadzēja saņemt agrāk",
        "Mēs Jums kaut ko apsolījām un laikā neizdarījām.",
        "Vai tagad viss ir atrisināts?",
        "Jā",
        "Nē",
        "mums ir svarīgi to zināt",
        "Paldies par atklātību.",
    ),
    "fr": Words(
        "La lampe est arrivée cassée, et c’était un cadeau.",
        "Je regrette vraiment que votre livraison ne vous soit pas parvenue intacte.",
        "Nous vous remboursons.",
        "Nous aurions aussi dû vous répondre plus tôt",
        "nous vous avions fait une promesse et nous ne l’avons pas tenue à temps",
        "Le problème est-il réglé pour vous",
        "Oui",
        "Non",
        "c’est bon à savoir",
        "Merci de votre franchise.",
    ),
}


@pytest.mark.proves("complaint answered", "telegram", "slack", "webchat")
@pytest.mark.parametrize(("where", "door", "lang"), ACTED)
async def test_a_complaint_is_made_good(tmp_path: Path, where: str, door: str, lang: str) -> None:
    spoken = SPOKEN[lang]
    async with staged(tmp_path) as stage:
        maja = await stage.colleague(door, "Maja")
        anna = await stage.customer(where, lang)
        await anna.hears("Northlight", "Polaris")
        await anna.chooses("1")
        alert = await maja.hears("Anna", "1 of 5")
        assert "desk lamp Polaris · order 4711 · €49.00" in alert

        await anna.writes(spoken.broken)
        await maja.sees(spoken.broken, "something failed")
        await maja.takes()
        await maja.apologises("Refund")
        assert spoken.sorry in (apology := await anna.hears("Maja", "Polaris", "4711")) and spoken.refund in apology

        await maja.says_it_is_done()
        await anna.hears("Polaris", spoken.made_good)
        await anna.chooses(spoken.yes)
        await anna.hears("?")
        await anna.chooses("5")
        await anna.hears(spoken.thanks)
        await maja.sees("it was made good")
        case = await stage.case()
        assert (case.case.state, case.case.made_good, case.promises[0].state) == ("closed", "yes", "kept")
        kinds = [entry.kind for entry in case.entries]
        assert kinds == ["complaint", "complaint", "taken", "response", "promise", "kept", "asked", "made_good", "closed"]


@pytest.mark.parametrize(("where", "door", "lang"), [one for one in ACTED if one[1] != "console"])
async def test_a_complaint_that_goes_wrong_at_every_turn_is_never_lost_from_sight(tmp_path: Path, where: str, door: str, lang: str) -> None:
    spoken = SPOKEN[lang]
    async with staged(tmp_path) as stage:
        maja = await stage.colleague(door, "Maja")
        boss = await stage.colleague(door, "Boss", role="lead")
        anna = await stage.customer(where, lang)
        await anna.hears("Northlight", "Polaris")
        await anna.chooses("1")
        await maja.hears("Anna", "1 of 5")

        # The target is missed: nobody takes it, so it is given to Maja, and in the end her lead is told.
        case = await stage.case()
        rules = stage.app.operations.rules
        within = rules.targets[case.case.severity]
        await stage.later(rules.hours.after(case.case.opened_at, within / 2))
        await maja.sees("Maja")
        await stage.later(rules.hours.after(case.case.opened_at, within) + timedelta(minutes=1))
        assert "Owner: Maja" in await boss.hears("Nobody has answered Anna")

        # An apology, also for the wait, and a promise, which is broken: Anna is apologised to again, and the lead is told.
        await maja.apologises("Refund")
        await anna.hears("Maja", spoken.unanswered, spoken.refund)
        (promise,) = (await stage.case()).promises
        await stage.later(promise.due_at + timedelta(minutes=1))
        await anna.hears(spoken.sorry_again)
        await boss.hears("Promise broken: Refund for Anna", "Maja had promised it")
        assert (await stage.case()).case.severity >= 3

        # It is done at last, and Anna says that it was not made good: open again, and everybody knows.
        await maja.says_it_is_done()
        await anna.hears("Polaris", spoken.made_good)
        await anna.chooses(spoken.no)
        await boss.hears("Anna says: No, it was not made good.")
        await maja.sees("No, it was not made good.")
        case = await stage.case()
        assert (case.case.state, case.case.made_good, case.case.reopened) == ("reopened", "no", 1)
        kinds = [entry.kind for entry in case.entries if entry.kind != "warned"]
        told = ["complaint", "assigned", "overdue", "response", "promise", "broken", "kept", "asked", "made_good", "reopened"]
        assert kinds == told
