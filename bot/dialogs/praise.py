"""Praise: what very content people say in their own words."""

from __future__ import annotations

from dataclasses import replace
from textwrap import shorten

from bot.dialogs.dialog import Dialog, SignalKind, Step
from bot.dialogs.whole_message import plain, words_of
from bot.surveys.definition import Survey
from bot.surveys.wording import phrase

__all__ = ["WORDS", "praise_in", "thanked"]

WORDS = "words"
"""The question to which people say whatever they like, in every ready survey that has one."""
_BEST = {"face5": (5,), "star5": (5,), "csat5": (5,), "nps": (9, 10)}
_SHORT = 5
_QUOTED = 160
"""Characters of somebody's own words that they are shown again."""


def praise_in(survey: Survey, dialog: Dialog) -> str:
    """Their own words, where they gave the best score there is and have complained of nothing; empty otherwise."""
    words = dialog.answers.get(WORDS)
    if not isinstance(words, str) or dialog.low or _says_nothing(words, dialog.lang):
        return ""
    scores = [(question.scale, dialog.answers.get(question.key)) for question in survey.questions if question.scale in _BEST]
    return words if any(scale and score in _BEST[scale] for scale, score in scores) else ""


def _says_nothing(words: str, lang: str) -> bool:
    """Whether somebody only says, in a few words, that they have nothing to say: "no, thanks"."""
    said = plain(words).split()
    return len(said) <= _SHORT and (not said or not words_of("nothing_words", lang).isdisjoint(said))


def thanked(step: Step, words: str) -> Step:
    """The step in which a dialog ends, thanking for these words too."""
    if not words or not any(signal.kind is SignalKind.COMPLETED for signal in step.signals):
        return step
    *before, thanks = step.says
    kindly = phrase("praise_thanks", step.dialog.lang, words=shorten(words, _QUOTED, placeholder=" …"))
    return replace(step, says=(*before, replace(thanks, text=f"{kindly}\n\n{thanks.text}")))
