"""What the rules find in a text, as numbers beside the model's own opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log1p

from bot.complaints.signs import Sign, Weight

__all__ = ["EVIDENCE", "evidence"]

_MOST = {Weight.UNHAPPY: 3, Weight.FAILED: 3, Weight.HARM: 2, Weight.DANGER: 1, Weight.HELP: 1, Weight.HURRY: 1, Weight.PRAISE: 4}
"""How many signs of a kind are told apart."""
EVIDENCE = (
    *(f"{weight.value}_{count}" for weight, most in _MOST.items() for count in range(1, most + 1)),
    "denied",
    "plainly_failed",
    "drowned",
    "mixed",
    "asks",
    "exclaims",
    "shouts",
    "length",
)
"""What each number says: at least so many signs of a kind; failure without praise; blame that praise drowns; both."""


def evidence(text: str, signs: Sequence[Sign], denied: bool = False) -> list[float]:
    """One number for each name in `EVIDENCE`. `denied`: the text takes something bad back ("no problems at all")."""
    counts = Counter(sign.weight for sign in signs)
    mild = counts[Weight.UNHAPPY] + counts[Weight.FAILED]
    praise = counts[Weight.PRAISE]
    letters = [letter for letter in text[:300] if letter.isalpha()]
    return [
        *(float(counts[weight] >= count) for weight, most in _MOST.items() for count in range(1, most + 1)),
        float(denied),
        float(bool(counts[Weight.FAILED]) and not praise),
        float(bool(mild) and praise >= 2 * mild),
        float(bool(mild) and bool(praise)),
        float("?" in text),
        float("!" in text),
        float(len(letters) > 10 and sum(map(str.isupper, letters)) > 0.7 * len(letters)),
        log1p(min(len(text), 1000)) / 7,
    ]
