"""The moves of a dialog that taps and words share: recording an answer, correcting one, going back, going on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogs.asking import ask, next_question, shown, with_answer
from bot.dialogs.dialog import Answered, Dialog, DialogState, Signal, SignalKind, Step
from bot.surveys.definition import SCALES, Question, QuestionKind, Survey, text_in
from bot.surveys.filling import filled
from bot.surveys.understanding.understood import Value
from bot.surveys.wording import phrase
from channels.contract import Heard, Media, Say

__all__ = ["answer", "back", "call_human", "correct", "go_on", "latest", "repeat"]


def repeat(survey: Survey, dialog: Dialog, now: datetime, *, lead: str = "") -> Step:
    """Put the current question again, as when a link is opened a second time."""
    dialog, say = ask(survey, dialog, survey.question(dialog.current), now, lead=lead)
    return Step(dialog, (say,))


def answer(
    survey: Survey,
    dialog: Dialog,
    question: Question,
    value: Value | None,
    heard: Heard,
    now: datetime,
    *,
    words: str = "",
    media: Media | None = None,
    lead: str = "",
) -> Step:
    if question.kind is QuestionKind.TEXT and isinstance(value, str):
        words = value
    words = f"{dialog.said}\n{words}".strip()
    answered = Answered(question.key, value, dialog.asked_at or now, heard.at, words=words, media=media)
    given = None if value is None else "" if question.kind is QuestionKind.TEXT else shown(question, value, dialog.lang)
    if given is None and (words or media):
        given = ""
    edit = with_answer(dialog, question, given)
    dialog = replace(
        dialog,
        answers={**dialog.answers, question.key: value},
        told_at=heard.at,
        low=dialog.low or _is_low(question, value),
        current="",
        picked=(),
        said="",
        asked_back=False,
    )
    step = go_on(survey, dialog, now, lead=lead)
    return replace(step, says=(edit, *step.says), answers=(answered,))


def correct(survey: Survey, dialog: Dialog, question: Question, value: Value, heard: Heard, now: datetime) -> Step:
    current, answered = dialog.current, Answered(question.key, value, dialog.asked_at or now, heard.at)
    dialog = replace(dialog, answers={**dialog.answers, question.key: value}, low=dialog.low or _is_low(question, value))
    step = go_on(survey, replace(dialog, current=""), now, lead=phrase("changed", dialog.lang, answer=shown(question, value, dialog.lang)))
    if step.dialog.current == current:
        step = replace(step, dialog=replace(step.dialog, said=dialog.said, asked_back=dialog.asked_back))
    return replace(step, answers=(answered,))


def back(survey: Survey, dialog: Dialog, now: datetime) -> Step:
    """Put the question before the current one again; its answer stays until another one is given."""
    given = list(dialog.answers)
    place = given.index(dialog.current) if dialog.current in given else len(given)
    if place == 0:
        return repeat(survey, dialog, now, lead=phrase("nothing_to_change", dialog.lang))
    dialog, say = ask(survey, dialog, survey.question(given[place - 1]), now)
    return Step(dialog, (say,))


def call_human(dialog: Dialog, words: str) -> Step:
    return Step(
        dialog, (Say(phrase("human_called", dialog.lang, shop=dialog.facts.get("shop", ""))),), signals=(Signal(SignalKind.HUMAN, words),)
    )


def latest(survey: Survey, dialog: Dialog) -> Question | None:
    """The question answered last, where one was."""
    for key in reversed(dialog.answers):
        if key != dialog.current:
            return survey.question(key)
    return None


def _is_low(question: Question, value: Value | None) -> bool:
    return bool(question.scale and question.complaint and isinstance(value, int) and value <= SCALES[question.scale].low_score)


def go_on(survey: Survey, dialog: Dialog, now: datetime, *, lead: str = "") -> Step:
    """Put the next question, or thank."""
    question = next_question(survey, dialog)
    if question is not None:
        dialog, say = ask(survey, dialog, question, now, lead=lead)
        return Step(dialog, (say,))
    thanks = filled(text_in(survey.thanks_low if dialog.low else survey.thanks, dialog.lang), dialog.facts)
    done = replace(dialog, state=DialogState.COMPLETED, current="")
    return Step(done, (Say("\n\n".join(part for part in (lead, thanks) if part)),), signals=(Signal(SignalKind.COMPLETED),))
