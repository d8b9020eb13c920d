"""What a survey is: questions, scales, options and texts, checked when it is read, frozen when it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "CONDITION_LIMIT",
    "FACTS",
    "SCALES",
    "Key",
    "Lang",
    "Option",
    "Question",
    "QuestionKind",
    "Scale",
    "ScaleName",
    "Survey",
    "SurveyName",
    "Task",
    "Texts",
    "text_in",
]

SurveyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A name that conditions can use as it is: no hyphen, which CEL would read as a minus."""
Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Texts = dict[Lang, Annotated[str, StringConstraints(min_length=1, max_length=1000)]]
"""The same words in several languages, by ISO 639-1 code."""

CONDITION_LIMIT = 500
"""Characters a condition may have."""


class QuestionKind(StrEnum):
    SCALE = "scale"
    SINGLE = "single"
    """One of the options."""
    MULTIPLE = "multiple"
    """Any number of the options."""
    TEXT = "text"
    """Own words."""
    PHOTO = "photo"


class Scale(BaseModel):
    """An ordered run of whole numbers from `low` to `high`."""

    model_config = ConfigDict(frozen=True)

    low: int
    high: int
    low_score: int
    """A score at or below this one is a low score: a complaint may be behind it."""


ScaleName = Literal["csat5", "nps", "ces7", "star5", "yes_no", "frequency5", "face5"]

SCALES: dict[ScaleName, Scale] = {
    "csat5": Scale(low=1, high=5, low_score=2),
    "nps": Scale(low=0, high=10, low_score=6),
    "ces7": Scale(low=1, high=7, low_score=3),
    "star5": Scale(low=1, high=5, low_score=2),
    "yes_no": Scale(low=0, high=1, low_score=0),
    "frequency5": Scale(low=1, high=5, low_score=0),
    "face5": Scale(low=1, high=5, low_score=2),
}
"""The scales of the field: CSAT 5, NPS 0 to 10, CES 2.0 (7 points of agreement), stars, no = 0 / yes = 1, never = 1 … often = 5,
faces (a scale of its own, since pictures move scores)."""

FACTS = frozenset(
    {
        "shop",
        "name",
        "minutes",
        "order",
        "product",
        "store",
        "place",
        "agent",
        "department",
        "amount",
        "currency",
        "ordered_at",
        "promised_at",
        "delivered_at",
        "late",
        "days_late",
    }
)
"""Facts that texts and conditions may use without naming them in `Survey.facts`: the shop, how the customer is addressed, how long
the survey takes, and the attributes that touchpoints usually have."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Strict):
    """One option of a single or multiple choice question. `department` sends a complaint that names it there."""

    key: Key
    text: Texts
    department: Key | None = None


class Question(_Strict):
    key: Key
    kind: QuestionKind
    text: Texts
    scale: ScaleName | None = None
    options: tuple[Option, ...] = ()
    measure: Literal["csat", "nps", "ces", "fcr"] | None = None
    """The measure this question feeds, at most one question a measure."""
    department: Key | None = None
    """Whose a complaint in this answer is."""
    when: Annotated[str, StringConstraints(min_length=1, max_length=CONDITION_LIMIT)] | None = None
    """CEL condition over `answers` (by question key) and `facts` (of the touchpoint); asked when it is true."""
    told_by: Key | None = None
    """Name of a fact that answers this question already: when the touchpoint tells it, nobody is asked."""
    complaint: bool = True
    """Whether a low score here is a complaint; no for likelihoods such as buying other products."""
    purpose: Annotated[str, StringConstraints(pattern=r"^(quote|(panel|focus)_[a-z][a-z0-9_]{0,29})$")] | None = None
    """A yes here is consent for this purpose, a no withdraws it."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind is QuestionKind.SCALE and self.scale is None:
            raise ValueError('has the kind "scale" and names none; write scale = "csat5", "nps" …')
        if self.kind is not QuestionKind.SCALE and self.scale is not None:
            raise ValueError(f'names a scale and has the kind "{self.kind}"; write kind = "scale", or leave the scale out')
        chosen = self.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
        if chosen and not self.options:
            raise ValueError(
                f'has the kind "{self.kind}" and no options; write [[questions.options]] below it, with a key and a text for each'
            )
        if self.options and not chosen:
            raise ValueError(f'has options and the kind "{self.kind}"; write kind = "single" or "multiple", or leave the options out')
        _unique(option.key for option in self.options)
        return self


class Task(_Strict):
    """Something to look at or to try before the questions, such as a page or a product that is not sold yet."""

    text: Texts
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    picture: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None


class Survey(_Strict):
    """A survey in all its languages. `hello` says who asks, why, how long it takes and how to stop."""

    name: SurveyName
    title: Texts
    hello: Texts
    thanks: Texts
    thanks_low: Texts
    """Said instead of `thanks` to somebody who complained."""
    task: Task | None = None
    """What is said, with the greeting, in a message of its own before the first question."""
    questions: tuple[Question, ...] = Field(min_length=1, max_length=20)
    expires_days: int = Field(default=14, ge=1, le=365)
    minutes: int = Field(default=2, ge=1, le=20)
    facts: tuple[Key, ...] = ()
    """Attributes of the shop's own touchpoints that this survey uses, beside the usual ones in `FACTS`."""

    @property
    def langs(self) -> tuple[str, ...]:
        return tuple(self.title)

    def question(self, key: str) -> Question:
        """The question of that key. Raises KeyError where there is none."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        _unique(question.key for question in self.questions)
        return self


def _unique(keys: Iterable[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise PydanticCustomError("duplicate", 'the key "{key}" is there {times} times', {"key": key, "times": times})


def text_in(texts: Texts, lang: str) -> str:
    """The text in `lang`, else in English, else in the first language there is."""
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()))
