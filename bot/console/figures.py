"""The page of figures: each with how many answers it stands on and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel.dates import format_timedelta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.console.pages import Pages
from bot.console.parts import ConsoleParts
from bot.console.sessions import Sessions
from bot.console.words import Teller
from bot.insight.figures import Figure, read_figures
from bot.insight.measures import Measured

__all__ = ["FiguresPage"]

_PERIODS = (7, 30, 90, 365)
_LEAST_POINTS = 3
"""Fewer points with answers enough make no course."""
_RANGE = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7), "fcr": (0, 1)}


@dataclass(frozen=True, slots=True)
class Bar:
    """One score's part of the answers, in per cent of the most frequent one."""

    score: int
    n: int
    height: float


@dataclass(frozen=True, slots=True)
class Card:
    """One measure as it is drawn: places run from 0 to 100 along its scale."""

    name: str
    measured: Measured
    value: str
    bounds: str
    mean: str
    at: float
    low: float
    high: float
    change: str
    bars: tuple[Bar, ...]
    course: tuple[tuple[float, float], ...]
    """Points of the line, x and y, for those steps that have answers enough."""


class FiguresPage:
    def __init__(self, parts: ConsoleParts, pages: Pages, sessions: Sessions) -> None:
        self._parts = parts
        self._pages = pages
        self._sessions = sessions

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/figures", self._sessions.only_staff(self._figures))]

    async def _figures(self, request: Request) -> Response:
        asked = request.query_params.get("days", "30")
        if asked not in map(str, _PERIODS):
            raise HTTPException(404)
        days, t = int(asked), self._pages.teller(request)
        today = self._parts.clock.now().astimezone(self._parts.zone).date()
        working = self._parts.rules.hours.between
        figures = await read_figures(self._parts.database, today=today, days=days, zone=self._parts.zone, working=working)
        cards = [_card(name, figure, days, t) for name, figure in figures.measures.items()]
        most = max((handled.cases for handled in figures.handling.values()), default=0)
        departments = [(t.department(name), handled.cases, 100 * handled.cases / most) for name, handled in figures.handling.items()]
        return self._pages.page(
            request,
            "figures.html",
            figures=figures,
            cards=[card for card in cards if card],
            departments=departments,
            days=days,
            periods=_PERIODS,
            span=lambda time: _span(time, t),
        )


def _card(name: str, figure: Figure, days: int, t: Teller) -> Card | None:
    measured = figure.now
    if measured is None:
        return None
    low, high = _RANGE[name]
    most = max(figure.scores.values())
    bars = tuple(Bar(score, figure.scores.get(score, 0), 100 * figure.scores.get(score, 0) / most) for score in range(low, high + 1))
    width = 100 / len(figure.course)
    points = [(width * (place + 0.5), 100 - _place(name, step.value)) for place, step in enumerate(figure.course) if step and not step.few]
    return Card(
        name=name,
        measured=measured,
        value=t.score(name, measured),
        bounds=t.bounds(name, measured),
        mean=t("figures.mean", mean=t.number(measured.mean, 2)) if measured.mean is not None and name != "fcr" else "",
        at=_place(name, measured.value),
        low=_place(name, measured.interval.low),
        high=_place(name, measured.interval.high),
        change=_change(name, figure, days, t),
        bars=bars,
        course=tuple(points) if len(points) >= _LEAST_POINTS else (),
    )


def _place(name: str, value: float) -> float:
    """Where a value lies on its scale, from 0 to 100."""
    return (value + 100) / 2 if name == "nps" else 100 * value


def _change(name: str, figure: Figure, days: int, t: Teller) -> str:
    """What to say of the period before; nothing where either has too few answers."""
    if figure.change is None or figure.change.withheld:
        return ""
    if not figure.changed:
        return t("figures.unchanged", days=days)
    points = figure.change.value if name == "nps" else 100 * figure.change.value
    return t("figures.changed", by=t.number(points, signed=True), days=days)


def _span(time: timedelta | None, t: Teller) -> str:
    return t("figures.nothing") if time is None else format_timedelta(time, locale=t.reader.locale, threshold=1.5)
