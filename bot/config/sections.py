"""What can be set, section by section. `config.example.toml` explains every key to the operator."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.config.platforms import Slack, StaffTelegram
from bot.config.section import Section
from bot.config.values import (
    Country,
    DatabaseUrl,
    Languages,
    PasswordHash,
    SharedSecret,
    WebAddress,
)
from bot.toml.times import ClockTime, Hours, HoursOfDay, Period, TimeZone

__all__ = [
    "Ask",
    "Console",
    "Database",
    "Logging",
    "Name",
    "Policy",
    "Promoters",
    "Server",
    "Shop",
    "Staff",
    "Touchpoints",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A name that the operator gives: lower case, so that the environment can name it too."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class Shop(Section):
    """Who asks."""

    name: str = Field(min_length=1, max_length=60)
    url: WebAddress
    languages: Languages = ("en",)
    """The first is spoken to customers whose own language is not known or not among these."""
    timezone: TimeZone
    country: Country | None = None
    """Whose public holidays are kept; none are where it is not given."""
    policy_url: WebAddress | None = None


class Database(Section):
    url: DatabaseUrl = Field(default="sqlite:///data/makegood.db", repr=False)
    writers: int = Field(default=4, ge=1, le=16)
    """Connections that write at once on PostgreSQL; SQLite has one writer."""


class Server(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: WebAddress | None = None

    @property
    def address(self) -> str:
        """Where people and platforms reach this server, without a closing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Staff(Section):
    channels: dict[Name, Annotated[StaffTelegram | Slack, Field(discriminator="kind")]] = Field(default={})


class Policy(Section):
    """The contact policy: when a customer may be written to."""

    quiet_hours: HoursOfDay = Hours(time(21), time(9))
    """In the customer's own time, or the shop's where that is not known; None for none."""
    write_on_holidays: bool = False
    frequency_cap: Period = Field(default=7 * _DAY, ge=timedelta(0), le=365 * _DAY)
    """From one invitation of a customer to the next, across all surveys."""
    opt_in: bool = False
    """Ask only those who agreed; otherwise everybody who did not decline."""
    min_age: Period = Field(default=timedelta(minutes=10), ge=timedelta(0), le=7 * _DAY)
    """How long ago a touchpoint must be before anybody is asked about it."""
    stale_after: Period = Field(default=30 * _DAY, ge=_HOUR)
    """How long ago it may be at most."""
    reminders: int = Field(default=1, ge=0, le=2)
    remind_after: Period = Field(default=3 * _DAY, ge=_HOUR)
    grace: Period = Field(default=7 * _DAY, ge=_HOUR)
    """Silence after which a dialog is over."""
    fallback: tuple[Name, ...] = ()
    """Accounts of customers, in the order in which a customer's other addresses are tried; those not named follow, as they
    stand in the file."""


class Promoters(Section):
    """What is offered once a survey is answered."""

    testimonials: bool = False
    review_url: WebAddress | None = None
    """Offered to everybody alike."""
    referral: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9]{1,11}$")
    """What the codes begin with."""


class Ask(Section):
    """Which survey follows which kind of touchpoint, and when."""

    touchpoint: str = Field(min_length=1)
    survey: str = Field(min_length=1)
    delay: Period = timedelta(0)
    at: ClockTime | None = None
    """Wait for this time of day after the delay, in the shop's timezone."""


class Touchpoints(Section):
    """Shops and help desks that may tell what happened, by signed web requests."""

    secrets: dict[Name, SharedSecret] = Field(default={})
    """By source: the key of its HMAC-SHA256 signature."""
    clock_skew: Period = Field(default=timedelta(minutes=5), gt=timedelta(0), le=_HOUR)


class Console(Section):
    sign_in: Literal["password", "none"] = "password"
    password_hash: PasswordHash | None = None


class Logging(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
