"""A printed card as a picture: A6 at 300 dots an inch."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.invitations.printed.fonts import MM_A_POINT, font_file
from bot.invitations.printed.marks import HEIGHT, WIDTH, Box, Line, Mark

__all__ = ["as_png"]

_DPI = 300
_FINER = 4
"""It is drawn so many times larger, and then made smaller: round corners become smooth."""
_DOTS = _DPI / 25.4 * _FINER
"""Dots a millimetre while it is drawn."""


def as_png(marks: Sequence[Mark]) -> bytes:
    image = Image.new("RGB", (round(WIDTH * _DOTS / _FINER) * _FINER, round(HEIGHT * _DOTS / _FINER) * _FINER), "white")
    draw = ImageDraw.Draw(image)
    for mark in marks:
        match mark:
            case Box():
                # Its last dot belongs to it.
                edges = (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
                left, top, right, bottom = (round(edge * _DOTS) for edge in edges)
                draw.rounded_rectangle((left, top, right - 1, bottom - 1), mark.radius * _DOTS, fill=mark.colour)
            case Line():
                font = ImageFont.truetype(font_file(mark.weight), mark.size * MM_A_POINT * _DOTS, layout_engine=ImageFont.Layout.BASIC)
                draw.text((mark.x * _DOTS, mark.y * _DOTS), mark.text, font=font, fill=mark.colour, anchor="ms")
    png = BytesIO()
    image.reduce(_FINER).save(png, "PNG", optimize=True, dpi=(_DPI, _DPI))
    return png.getvalue()
