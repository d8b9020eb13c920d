"""One step of a dialog: pure, without clock, storage or network.

`advance` is given the dialog as it was stored and one thing the customer did, and gives back the dialog as it
must be stored now, what to say, what was answered, and what others in the house should know.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogs.dialog import Answered, Dialog, DialogState, Signal, SignalKind, Step
from bot.dialogs.moves import answer, go_on, latest, repeat
from bot.dialogs.taps import tapped
from bot.dialogs.words import more_words, rewrote, still_speaking, wrote
from bot.surveys.definition import QuestionKind, Survey, Task, text_in
from bot.surveys.filling import filled
from bot.surveys.wording import phrase
from channels.contract import Heard, HeardKind, Link, Media, MediaKind, Say
from storage.ids import short

__all__ = ["advance", "begin", "begin_with_words", "repeat"]


def begin(survey: Survey, dialog: Dialog, now: datetime, *, lead: str = "") -> Step:
    """Greet, after `lead`, and put the first question. Where the touchpoint answers all of them, thank and be done."""
    started = Signal(SignalKind.STARTED)
    hello = filled(text_in(survey.hello, dialog.lang), dialog.facts)
    lead = f"{lead}\n\n{hello}".strip()
    if survey.task is None:
        step = go_on(survey, dialog, now, lead=lead)
        return replace(step, signals=(started, *step.signals))
    step = go_on(survey, dialog, now)
    return replace(step, says=(_task(survey.task, dialog, lead), *step.says), signals=(started, *step.signals))


def _task(task: Task, dialog: Dialog, lead: str) -> Say:
    link = Link(phrase("open_task", dialog.lang), task.link) if task.link else None
    words = filled(text_in(task.text, dialog.lang), dialog.facts)
    key, again = f"t.{short(dialog.id)}", phrase("repeated", dialog.lang)
    return Say(f"{lead}\n\n{words}", link=link, picture=task.picture or "", key=key, again=again, lang=dialog.lang)


def begin_with_words(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    """Begin with what somebody wrote out of the blue: it answers the survey's first open question, and the rest follows."""
    question = next(question for question in survey.questions if question.kind is QuestionKind.TEXT)
    words = heard.text.strip()
    answered = Answered(question.key, words or None, heard.at, heard.at, words=words, media=heard.media)
    dialog = replace(dialog, answers={question.key: words or None}, told_at=heard.at)
    step = go_on(survey, dialog, now, lead=phrase("noted_words", dialog.lang))
    return replace(step, answers=(answered,), signals=(Signal(SignalKind.STARTED), *step.signals))


def advance(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    """What follows from one thing heard. `now` is when it is taken; `heard.at` dates the answer."""
    if heard.kind is HeardKind.CHOICE:
        return tapped(survey, dialog, heard, now)
    if heard.edited:
        return rewrote(survey, dialog, heard, now)
    if dialog.state is not DialogState.OPEN:
        return _after_the_end(survey, dialog, heard)
    if heard.kind is HeardKind.MEDIA and heard.media is not None:
        return _sent_media(survey, dialog, heard, heard.media, now)
    if heard.kind is HeardKind.TEXT:
        return wrote(survey, dialog, heard, now)
    return repeat(survey, dialog, now, lead=phrase("resuming", dialog.lang))


def _after_the_end(survey: Survey, dialog: Dialog, heard: Heard) -> Step:
    """Words that come right behind the last open answer still belong to it; all others are not said to this dialog."""
    last = latest(survey, dialog)
    if heard.kind is HeardKind.TEXT and last is not None and still_speaking(dialog, last, heard):
        return more_words(dialog, last, heard)
    return Step(dialog)


def _sent_media(survey: Survey, dialog: Dialog, heard: Heard, media: Media, now: datetime) -> Step:
    question = survey.question(dialog.current)
    if media.kind is MediaKind.STICKER:
        return wrote(survey, dialog, heard, now)
    # Nobody here can listen: who spoke is asked to write, though only once.
    unheard = media.kind is MediaKind.VOICE and not heard.text and not dialog.asked_back
    if (question.kind is QuestionKind.PHOTO and _is_photo(media)) or (question.kind is QuestionKind.TEXT and not unheard):
        value = heard.text or None if question.kind is QuestionKind.TEXT else None
        return answer(survey, dialog, question, value, heard, now, words=heard.text, media=media)
    if heard.text:
        step = wrote(survey, dialog, heard, now)
        return replace(step, signals=(*step.signals, Signal(SignalKind.REMARK, media=media)))
    reply = "voice_to_words" if unheard else "not_a_photo" if question.kind is QuestionKind.PHOTO else "media_thanks"
    step = repeat(survey, replace(dialog, asked_back=dialog.asked_back or unheard), now, lead=phrase(reply, dialog.lang))
    return replace(step, signals=(Signal(SignalKind.REMARK, media=media),))


def _is_photo(media: Media) -> bool:
    """A photo may come as a file, in its full size."""
    return media.kind is MediaKind.PHOTO or (media.kind is MediaKind.DOCUMENT and media.mime.startswith("image/"))
