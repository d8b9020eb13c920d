"""A printed card as PDF: A6, its text as text, its font embedded as far as it is used."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fpdf import FPDF

from bot.invitations.printed.fonts import font_file, width_of
from bot.invitations.printed.marks import HEIGHT, WIDTH, Box, Line, Mark

__all__ = ["as_pdf"]


def as_pdf(marks: Sequence[Mark], *, title: str) -> bytes:
    logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # it tells every table that it leaves out
    page = FPDF(unit="mm", format=(WIDTH, HEIGHT))
    page.set_title(title)
    page.set_auto_page_break(False)
    page.set_margin(0)
    page.add_page()
    for weight in dict.fromkeys(mark.weight for mark in marks if isinstance(mark, Line)):
        page.add_font(weight, fname=font_file(weight))
    for mark in marks:
        match mark:
            case Box():
                _box(page, mark)
            case Line():
                page.set_font(mark.weight, size=mark.size)
                page.set_text_color(*mark.colour)
                page.text(mark.x - width_of(mark.text, mark.size, mark.weight) / 2, mark.y, mark.text)
    return bytes(page.output())


def _box(page: FPDF, box: Box) -> None:
    page.set_fill_color(*box.colour)
    page.rect(box.x, box.y, box.width, box.height, style="F", round_corners=box.radius > 0, corner_radius=box.radius)
