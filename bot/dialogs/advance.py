"""One step of a dialog: pure, without clock, storage or network.

`advance` is given the dialog as it was stored and one thing the customer did, and gives back the dialog as it
must be stored now, what to say, what was answered, and what others in the house should know.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogs.asking import ask, fits, next_question, shown, with_answer, with_ticks
from bot.dialogs.dialog import Answered, Dialog, DialogState, Signal, SignalKind, Step
from bot.dialogs.refs import Aside, Ref, read_ref
from bot.surveys.definition import SCALES, Question, QuestionKind, Survey, text_in
from bot.surveys.filling import filled
from bot.surveys.understanding import Command, Understood, understand
from bot.surveys.understanding.understood import Value
from bot.surveys.wording import phrase
from channels.contract import Heard, HeardKind, Media, MediaKind, Say

__all__ = ["advance", "begin", "begin_with_words", "repeat"]

TOO_QUICK_TO_BE_READ = timedelta(seconds=4)
"""Words that come this soon after an open question was put go on with what was written before it."""
_SIGNS = {MediaKind.PHOTO: "📷", MediaKind.VOICE: "🎤", MediaKind.VIDEO: "🎬", MediaKind.DOCUMENT: "📎", None: ""}
STILL_SPEAKING = timedelta(seconds=90)
"""How long after open words the next words may still belong to them."""


def begin(survey: Survey, dialog: Dialog, now: datetime, *, lead: str = "") -> Step:
    """Greet, after `lead`, and put the first question. Where the touchpoint answers all of them, thank and be done."""
    started = Signal(SignalKind.STARTED)
    hello = filled(text_in(survey.hello, dialog.lang), dialog.facts)
    step = _go_on(survey, dialog, now, lead=f"{lead}\n\n{hello}".strip())
    return replace(step, signals=(started, *step.signals))


def repeat(survey: Survey, dialog: Dialog, now: datetime, *, lead: str = "") -> Step:
    """Put the current question again, as when a link is opened a second time."""
    dialog, say = ask(survey, dialog, survey.question(dialog.current), now, lead=lead)
    return Step(dialog, (say,))


def begin_with_words(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    """Begin with what somebody wrote out of the blue: it answers the survey's first open question, and the rest follows."""
    question = next(question for question in survey.questions if question.kind is QuestionKind.TEXT)
    words = heard.text.strip()
    answered = Answered(question.key, words or None, heard.at, heard.at, words=words, media=heard.media)
    dialog = replace(dialog, answers={question.key: words or None}, told_at=heard.at)
    step = _go_on(survey, dialog, now, lead=phrase("noted_words", dialog.lang))
    return replace(step, answers=(answered,), signals=(Signal(SignalKind.STARTED), *step.signals))


