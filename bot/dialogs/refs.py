"""The references that a question's choices carry: which dialog, which asking, which question, which choice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.ids import from_short, short

__all__ = ["Aside", "Ref", "choice_ref", "message_key", "read_ref"]


class Aside(StrEnum):
    """Choices beside the answer itself."""

    SKIP = "skip"
    BACK = "back"
    HUMAN = "human"
    LEAVE = "leave"
    """Leaves the customer's panels."""
    DONE = "done"
    """Ends a multiple choice."""


@dataclass(frozen=True, slots=True)
class Ref:
    """`choice` is a score, or an option's place in its question, or an `Aside`."""

    dialog: int
    asked: int
    question: int
    """Its place in the survey: a published survey is frozen, so the place names the question for good."""
    choice: int | Aside

    def __str__(self) -> str:
        return choice_ref(message_key(self.dialog, self.asked), self.question, self.choice)


def read_ref(text: str) -> Ref | None:
    """The reference, or None where the text is none of ours."""
    match text.split("."):
        case ["q", dialog, asked, question, choice]:
            try:
                picked: int | Aside = Aside(choice) if choice.isalpha() else int(choice)
                return Ref(from_short(dialog), int(asked), int(question), picked)
            except ValueError:
                return None
    return None


def choice_ref(message: str, question: int, choice: int | Aside) -> str:
    """A `Ref` as it is written, beneath the message of that key."""
    return f"{message}.{question}.{choice}"


def message_key(dialog: int, asked: int) -> str:
    """Names the message of one asking, in the outbox and for its later edit."""
    return f"q.{short(dialog)}.{asked}"
