"""What a printed card is made of. Lengths are in millimetres from the upper left corner of the page."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HEIGHT", "WIDTH", "Box", "Colour", "Line", "Mark", "Weight"]

WIDTH, HEIGHT = 105.0, 148.0
"""A6."""

Colour = tuple[int, int, int]
Weight = str
"""Of the font: Regular, Semibold or Bold."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; with a `radius` its corners are round."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, in the middle of `x`; `y` is where its letters stand, `size` is in typographic points."""

    text: str
    x: float
    y: float
    size: float
    weight: Weight
    colour: Colour


Mark = Box | Line
