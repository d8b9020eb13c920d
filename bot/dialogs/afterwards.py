"""What is offered once somebody has answered a survey.

Leave to write a review in public is offered to everybody alike, whatever they answered: to invite only the happy would
make the public believe what is not so. So the function that offers it is not given the answers. A testimonial and a code
for friends are offered to those who said of themselves that they would recommend the shop.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from bot.dialogs.dialog import Dialog
from bot.surveys.definition import Survey
from bot.surveys.wording import phrase
from channels.contract import Link, Say
from storage.ids import short
from storage.queries.consents import agreed_to
from storage.queries.promoters import was_asked_to_testify

__all__ = ["NO_OFFERS", "TESTIMONIAL", "Offers", "is_promoter", "referral_code", "referral_offer", "review_offer", "wants_testimonial"]

TESTIMONIAL = "testimonial"
"""The survey that asks for one."""


@dataclass(frozen=True, slots=True)
class Offers:
    review_url: str = ""
    """Where customers can write a review in public; empty for nowhere."""
    referral: str = ""
    """What codes for friends begin with; empty for none."""
    testimonials: bool = False


NO_OFFERS = Offers()


def review_offer(offers: Offers, survey: Survey, lang: str, shop: str) -> list[Say]:
    """For everybody who has answered this survey, where it asks how it was."""
    if not offers.review_url or not any(question.measure in ("csat", "nps") for question in survey.questions):
        return []
    link = Link(phrase("review_label", lang), offers.review_url)
    return [Say(phrase("review_offer", lang, shop=shop), link=link, again=phrase("repeated", lang), lang=lang)]


def is_promoter(survey: Survey, dialog: Dialog) -> bool:
    """Whether they would recommend us (NPS 9 or 10) or are very satisfied (CSAT 5), and complained of nothing."""
    best = {"nps": (9, 10), "csat": (5,)}
    answers = [(question.measure, dialog.answers.get(question.key)) for question in survey.questions]
    return not dialog.low and any(measure in best and answer in best[measure] for measure, answer in answers)


def referral_offer(offers: Offers, survey: Survey, dialog: Dialog, customer_id: int) -> list[Say]:
    if not offers.referral or not is_promoter(survey, dialog):
        return []
    code = referral_code(offers.referral, customer_id)
    words = phrase("referral_offer", dialog.lang, shop=dialog.facts.get("shop", ""), code=code)
    return [Say(words, again=phrase("repeated", dialog.lang), lang=dialog.lang)]


def referral_code(prefix: str, customer_id: int) -> str:
    """The customer's own, always the same: their number in letters and digits behind the prefix."""
    return f"{prefix}-{short(customer_id)}".upper()


def wants_testimonial(conn: Connection, offers: Offers, survey: Survey, dialog: Dialog, customer_id: int) -> bool:
    """Whether they are to be asked for one: once in their life, and not where this survey asked already, or they have
    said that they are not to be quoted."""
    asks_already = any(question.purpose == "quote" and question.key in dialog.answers for question in survey.questions)
    if not offers.testimonials or asks_already or not is_promoter(survey, dialog):
        return False
    return agreed_to(conn, customer_id, "quote") is not False and not was_asked_to_testify(conn, customer_id)
