"""What a word can be for whoever reads an answer, whatever the language."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["AROUND_VALUES", "Kind"]


class Kind(StrEnum):
    """The parts of speech of answers. The values are the keys of `[speech]` in the lexicons."""

    NUMBER = "number"
    ONE = "one"
    """An article that also means 1, "en", "une": a number only when it stands for nothing else."""
    LABEL = "label"
    """Words of the scale: "very satisfied". Its value is a tuple: what it leaves open, mostly a single point."""
    TOP = "top"
    """The highest point of whatever scale: "full marks". `LOWEST` is the lowest one."""
    LOWEST = "lowest"
    STARS = "stars"
    """A run of star signs."""
    STAR = "star"
    """The noun after a number; `STAR_PLURAL` is its plural where the language has one."""
    STAR_PLURAL = "star_plural"
    POINT = "point"
    OF = "of"
    ON = "on"
    """Means "of" before a number and goes on after a value otherwise: French "sur"."""
    OR = "or"
    TO = "to"
    TO_OR_THE = "to_or_the"
    """Where one word is both: "a" in Portuguese."""
    SCALE = "scale"
    """Names the scale: "on a scale of". Means "of" between two numbers."""
    BETWEEN = "between"
    AND = "and"
    HALF = "half"
    """ "and a half"."""
    FILLER = "filler"
    """Says nothing about the value: "well", "my answer is"."""
    STARTER = "starter"
    """Begins a clause: "I", "the". Never follows a number that counts something."""
    HEDGE = "hedge"
    FRAME = "frame"
    """Announces a score: "give", "rate"."""
    TOPIC = "topic"
    """A singular thing customers speak about: "service". Two or more of it cannot be counted."""
    GOOD = "good"
    BAD = "bad"
    BUT = "but"
    """Begins a new clause."""
    LINK = "link"
    """Goes on after a value ("4 because"), but binds a number that follows it ("for 4")."""
    NOT = "not"
    NONE = "none"
    """Like `NOT`, and after a value it begins a clause: "5 no problems", "never a 5"."""
    NO = "no"
    NO_OR_NOT = "no_or_not"
    """Where one word is both: "no" in Spanish."""
    SORRY = "sorry"
    """Takes back what was said before: "sorry", "I meant"."""
    RATHER = "rather"
    """Takes back only where something was said before: "rather", "actually"."""
    WOULD = "would"
    """Imagines a value where an `IF` follows: "it would be a 5 if …"."""
    IF = "if"
    """What is only imagined: "if", "would have"."""
    BOUND = "bound"
    """Binds numbers on either side: "at least", "after", "almost"."""
    YES = "yes"
    YES_ALONE = "yes_alone"
    """Says yes only where it stands alone: "of course", "it was"."""
    NO_ALONE = "no_alone"
    PARTLY = "partly"
    UNSURE = "unsure"
    OTHER = "other"
    """Looks like one of the above and is none: "no one", "day one"."""
    # Signs
    STOP = "stop"
    """Ends a clause: "." "," a line break. Its value is the sign."""
    COLON = "colon"
    """What follows belongs to what is before it: "score: 4", "shirts (2)"."""
    DASH = "dash"
    FACE = "face"
    """A pictograph with a meaning. Its value is its key in `[faces]` of the shared lexicon."""
    MARK = "mark"
    """Means nothing: quotation marks, other pictographs."""
    UNKNOWN = "unknown"


AROUND_VALUES = frozenset(
    {
        *(Kind.FILLER, Kind.STARTER, Kind.TO_OR_THE, Kind.WOULD, Kind.SCALE, Kind.HEDGE, Kind.FRAME, Kind.ONE, Kind.MARK, Kind.FACE),
        *(Kind.NO, Kind.NOT, Kind.NONE, Kind.NO_OR_NOT, Kind.SORRY, Kind.RATHER),
    }
)
"""What may stand beside a value without being something of its own."""
