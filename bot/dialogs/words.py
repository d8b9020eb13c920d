"""What written words mean: an answer, a command, a correction, the rest of what was said before, or a doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogs.asking import ask, fits, shown
from bot.dialogs.dialog import Answered, Dialog, DialogState, Signal, SignalKind, Step
from bot.dialogs.moves import answer, back, call_human, correct, latest, repeat
from bot.surveys.definition import Question, QuestionKind, Survey
from bot.surveys.understanding import Command, Understood, understand
from bot.surveys.wording import phrase
from channels.contract import Heard, Say

__all__ = ["STILL_SPEAKING", "more_words", "rewrote", "still_speaking", "wrote"]

TOO_QUICK_TO_BE_READ = timedelta(seconds=2)
"""Words that come this soon after an open question was put go on with what was written before it."""
IN_ONE_BREATH = timedelta(seconds=8)
"""Words that a question does not understand, this soon after open words, go on with those: they want no answer of ours."""
STILL_SPEAKING = timedelta(seconds=90)
"""How long after the last open words of a finished survey more words still belong to them."""

A_SENTENCE = 6
"""Words from which on a text is no answer that we failed to read, but something that somebody wanted to say."""


def wrote(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    question = survey.question(dialog.current)
    understood = understand(question, dialog.lang, heard.text)
    if understood.command:
        return _command(survey, dialog, question, understood.command, heard, now)
    if (earlier := _goes_on_with(survey, dialog, question, understood, heard)) is not None:
        return more_words(dialog, earlier, heard)
    if understood.corrects and (corrected := _corrected_question(survey, dialog, understood, heard)) is not None:
        assert understood.value is not None
        return correct(survey, dialog, corrected, understood.value, heard, now)
    if understood.value is not None:
        return answer(survey, dialog, question, understood.value, heard, now, words=understood.words)
    return _unsure(survey, dialog, question, understood, heard, now)


def _command(survey: Survey, dialog: Dialog, question: Question, command: Command, heard: Heard, now: datetime) -> Step:
    match command:
        case Command.SKIP:
            return answer(survey, dialog, question, None, heard, now)
        case Command.BACK:
            return back(survey, dialog, now)
        case Command.STOP:
            stopped = replace(dialog, state=DialogState.STOPPED)
            return Step(stopped, (Say(phrase("stopped", dialog.lang)),), signals=(Signal(SignalKind.STOPPED),))
        case Command.HUMAN:
            return call_human(dialog, heard.text)
        case Command.HELP:
            return repeat(survey, dialog, now, lead=phrase("help_line", dialog.lang))


def _goes_on_with(survey: Survey, dialog: Dialog, question: Question, understood: Understood, heard: Heard) -> Question | None:
    """The open question answered just before, where these words still belong to that answer.

    People send one thought in several messages. Words that the present question does not understand, or that come
    before anybody could have read it, go on with the words written just before.
    """
    earlier = latest(survey, dialog)
    if earlier is None or not still_speaking(dialog, earlier, heard, within=IN_ONE_BREATH) or dialog.said or understood.corrects:
        return None
    if question.kind is QuestionKind.TEXT:
        too_quick = dialog.asked_at is not None and heard.at - dialog.asked_at < TOO_QUICK_TO_BE_READ
        return earlier if too_quick else None
    return earlier if understood.ask_back and not understood.between else None


def still_speaking(dialog: Dialog, earlier: Question, heard: Heard, *, within: timedelta = STILL_SPEAKING) -> bool:
    wrote = earlier.kind is QuestionKind.TEXT and bool(dialog.answers[earlier.key])
    return wrote and dialog.told_at is not None and heard.at - dialog.told_at <= within


def more_words(dialog: Dialog, earlier: Question, heard: Heard) -> Step:
    return _reworded(dialog, earlier, f"{dialog.answers[earlier.key]}\n{heard.text.strip()}", heard)


def _reworded(dialog: Dialog, earlier: Question, words: str, heard: Heard) -> Step:
    dialog = replace(dialog, answers={**dialog.answers, earlier.key: words}, told_at=heard.at)
    answered = Answered(earlier.key, words, dialog.asked_at or heard.at, heard.at, words=words)
    return Step(dialog, answers=(answered,), signals=(Signal(SignalKind.REMARK, heard.text),))


def rewrote(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    """A message was edited: a correction of what was answered last, where that message said it and its words now fit.

    A message is known by its time: an edit bears that of its message, and the dialog that of its latest answer.
    """
    last, words, told_at = latest(survey, dialog), heard.text.strip(), dialog.told_at
    if last is None or told_at != heard.at or not words:
        return Step(dialog)
    heard, before = replace(heard, at=now), dialog.answers[last.key]
    if last.kind is QuestionKind.TEXT and isinstance(before, str):
        # Of words in several lines, nobody knows which were this message's: the new ones stand below them.
        step = _reworded(dialog, last, f"{before}\n{words}" if "\n" in before else words, heard)
        return replace(step, dialog=replace(step.dialog, told_at=told_at))
    value = understand(last, dialog.lang, words).value
    if dialog.state is not DialogState.OPEN or value is None or value == before or not fits(last, value):
        return Step(dialog)
    return correct(survey, dialog, last, value, heard, now)


def _corrected_question(survey: Survey, dialog: Dialog, understood: Understood, heard: Heard) -> Question | None:
    """The question just answered, where "I meant 4" is about it and not about the one that waits now.

    A correction is about the latest thing said. That is the answer before, unless something was already said to the
    present question, or unless the text itself names another first reading ("no 3, sorry, I meant 4").
    """
    earlier = latest(survey, dialog)
    if earlier is None or earlier.kind is QuestionKind.TEXT or dialog.said or understood.value is None or dialog.told_at is None:
        return None
    if heard.at - dialog.told_at > STILL_SPEAKING or not fits(earlier, understood.value):
        return None
    named = {int(number) for number in "".join(c if c.isdecimal() else " " for c in heard.text).split()} - {understood.value}
    return earlier if not named or named == {dialog.answers[earlier.key]} else None


def _unsure(survey: Survey, dialog: Dialog, question: Question, understood: Understood, heard: Heard, now: datetime) -> Step:
    """Ask back once, kindly. Still unsure: keep the words as they are, without a value, and go on."""
    words = f"{dialog.said}\n{heard.text.strip()}".strip()
    if dialog.asked_back:
        return answer(survey, replace(dialog, said=""), question, None, heard, now, words=words, lead=phrase("noted_words", dialog.lang))
    remark = (Signal(SignalKind.REMARK, heard.text),) if heard.text.strip() else ()
    dialog = replace(dialog, asked_back=True, said=words)
    lead = _asking_back(dialog, question, understood, heard.text)
    dialog, say = ask(survey, dialog, question, now, lead=lead, among=understood.between)
    dialog = replace(dialog, lead="")  # once it is answered, the doubt need not stay on the screen
    return Step(dialog, (say,), signals=remark)


def _asking_back(dialog: Dialog, question: Question, understood: Understood, text: str) -> str:
    match [shown(question, value, dialog.lang) for value in understood.between]:
        case [a, b]:
            return phrase("ask_back_between", dialog.lang, a=a, b=b)
    if question.kind is QuestionKind.PHOTO:
        return phrase("photo_or_skip", dialog.lang)
    if question.kind is QuestionKind.TEXT:
        return phrase("ask_back_words", dialog.lang)
    if len(text.split()) >= A_SENTENCE:
        return phrase("noted_words", dialog.lang)
    return phrase("ask_back" if question.scale else "ask_back_choice", dialog.lang)
