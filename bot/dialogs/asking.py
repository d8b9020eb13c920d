"""Which question comes next, and how it is put."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from bot.dialogs.dialog import Dialog
from bot.dialogs.refs import Aside, choice_ref, message_key
from bot.dialogs.taking_back import PANEL
from bot.surveys.conditions import holds
from bot.surveys.definition import SCALES, Question, QuestionKind, ScaleName, Survey, text_in
from bot.surveys.filling import filled
from bot.surveys.scales import label, legend
from bot.surveys.understanding.understood import Value
from bot.surveys.wording import phrase
from channels.contract import Choice, Layout, Say

__all__ = ["ask", "asked_text", "fits", "next_question", "option_values", "shown", "with_answer", "with_ticks"]

_NUMBERS_ALONE = ("nps", "star5")
"""Scales whose points have no words: what their ends mean is told with the question."""

_ASIDES = {Aside.SKIP: "skip", Aside.BACK: "back", Aside.HUMAN: "human", Aside.LEAVE: "leave_panel"}


def next_question(survey: Survey, dialog: Dialog) -> Question | None:
    """The first question that is still open, applies here, and that the touchpoint does not answer already."""
    for question in survey.questions:
        if question.key in dialog.answers or (question.told_by and question.told_by in dialog.facts):
            continue
        if question.when is None or holds(question.when, dialog.answers, dialog.facts):
            return question
    return None


def option_values(question: Question) -> Sequence[Value]:
    """All values that the question's buttons stand for."""
    if question.scale:
        scale = SCALES[question.scale]
        return range(scale.low, scale.high + 1)
    return [option.key for option in question.options]


def fits(question: Question, value: Value) -> bool:
    """Whether this value can be an answer to this question."""
    match question.kind:
        case QuestionKind.SCALE:
            return value in option_values(question)
        case QuestionKind.SINGLE:
            return value in option_values(question)
        case QuestionKind.MULTIPLE:
            return isinstance(value, tuple) and set(value) <= set(option_values(question))
        case QuestionKind.TEXT:
            return isinstance(value, str)
        case QuestionKind.PHOTO:
            return False


def shown(question: Question, value: Value, lang: str) -> str:
    """The value in the customer's words: a scale's label, an option's text, their own words."""
    if question.scale and isinstance(value, int):
        return label(question.scale, value, lang)
    if question.options:
        keys = value if isinstance(value, tuple) else (value,)
        return ", ".join(text_in(option.text, lang) for option in question.options if option.key in keys)
    return str(value)


def ask(
    survey: Survey, dialog: Dialog, question: Question, now: datetime, *, lead: str = "", among: Sequence[Value] = ()
) -> tuple[Dialog, Say]:
    """Put a question, under `lead`, offering only the values `among` where some are given."""
    fresh: dict[str, Any] = (
        {} if question.key == dialog.current else {"current": question.key, "asked_back": False, "said": "", "picked": ()}
    )
    dialog = replace(dialog, asked=dialog.asked + 1, asked_at=now, lead=lead, **fresh)
    say = Say(
        text=asked_text(dialog, question),
        choices=_choices(survey, dialog, question, among),
        layout=_layout(question),
        key=message_key(dialog.id, dialog.asked),
        again=phrase("repeated", dialog.lang),
        lang=dialog.lang,
    )
    return dialog, say


def with_answer(dialog: Dialog, question: Question, given: str | None) -> Say:
    """The edit of the current question's message: buttons gone, what was chosen shown, or, for None, that it was skipped.

    Own words are not shown again: they stand right below, as the customer wrote them. Then `given` is empty.
    """
    mark = phrase("you_skipped", dialog.lang) if given is None else phrase("you_chose", dialog.lang, answer=given) if given else ""
    return Say(text=f"{asked_text(dialog, question)}\n\n{mark}".rstrip(), edits=message_key(dialog.id, dialog.asked))


def with_ticks(survey: Survey, dialog: Dialog, question: Question) -> Say:
    """The edit of a multiple choice after a tick was set or taken away."""
    return Say(
        text=asked_text(dialog, question),
        choices=_choices(survey, dialog, question, ()),
        layout=Layout.COLUMN,
        edits=message_key(dialog.id, dialog.asked),
    )


def asked_text(dialog: Dialog, question: Question) -> str:
    """What the customer reads above the choices."""
    parts = [dialog.lead, filled(text_in(question.text, dialog.lang), dialog.facts)]
    if question.scale in _NUMBERS_ALONE:
        parts.append(legend(question.scale, dialog.lang))
    if question.kind is QuestionKind.MULTIPLE:
        parts.append(phrase("choose_several", dialog.lang))
    return "\n\n".join(part for part in parts if part)


def _layout(question: Question) -> Layout:
    match question.scale:
        case "yes_no" | "face5":
            return Layout.ROW
        case "nps":
            return Layout.SCALE
    return Layout.COLUMN


class _Offer(NamedTuple):
    """A value that can be chosen: what a tap says, what stands on the button, and the number that is understood as it."""

    value: Value
    picked: int
    text: str
    number: int | None


def _offers(question: Question, lang: str) -> Iterable[_Offer]:
    if question.scale:
        return _points(question.scale, lang)
    # Where the options' own words have numbers, a number that somebody writes is none of ours.
    own = any(char.isdecimal() for option in question.options for text in option.text.values() for char in text)
    options = enumerate(question.options)
    return [_Offer(option.key, place, text_in(option.text, lang), None if own else place + 1) for place, option in options]


@lru_cache(maxsize=512)  # what platforms send as a language is no finite list
def _points(name: ScaleName, lang: str) -> tuple[_Offer, ...]:
    """Agreement and satisfaction show their number beside the word: who types "4" must know what it means."""
    scale = SCALES[name]
    texts = {point: label(name, point, lang) for point in range(scale.low, scale.high + 1)}
    if name in ("csat5", "ces7"):
        texts = {point: f"{point} – {words}" for point, words in texts.items()}
    return tuple(_Offer(point, point, text, None if name == "yes_no" else point) for point, text in texts.items())


def _choices(survey: Survey, dialog: Dialog, question: Question, among: Sequence[Value]) -> tuple[Choice, ...]:
    message, place, lang = message_key(dialog.id, dialog.asked), survey.questions.index(question), dialog.lang
    choices = [
        Choice(choice_ref(message, place, picked), text, value in dialog.picked, number=number)
        for value, picked, text, number in _offers(question, lang)
        if not among or value in among
    ]
    asides = [Aside.SKIP]
    if question.kind is QuestionKind.MULTIPLE:
        choices.append(Choice(choice_ref(message, place, Aside.DONE), phrase("done", lang)))
    if dialog.answers:
        asides.append(Aside.BACK)
    asides.append(Aside.HUMAN)
    if PANEL in dialog.facts:
        asides.append(Aside.LEAVE)
    return (*choices, *(Choice(choice_ref(message, place, aside), phrase(_ASIDES[aside], lang), aside=True) for aside in asides))
