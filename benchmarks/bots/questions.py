"""The dialog that all bots hold: a greeting, three questions with their buttons, thanks."""

from __future__ import annotations

from bot.surveys.definition import SCALES, Question, QuestionKind, Survey
from bot.surveys.scales import label
from bot.surveys.wording import phrase

__all__ = ["ANSWERS", "ASIDES", "BACK", "HELLO", "QUESTIONS", "SCORES", "SURVEY", "THANKS", "chosen"]

HELLO = "Hello! How did it go with your order? Three questions, and you can stop whenever you like: just write STOP."
THANKS = "Thank you for taking the time! Have a good day."
QUESTIONS = (
    "How satisfied are you with your purchase overall?",
    "And with how fast the delivery was?",
    "How satisfied are you with the product itself?",
)

SURVEY = Survey(
    name="three-questions",
    title={"en": "Your purchase"},
    hello={"en": HELLO},
    thanks={"en": THANKS},
    thanks_low={"en": THANKS},
    # A low score opens no case: the other bots have no desk to bring it to.
    questions=tuple(
        Question(key=f"q{place}", kind=QuestionKind.SCALE, scale="csat5", text={"en": text}, complaint=False)
        for place, text in enumerate(QUESTIONS)
    ),
)

_SCALE = SCALES["csat5"]
ANSWERS = {score: label("csat5", score, "en") for score in range(_SCALE.low, _SCALE.high + 1)}
SCORES = [(f"{score} – {words}", score) for score, words in ANSWERS.items()]
"""The buttons of a question with what they stand for, one below the other."""
BACK = phrase("back", "en")
ASIDES = (phrase("skip", "en"), phrase("human", "en"))
"""The buttons in the last row; from the second question on with `BACK` between them."""


def chosen(score: int) -> str:
    """What is added to a question once it has been answered."""
    return phrase("you_chose", "en", answer=ANSWERS[score])
