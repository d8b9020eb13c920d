"""How complaints are handled, as far as it can be set."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from bot.config.contradictions import Contradiction, raise_if
from bot.config.section import Section
from bot.config.values import SharedSecret, WebAddress
from bot.toml.times import Hours, WorkingDay, WorkTime

__all__ = ["Complaints", "Promises", "ShopHook", "Targets", "Week"]

_HOUR = timedelta(hours=1)
_NINE_TO_FIVE = (Hours(time(9), time(17)),)


class Week(Section):
    """When staff work, in the shop's timezone; a break is the gap between two stretches of a day."""

    monday: WorkingDay = _NINE_TO_FIVE
    tuesday: WorkingDay = _NINE_TO_FIVE
    wednesday: WorkingDay = _NINE_TO_FIVE
    thursday: WorkingDay = _NINE_TO_FIVE
    friday: WorkingDay = _NINE_TO_FIVE
    saturday: WorkingDay = ()
    sunday: WorkingDay = ()

    @model_validator(mode="after")
    def _some_day_is_worked(self) -> Self:
        if not any(self.days):
            raise_if([Contradiction((), 'has no working day, and no target could ever be met; write hours such as "09:00-17:00"')])
        return self

    @property
    def days(self) -> tuple[tuple[Hours, ...], ...]:
        """The stretches of each day, Monday first."""
        return (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)


class Targets(Section):
    """Working time to the first human answer, by severity."""

    unhappy: WorkTime = 8 * _HOUR
    failed: WorkTime = 4 * _HOUR
    harm: WorkTime = 2 * _HOUR
    danger: WorkTime = timedelta(minutes=30)


class Promises(Section):
    """Working time in which each fix is promised, unless staff say otherwise."""

    replace: WorkTime = 24 * _HOUR
    refund: WorkTime = 16 * _HOUR
    send_again: WorkTime = 24 * _HOUR
    discount: WorkTime = 8 * _HOUR
    call_back: WorkTime = 4 * _HOUR


class ShopHook(Section):
    """The shop's own system, which is told of promises by signed web requests."""

    url: WebAddress | None = None
    secret: SharedSecret | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if self.url and not self.secret:
            raise_if([Contradiction(("secret",), "is compulsory with url: without it your system could not tell our requests from others")])
        if self.secret and not self.url:
            raise_if([Contradiction(("url",), "is missing; write the address that promises are posted to, or take the secret away")])
        return self


class Complaints(Section):
    alert_from: int = Field(default=1, ge=1, le=4)
    """Least severity that staff are alerted to at once: 1 unhappy, 2 something failed, 3 harm or money, 4 safety or the law."""
    tier: Literal["core", "semantic"] = "core"
    """What listens for complaints in words: rules and a small model alone, or also the meaning, once the answer is out."""
    hours: Week = Week()
    targets: Targets = Targets()
    promises: Promises = Promises()
    hook: ShopHook = ShopHook()
