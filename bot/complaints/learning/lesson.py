"""One lesson: refit on most corrections, judge by those kept back, and say whether what came of it is fit for use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.complaints.learning.corrections import Correction, kept_back, limited
from bot.complaints.learning.refitting import Taught, examples, refit, taught_by
from bot.complaints.model.learned import Learned

__all__ = ["FEWEST", "FEWEST_JUDGES", "Lesson", "give_lesson"]

FEWEST, FEWEST_JUDGES = 20, 5
"""Corrections to learn from and to judge by, below which nothing is learned."""
_FORGOTTEN = 0.02
"""Share of our own examples kept back that may be judged worse than before."""
_HELD = 5
"""One of our own examples in so many judges, too."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """`stored` are the new heads; `better` whether they may take the place of the ones before; `measured` why."""

    stored: bytes
    better: bool
    measured: dict[str, Any]


def give_lesson(corrections: Sequence[Correction], before: bytes) -> Lesson | None:
    """Learn and judge; None where there are too few corrections. Takes seconds of a processor.

    `before` are the heads in use, empty where they are those that were shipped.
    """
    weighed = limited(corrections)
    learning = [one for one in weighed if not kept_back(one)]
    judging = [one for one in weighed if kept_back(one)]
    if len(learning) < FEWEST or len(judging) < FEWEST_JUDGES:
        return None
    in_use = Learned.read(before) if before else Learned()
    known = examples()
    held, replayed = known[::_HELD], [one for place, one in enumerate(known) if place % _HELD]
    learned = refit([*map(taught_by, learning), *replayed])
    judges = [taught_by(one) for one in judging]
    measured = {
        "corrections": len(learning),
        "judges": len(judges),
        "staff": len({one.staff for one in weighed}),
        "loss": [_loss(judges, in_use), _loss(judges, learned)],
        "mistakes": [_mistakes(judges, in_use), _mistakes(judges, learned)],
        "examples": len(held),
        "examples_mistaken": [_mistakes(held, in_use), _mistakes(held, learned)],
        "entries": [one.entry for one in weighed],
    }
    return Lesson(learned.stored(), _not_worse(measured), measured)


def _not_worse(measured: dict[str, Any]) -> bool:
    """Better on the corrections kept back, by loss and not by mistakes made instead, and nothing known forgotten."""
    (loss_before, loss), (mistakes_before, mistakes) = measured["loss"], measured["mistakes"]
    forgotten_before, forgotten = measured["examples_mistaken"]
    remembers = forgotten <= forgotten_before + _FORGOTTEN * measured["examples"]
    return bool(loss <= loss_before and mistakes <= mistakes_before and remembers)


def _loss(judges: Sequence[Taught], learned: Learned) -> float:
    return round(sum(one.loss(learned) for one in judges) / len(judges), 4)


def _mistakes(judges: Sequence[Taught], learned: Learned) -> int:
    return sum(one.mistaken(learned) for one in judges)
