"""The dialog as a value: what is stored between two things the customer does, and what one step brings forth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.surveys.understanding.understood import Value
from channels.contract import Media, Say

__all__ = ["Answered", "Dialog", "DialogState", "Signal", "SignalKind", "Step"]


class DialogState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Dialog:
    """All that the next step depends on. `facts` are the touchpoint's attributes and the shop's name."""

    id: int
    survey: str
    lang: str
    facts: dict[str, Any] = field(default_factory=dict)
    state: DialogState = DialogState.OPEN
    answers: dict[str, Value | None] = field(default_factory=dict)
    """By question, in the order they were given; `None` where the question was skipped."""
    current: str = ""
    """Key of the question that waits for its answer; empty before the first and after the last."""
    asked: int = 0
    """How many questions have been put, corrections and repetitions included: the number in choice refs."""
    asked_at: datetime | None = None
    asked_back: bool = False
    lead: str = ""
    """What the current question's message says above the question; kept so that an edit keeps it too."""
    said: str = ""
    """Words heard while the current question waited, not understood as its answer."""
    told_at: datetime | None = None
    """When the latest answer was given."""
    picked: tuple[str, ...] = ()
    """Options ticked so far in a multiple choice."""
    low: bool = False
    """Whether anything said so far was a complaint."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it goes to storage. A second one to the same question is a correction."""

    question: str
    value: Value | None
    asked_at: datetime
    answered_at: datetime
    words: str = ""
    """Said beside the value, or the whole of an open text."""
    media: Media | None = None


class SignalKind(StrEnum):
    """What others in the house may want to act on."""

    STARTED = "started"
    COMPLETED = "completed"
    STOPPED = "stopped"
    """The customer wants no more questions: opt-out."""
    HUMAN = "human"
    """The customer asks for a person."""
    REMARK = "remark"
    """Words or a picture that answer no question and must be read all the same."""


@dataclass(frozen=True, slots=True)
class Signal:
    kind: SignalKind
    words: str = ""
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one thing heard leads to. The caller carries it out, in one transaction."""

    dialog: Dialog
    says: tuple[Say, ...] = ()
    answers: tuple[Answered, ...] = ()
    signals: tuple[Signal, ...] = ()
