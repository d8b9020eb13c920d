"""A complaint as a value: one thing a customer said that staff must hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.complaints.detection import Finding, picked_departments
from bot.surveys.definition import SCALES, Question
from bot.surveys.filling import filled
from bot.surveys.understanding.understood import Value
from channels.contract import Media

__all__ = ["GENERAL", "Complaint"]

GENERAL = "general"
"""The matter of a complaint that is about no touchpoint."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something said. With a `finding` it opens a case; without one it only joins the case that its dialog has opened.

    `free` words, written while no survey was waiting, join whatever case of the customer is open; `case_id` names the
    case where it is known. `human`: the customer asked for a person.
    """

    customer_id: int
    address_id: int
    lang: str
    at: datetime
    finding: Finding | None
    dialog_id: int | None = None
    touchpoint_id: int | None = None
    case_id: int | None = None
    survey: str = ""
    question: Question | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the question's places, such as the shop's name."""
    value: Value | None = None
    words: str = ""
    quoted: str = ""
    """Words of ours that stand among these, behind the signs that were put to them."""
    media: Media | None = None
    place: str = ""
    """Where the customer was, as the comment card that they filled in told."""
    thread: str = ""
    """The topic of the conversation that it was said in, where a platform divides one."""
    human: bool = False
    free: bool = False
    again: bool = False
    """Heard before: its words may stand in the case already, and only make it graver."""

    @property
    def matter(self) -> str:
        return str(self.touchpoint_id) if self.touchpoint_id is not None else GENERAL

    @property
    def departments(self) -> tuple[str, ...]:
        return self.finding.departments if self.finding else picked_departments(self.question, self.value)

    @property
    def asked(self) -> dict[str, str]:
        """What was asked, in every language, as customers read it."""
        return {lang: filled(text, self.facts) for lang, text in self.question.text.items()} if self.question else {}

    def data(self) -> dict[str, Any]:
        """What the case's history keeps of it beside the words."""
        data: dict[str, Any] = {"departments": list(self.departments)} if self.departments else {}
        if self.dialog_id is not None:
            data["dialog"] = self.dialog_id
        if self.finding:
            data |= {"reason": self.finding.reason, "severity": self.finding.severity}
        if self.place:
            data["place"] = self.place
        if self.quoted:
            data["quoted"] = self.quoted
        if self.thread:
            data["thread"] = self.thread
        if self.human:
            data["human"] = True
        if self.media:
            data["media"] = {"kind": self.media.kind.value, "ref": self.media.ref, "mime": self.media.mime}
            if self.media.file:
                data["media"]["file"] = self.media.file
        if self.question:
            data |= {"survey": self.survey, "question": self.question.key, "asked": self.asked} | self._value(self.question)
            if self.question.department:
                data["about"] = self.question.department
        return data

    def _value(self, question: Question) -> dict[str, Any]:
        if question.scale and isinstance(self.value, int):
            return {"score": self.value, "of": SCALES[question.scale].high}
        keys = self.value if isinstance(self.value, tuple) else (self.value,)
        picked = [dict(option.text) for option in question.options if option.key in keys]
        return {"picked": picked} if picked else {}
