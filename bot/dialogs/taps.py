"""What a tap on a button means: an answer now, a tick, a way around, or, on an older message, a correction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogs.asking import fits, with_ticks
from bot.dialogs.dialog import Dialog, DialogState, Step
from bot.dialogs.moves import answer, back, call_human, correct
from bot.dialogs.refs import Aside, Ref, read_ref
from bot.surveys.definition import Question, QuestionKind, Survey
from bot.surveys.understanding.understood import Value
from bot.surveys.wording import phrase
from channels.contract import Heard, Say

__all__ = ["tapped"]


def tapped(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    ref = read_ref(heard.choice)
    if ref is None or ref.dialog != dialog.id:
        return Step(dialog)
    if ref.choice is Aside.HUMAN:
        return call_human(dialog, "")  # on whatever message, in whatever state: a cry for help is always heard
    if ref.question >= len(survey.questions):
        return Step(dialog)
    if dialog.state in (DialogState.EXPIRED, DialogState.STOPPED):
        # We have stopped asking, but never stop listening. After STOP, too: who taps chooses to answer. That choice is
        # for this dialog alone: what else STOP has ended stays ended.
        woken = tapped(survey, replace(dialog, state=DialogState.OPEN), heard, now)
        return woken if woken.says else Step(dialog)
    question = survey.questions[ref.question]
    if dialog.state is DialogState.OPEN and question.key == dialog.current:
        return _tapped_now(survey, dialog, question, ref, heard, now)
    return _tapped_late(survey, dialog, question, ref, heard, now)


def _tapped_now(survey: Survey, dialog: Dialog, question: Question, ref: Ref, heard: Heard, now: datetime) -> Step:
    match ref.choice:
        case Aside.SKIP:
            return answer(survey, dialog, question, None, heard, now)
        case Aside.BACK:
            return back(survey, dialog, now)
        case Aside.DONE:
            return answer(survey, dialog, question, dialog.picked, heard, now)
    value = _value_of(question, ref.choice)
    if value is None:
        return Step(dialog)
    if question.kind is QuestionKind.MULTIPLE:
        picked = tuple(option.key for option in question.options if (option.key in dialog.picked) != (option.key == value))
        dialog = replace(dialog, picked=picked)
        return Step(dialog, (with_ticks(survey, dialog, question),))
    return answer(survey, dialog, question, value, heard, now)


def _tapped_late(survey: Survey, dialog: Dialog, question: Question, ref: Ref, heard: Heard, now: datetime) -> Step:
    """A button of an earlier message: the same choice again changes nothing, another one is a correction."""
    value = _value_of(question, ref.choice)
    if value is None or question.kind is QuestionKind.MULTIPLE or dialog.answers.get(question.key) == value:
        return Step(dialog)
    if dialog.state is not DialogState.OPEN:
        return Step(dialog, (Say(phrase("already_finished", dialog.lang)),))
    if question.key not in dialog.answers:
        return Step(dialog)
    return correct(survey, dialog, question, value, heard, now)


def _value_of(question: Question, choice: int | Aside) -> Value | None:
    if isinstance(choice, Aside):
        return None
    if question.scale:
        return choice if fits(question, choice) else None
    return question.options[choice].key if choice < len(question.options) else None
