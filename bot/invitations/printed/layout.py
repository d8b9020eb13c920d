"""Where everything stands on a printed card: the shop, a question, an invitation, the code in a bubble, the address. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import segno

from bot.invitations.printed.fonts import width_of
from bot.invitations.printed.marks import HEIGHT, WIDTH, Box, Colour, Line, Mark, Weight

__all__ = ["CardText", "laid_out"]

PAPER: Colour = (246, 241, 232)
WHITE: Colour = (255, 255, 255)
INK: Colour = (34, 48, 42)
SOFT: Colour = (84, 98, 90)
LEAF: Colour = (44, 104, 79)
"""The colours of the web chat, where the card leads."""

_MARGIN = 9.0
_MIDDLE = WIDTH / 2
_BAND = 17.0
_BUBBLE = 66.0
_HALF_A_CAPITAL = 0.115
"""Millimetres a point."""
_QUIET = 4
"""Modules of white that a QR code wants around it (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class CardText:
    """All that is read on a card; `link` is what the code holds."""

    shop: str
    title: str
    invitation: str
    promise: str
    scan: str
    link: str

    @property
    def address(self) -> str:
        """The link as somebody types it."""
        return self.link.partition("://")[2]


def laid_out(card: CardText) -> list[Mark]:
    """Everything on the card, what lies below first."""
    return [Box(0, 0, WIDTH, HEIGHT, PAPER), *_head(card), *_invitation(card), *_bubble(card.link), *_foot(card)]


def _head(card: CardText) -> Iterator[Mark]:
    yield Box(0, 0, WIDTH, _BAND, LEAF)
    name = _fitting(card.shop, 0, 19, "Bold", WHITE, smallest=9)
    yield replace(name, y=_BAND / 2 + name.size * _HALF_A_CAPITAL)


def _invitation(card: CardText) -> Iterator[Mark]:
    yield _fitting(card.title, 30.5, 31, "Bold", INK, smallest=16)
    yield _fitting(card.invitation, 39.5, 11.5, "Regular", SOFT, smallest=8)
    yield _fitting(card.promise, 45, 11.5, "Regular", SOFT, smallest=8)


def _bubble(link: str) -> Iterator[Mark]:
    """The code, as somebody's words: a bubble with one corner that points down to them."""
    left, top = _MIDDLE - _BUBBLE / 2, 52.5
    yield Box(left, top, _BUBBLE, _BUBBLE, LEAF, radius=7)
    yield Box(left, top + _BUBBLE - 8, 8, 8, LEAF, radius=1.2)
    inner = _BUBBLE - 6
    yield Box(left + 3, top + 3, inner, inner, WHITE, radius=4.5)
    rows = [bytes(row) for row in segno.make_qr(link, error="m").matrix]
    module = inner / (len(rows) + 2 * _QUIET)
    start = left + 3 + _QUIET * module, top + 3 + _QUIET * module
    for y, row in enumerate(rows):
        for x, length in _runs(row):
            yield Box(start[0] + x * module, start[1] + y * module, length * module, module, INK)


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where the dark stretches of a row begin, and how long they are: in one piece no printer leaves a gap between modules."""
    begun = None
    for x, dark in enumerate((*row, 0)):
        if dark and begun is None:
            begun = x
        elif not dark and begun is not None:
            yield begun, x - begun
            begun = None


def _foot(card: CardText) -> Iterator[Mark]:
    yield _fitting(card.scan, 127.5, 11, "Semibold", INK, smallest=8)
    lines = _address_lines(card.address)
    for place, text in enumerate(lines):
        yield Line(text, _MIDDLE, 134.5 + 4.6 * place, 10.5, "Regular", LEAF)


def _fitting(text: str, y: float, size: float, weight: Weight, colour: Colour, *, smallest: float) -> Line:
    """The text in one line, smaller where it must be; what does not even fit then is cut."""
    room = WIDTH - 2 * _MARGIN
    size = max(smallest, min(size, size * room / width_of(text, size, weight)))
    while width_of(text, size, weight) > room + 0.01:
        text = f"{text.rstrip('…')[:-1].rstrip()}…"
    return Line(text, _MIDDLE, y, size, weight, colour)


def _address_lines(address: str) -> list[str]:
    """An address has no spaces: it is parted behind a sign, where it is longer than the card is wide."""
    room, size = WIDTH - 2 * _MARGIN, 10.5
    lines: list[str] = []
    rest = address
    while width_of(rest, size, "Regular") > room:
        fits = next(end for end in range(len(rest) - 1, 0, -1) if width_of(rest[:end], size, "Regular") <= room)
        end = max((rest.rfind(sign, 0, fits) for sign in "/?=-."), default=0) + 1 or fits
        lines.append(rest[:end])
        rest = rest[end:]
    return [*lines, rest]
