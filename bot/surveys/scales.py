"""The words and signs of the scales: the same on every channel, and none of them leaning to one side."""

from __future__ import annotations

from bot.surveys.definition import ScaleName
from bot.surveys.wording import scale_words

__all__ = ["FACES", "label", "legend"]

FACES = {1: "😞", 2: "🙁", 3: "😐", 4: "🙂", 5: "😃"}


def label(scale: ScaleName, value: int, lang: str) -> str:
    """What a button of that value says, and what is echoed once it is chosen.

    Scales without a word for every point show the number (NPS), so many stars, or a face.
    """
    if scale == "star5":
        return "⭐" * value
    if scale == "face5":
        return FACES[value]
    return scale_words(scale, lang).get(str(value), str(value))


def legend(scale: ScaleName, lang: str) -> str:
    """What the ends of the scale mean, in one line: "0 = not at all likely, 10 = very likely"."""
    return scale_words(scale, lang)["legend"]