def advance(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    """What follows from one thing heard. `now` is when it is taken; `heard.at` dates the answer."""
    if heard.kind is HeardKind.CHOICE:
        return _tapped(survey, dialog, heard, now)
    if dialog.state is not DialogState.OPEN:
        return Step(dialog, (Say(phrase("already_finished", dialog.lang)),))
    if heard.kind is HeardKind.MEDIA and heard.media is not None:
        return _sent_media(survey, dialog, heard, heard.media, now)
    if heard.kind is HeardKind.TEXT:
        return _wrote(survey, dialog, heard, now)
    return repeat(survey, dialog, now, lead=phrase("resuming", dialog.lang))


def _tapped(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    ref = read_ref(heard.choice)
    if ref is None or ref.dialog != dialog.id or ref.question >= len(survey.questions):
        return Step(dialog)
    question = survey.questions[ref.question]
    if dialog.state is DialogState.OPEN and question.key == dialog.current:
        return _tapped_now(survey, dialog, question, ref, heard, now)
    return _tapped_late(survey, dialog, question, ref, heard, now)


def _tapped_now(survey: Survey, dialog: Dialog, question: Question, ref: Ref, heard: Heard, now: datetime) -> Step:
    match ref.choice:
        case Aside.SKIP:
            return _answer(survey, dialog, question, None, heard, now)
        case Aside.BACK:
            return _back(survey, dialog, now)
        case Aside.HUMAN:
            return _human(dialog, "")
        case Aside.DONE:
            return _answer(survey, dialog, question, dialog.picked, heard, now)
    value = _value_of(question, ref.choice)
    if value is None:
        return Step(dialog)
    if question.kind is QuestionKind.MULTIPLE:
        picked = tuple(option.key for option in question.options if (option.key in dialog.picked) != (option.key == value))
        dialog = replace(dialog, picked=picked)
        return Step(dialog, (with_ticks(survey, dialog, question),))
    return _answer(survey, dialog, question, value, heard, now)


def _tapped_late(survey: Survey, dialog: Dialog, question: Question, ref: Ref, heard: Heard, now: datetime) -> Step:
    """A button of an earlier message: the same choice again changes nothing, another one is a correction."""
    value = None if isinstance(ref.choice, Aside) else _value_of(question, ref.choice)
    if value is None or question.kind is QuestionKind.MULTIPLE or dialog.answers.get(question.key) == value:
        return Step(dialog)
    if dialog.state is not DialogState.OPEN:
        return Step(dialog, (Say(phrase("already_finished", dialog.lang)),))
    if question.key not in dialog.answers:
        return Step(dialog)
    return _correct(survey, dialog, question, value, heard, now)


def _value_of(question: Question, choice: int) -> Value | None:
    if question.scale:
        return choice if fits(question, choice) else None
    return question.options[choice].key if choice < len(question.options) else None


def _wrote(survey: Survey, dialog: Dialog, heard: Heard, now: datetime) -> Step:
    question = survey.question(dialog.current)
    understood = understand(question, dialog.lang, heard.text)
    if understood.command:
        return _command(survey, dialog, question, understood.command, heard, now)
    if (earlier := _goes_on_with(survey, dialog, question, understood, heard)) is not None:
        return _more_words(dialog, earlier, heard)
    if understood.corrects and (corrected := _corrected_question(survey, dialog, understood, heard)) is not None:
        assert understood.value is not None
        return _correct(survey, dialog, corrected, understood.value, heard, now)
    if understood.value is not None:
        return _answer(survey, dialog, question, understood.value, heard, now, words=understood.words)
    return _unsure(survey, dialog, question, understood, heard, now)


def _command(survey: Survey, dialog: Dialog, question: Question, command: Command, heard: Heard, now: datetime) -> Step:
    match command:
        case Command.SKIP:
            return _answer(survey, dialog, question, None, heard, now)
        case Command.BACK:
            return _back(survey, dialog, now)
        case Command.STOP:
            stopped = replace(dialog, state=DialogState.STOPPED)
            return Step(stopped, (Say(phrase("stopped", dialog.lang)),), signals=(Signal(SignalKind.STOPPED),))
        case Command.HUMAN:
            return _human(dialog, heard.text)
        case Command.HELP:
            return repeat(survey, dialog, now, lead=phrase("help_line", dialog.lang))


def _human(dialog: Dialog, words: str) -> Step:
    return Step(
        dialog, (Say(phrase("human_called", dialog.lang, shop=dialog.facts.get("shop", ""))),), signals=(Signal(SignalKind.HUMAN, words),)
    )


def _latest(survey: Survey, dialog: Dialog) -> Question | None:
    """The question answered last, where one was."""
    for key in reversed(dialog.answers):
        if key != dialog.current:
            return survey.question(key)
    return None


def _goes_on_with(survey: Survey, dialog: Dialog, question: Question, understood: Understood, heard: Heard) -> Question | None:
    """The open question answered just before, where these words still belong to that answer.

    People send one thought in several messages. Words that the present question does not understand, or that come
    before anybody could have read it, go on with the words written just before.
    """
    earlier = _latest(survey, dialog)
    if earlier is None or earlier.kind is not QuestionKind.TEXT or not dialog.answers[earlier.key] or dialog.told_at is None:
        return None
    if heard.at - dialog.told_at > STILL_SPEAKING or dialog.said or understood.corrects:
        return None
    if question.kind is QuestionKind.TEXT:
        too_quick = dialog.asked_at is not None and heard.at - dialog.asked_at < TOO_QUICK_TO_BE_READ
        return earlier if too_quick else None
    return earlier if understood.ask_back and not understood.between else None


def _more_words(dialog: Dialog, earlier: Question, heard: Heard) -> Step:
    words = f"{dialog.answers[earlier.key]}\n{heard.text.strip()}"
    dialog = replace(dialog, answers={**dialog.answers, earlier.key: words}, told_at=heard.at)
    answered = Answered(earlier.key, words, dialog.asked_at or heard.at, heard.at, words=words)
    return Step(dialog, answers=(answered,), signals=(Signal(SignalKind.REMARK, heard.text),))


def _corrected_question(survey: Survey, dialog: Dialog, understood: Understood, heard: Heard) -> Question | None:
    """The question just answered, where "I meant 4" is about it and not about the one that waits now.

    A correction is about the latest thing said. That is the answer before, unless something was already said to the
    present question, or unless the text itself names another first reading ("no 3, sorry, I meant 4").
    """
    earlier = _latest(survey, dialog)
    if earlier is None or earlier.kind is QuestionKind.TEXT or dialog.said or understood.value is None or dialog.told_at is None:
        return None
    if heard.at - dialog.told_at > STILL_SPEAKING or not fits(earlier, understood.value):
        return None
    named = {int(number) for number in "".join(c if c.isdecimal() else " " for c in heard.text).split()} - {understood.value}
    return earlier if not named or named == {dialog.answers[earlier.key]} else None


def _correct(survey: Survey, dialog: Dialog, question: Question, value: Value, heard: Heard, now: datetime) -> Step:
    current, answered = dialog.current, Answered(question.key, value, dialog.asked_at or now, heard.at)
    dialog = replace(dialog, answers={**dialog.answers, question.key: value}, low=dialog.low or _is_low(question, value))
    step = _go_on(survey, replace(dialog, current=""), now, lead=phrase("changed", dialog.lang, answer=shown(question, value, dialog.lang)))
    if step.dialog.current == current:
        step = replace(step, dialog=replace(step.dialog, said=dialog.said, asked_back=dialog.asked_back))
    return replace(step, answers=(answered,))


def _unsure(survey: Survey, dialog: Dialog, question: Question, understood: Understood, heard: Heard, now: datetime) -> Step:
    """Ask back once, kindly. Still unsure: keep the words as they are, without a value, and go on."""
    words = f"{dialog.said}\n{heard.text.strip()}".strip()
    if dialog.asked_back:
        return _answer(survey, replace(dialog, said=""), question, None, heard, now, words=words, lead=phrase("noted_words", dialog.lang))
    remark = (Signal(SignalKind.REMARK, heard.text),) if heard.text.strip() else ()
    dialog = replace(dialog, asked_back=True, said=words)
    dialog, say = ask(survey, dialog, question, now, lead=_asking_back(dialog, question, understood), among=understood.between)
    return Step(dialog, (say,), signals=remark)


def _asking_back(dialog: Dialog, question: Question, understood: Understood) -> str:
    match [shown(question, value, dialog.lang) for value in understood.between]:
        case [a, b]:
            return phrase("ask_back_between", dialog.lang, a=a, b=b)
    if question.kind is QuestionKind.PHOTO:
        return phrase("photo_or_skip", dialog.lang)
    if question.kind is QuestionKind.TEXT:
        return phrase("ask_back_words", dialog.lang)
    return phrase("ask_back" if question.scale else "ask_back_choice", dialog.lang)


def _sent_media(survey: Survey, dialog: Dialog, heard: Heard, media: Media, now: datetime) -> Step:
    question = survey.question(dialog.current)
    if media.kind is MediaKind.STICKER:
        return _wrote(survey, dialog, heard, now)
    if (question.kind is QuestionKind.PHOTO and media.kind is MediaKind.PHOTO) or question.kind is QuestionKind.TEXT:
        return _answer(survey, dialog, question, heard.text or None, heard, now, words=heard.text, media=media)
    if heard.text:
        step = _wrote(survey, dialog, heard, now)
        return replace(step, signals=(*step.signals, Signal(SignalKind.REMARK, media=media)))
    step = repeat(survey, dialog, now, lead=phrase("media_thanks", dialog.lang))
    return replace(step, signals=(Signal(SignalKind.REMARK, media=media),))


def _back(survey: Survey, dialog: Dialog, now: datetime) -> Step:
    """Put the question before the current one again; its answer stays until another one is given."""
    given = list(dialog.answers)
    place = given.index(dialog.current) if dialog.current in given else len(given)
    if place == 0:
        return repeat(survey, dialog, now, lead=phrase("nothing_to_change", dialog.lang))
    dialog, say = ask(survey, dialog, survey.question(given[place - 1]), now)
    return Step(dialog, (say,))


def _answer(
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
    given = shown(question, value, dialog.lang) if value is not None else words or _SIGNS.get(media.kind if media else None, "")
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
    step = _go_on(survey, dialog, now, lead=lead)
    return replace(step, says=(edit, *step.says), answers=(answered,))


def _is_low(question: Question, value: Value | None) -> bool:
    return bool(question.scale and question.complaint and isinstance(value, int) and value <= SCALES[question.scale].low_score)


def _go_on(survey: Survey, dialog: Dialog, now: datetime, *, lead: str = "") -> Step:
    """Put the next question, or thank."""
    question = next_question(survey, dialog)
    if question is not None:
        dialog, say = ask(survey, dialog, question, now, lead=lead)
        return Step(dialog, (say,))
    thanks = filled(text_in(survey.thanks_low if dialog.low else survey.thanks, dialog.lang), dialog.facts)
    done = replace(dialog, state=DialogState.COMPLETED, current="")
    return Step(done, (Say("\n\n".join(part for part in (lead, thanks) if part)),), signals=(Signal(SignalKind.COMPLETED),))
