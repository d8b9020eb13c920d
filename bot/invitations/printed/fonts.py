"""Source Sans Pro (SIL Open Font License): Latin, Greek and Cyrillic, so that a shop's name can be written as it is."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from PIL import ImageFont

from bot.invitations.printed.marks import Weight

__all__ = ["MM_A_POINT", "font_file", "width_of"]

MM_A_POINT = 25.4 / 72
_MEASURED = 200
"""Points at which texts are measured."""


def font_file(weight: Weight) -> Path:
    # The package's own module would look through the whole folder first.
    return Path(str(resources.files("font_source_sans_pro") / "files" / f"SourceSansPro-{weight}.ttf"))


def width_of(text: str, size: float, weight: Weight) -> float:
    """How wide the text is, in millimetres, at `size` points."""
    return _measure(weight).getlength(text) / _MEASURED * size * MM_A_POINT


@cache
def _measure(weight: Weight) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(weight), _MEASURED, layout_engine=ImageFont.Layout.BASIC)
