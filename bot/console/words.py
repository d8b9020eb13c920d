"""What the console says, by language and key, and how it writes moments, spans and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Literal

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal

from bot.complaints.card import Reader, department_name
from bot.complaints.words import STAFF_WORDS, Words
from bot.insight.measures import Measured
from bot.mistake import Mistake

__all__ = ["CONSOLE_WORDS", "LANGUAGES", "Teller"]

CONSOLE_WORDS = Words(Path(__file__).with_name("words"))
"""`words/<language>.toml`: every sentence of the console's own pages."""
LANGUAGES = tuple(sorted(file.stem for file in CONSOLE_WORDS.folder.glob("*.toml")))


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a page's reader things in their language; `zone` is where times are told in."""

    lang: str
    zone: tzinfo

    @property
    def reader(self) -> Reader:
        return Reader(self.lang, self.zone)

    def __call__(self, key: str, **facts: object) -> str:
        """A sentence of the console."""
        return CONSOLE_WORDS(key, self.lang, **facts)

    def about(self, key: str, **facts: object) -> str:
        """A sentence about cases, as staff read it in every place."""
        return STAFF_WORDS(key, self.lang, **facts)

    def mistake(self, mistake: Mistake) -> str:
        """What is wrong and what to do about it, for somebody at a page."""
        return self(f"mistake.{mistake.key}", **mistake.facts) if mistake.key else str(mistake)

    def department(self, name: str) -> str:
        return department_name(name, self.lang)

    def ago(self, since: datetime, now: datetime) -> str:
        """ "2 minutes ago" or "in 3 hours"."""
        return format_timedelta(since - now, locale=self.reader.locale, add_direction=True)

    def moment(self, at: datetime, now: datetime) -> str:
        """Such as "Mon 2 Mar 18:03", with the year in place of the weekday where it is not this one."""
        this_year = at.astimezone(self.zone).year == now.astimezone(self.zone).year
        return self.reader.moment(at) if this_year else f"{self.day(at)}, {self.clock(at)}"

    def day(self, at: datetime) -> str:
        """Such as "Mar 2, 2026"."""
        return format_date(at.astimezone(self.zone).date(), locale=self.reader.locale)

    def clock(self, at: datetime) -> str:
        """Such as "18:03"."""
        return format_time(at.astimezone(self.zone), "HH:mm", locale=self.reader.locale)

    def on_clock(self, at: datetime) -> str:
        """As `reader.moment`, on the clock that the moment itself bears."""
        return Reader(self.lang, at.tzinfo or self.zone).moment(at)

    def told(self, facts: Mapping[str, object]) -> dict[str, object]:
        """The same facts for a sentence, moments among them on the clock that they bear."""
        return {name: self.on_clock(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}

    def span(self, time: timedelta) -> str:
        """As exact as it was written, in whole units: "30 days", "8 minutes"."""
        unit: Literal["day", "hour", "minute"] = (
            "day" if not time % timedelta(days=1) else "hour" if not time % timedelta(hours=1) else "minute"
        )
        return format_timedelta(time, granularity=unit, threshold=9, locale=self.reader.locale)

    def number(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """A number with so many digits after the point, in the reader's own way; `signed` writes a plus too."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, f"+{pattern};−{pattern}" if signed else f"{pattern};−{pattern}", locale=self.reader.locale)

    def percent(self, share: float, digits: int = 0) -> str:
        return f"{self.number(100 * share, digits)} %"

    def score(self, measure: str, measured: Measured) -> str:
        """A measure as it is written large: points for NPS, per cent for shares."""
        return self.number(measured.value, signed=True) if measure == "nps" else self.percent(measured.value)

    def bounds(self, measure: str, measured: Measured) -> str:
        """Its interval, from low to high."""
        low, high = measured.interval.low, measured.interval.high
        if measure == "nps":
            return self("figures.from_to", low=self.number(low, signed=True), high=self.number(high, signed=True))
        return self("figures.from_to", low=self.percent(low), high=self.percent(high))
