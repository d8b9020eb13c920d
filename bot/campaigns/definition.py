"""What a campaign is: a survey, an audience, a moment or a rhythm, and its limits; checked when it is read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from bot.campaigns.rule import check_rule
from bot.invitations.policy import SURVEYS
from bot.surveys.definition import Key, SurveyName, Texts
from bot.toml.times import ClockTime, Period

__all__ = ["Definition", "When", "Wording"]

_DAY = timedelta(days=1)

CampaignName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


def _cron(text: str) -> str:
    try:
        CronTrigger.from_crontab(text)
    except ValueError:
        wrong = "has a field that cannot be so: they are" if len(text.split()) == 5 else "should be five fields,"
        raise ValueError(f'{wrong} minute hour day month weekday, such as "0 10 1 1,4,7,10 *"') from None
    minute, hour, *_ = text.split()
    if not (minute.isdecimal() and hour.isdecimal()):
        raise ValueError('should name one time of day: a whole minute and hour first, such as "0 10 * * mon"')
    return text


def _naive(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("should have no timezone: it is the time on each customer's own clock; write 2026-04-01T10:00:00")
    return moment


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """At a moment on each customer's own clock, in a rhythm, or a while after something happened: one of the three."""

    at: Annotated[datetime, AfterValidator(_naive)] | None = None
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    """minute hour day month weekday (by its name: mon, tue …), as the customer's own clock shows them."""
    rotate: int = Field(default=1, ge=1, le=52)
    """Of so many parts of all customers each wave asks the next one: with 4 and a wave a quarter, everybody once a year."""
    after: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    """The kind of touchpoint."""
    delay: Period = timedelta(0)
    time: ClockTime | None = None
    """The time of day on the customer's clock to wait for after the delay."""

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Self:
        if sum(one is not None for one in (self.at, self.cron, self.after)) != 1:
            raise ValueError("should say when, in one way; write at = 2026-04-01T10:00:00, or cron, or after")
        if self.after is None and (self.delay or self.time):
            raise ValueError('has a delay or a time and no "after"; they count from a touchpoint: write after = "delivery"')
        if self.cron is None and self.rotate != 1:
            raise ValueError("can rotate in a rhythm only; write cron, or leave rotate out")
        return self


class Wording(_Strict):
    """Another way to put the same survey: other words in the greeting, the thanks or the questions, by language."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,11}$")]
    hello: Texts = Field(default={})
    thanks: Texts = Field(default={})
    questions: dict[Key, Texts] = Field(default={})


def _differing(wordings: tuple[Wording, ...]) -> tuple[Wording, ...]:
    names = [wording.name for wording in wordings]
    if len(set(names)) < len(names) or "own" in names:
        raise ValueError('has two of one name; give each a name of its own (the survey\'s is called "own")')
    for wording in wordings:
        if not (wording.hello or wording.thanks or wording.questions):
            raise ValueError(f'has "{wording.name}", which changes nothing; write [wording.hello] and under it en = "…"')
    return wordings


class Definition(_Strict):
    """A campaign as its author wrote it."""

    name: CampaignName
    survey: SurveyName
    audience: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(check_rule)] = "true"
    """CEL over `customer` and `touchpoint`."""
    when: When
    purpose: Key = SURVEYS
    """What customers must have agreed to; `surveys` is what everybody has who did not decline."""
    new_to: Key | None = None
    """Ask only those who have said neither yes nor no to this purpose: for a survey that asks for their consent to it."""
    panel: Key | None = None
    """Ask the members of this panel alone, and those as seldom as they were told."""
    expires: Period = Field(default=7 * _DAY, ge=timedelta(hours=1), le=365 * _DAY)
    """How long after its due time an invitation may still be sent."""
    sample: float = Field(default=1.0, gt=0, le=1)
    """Share of the audience that is drawn at all."""
    control: float = Field(default=0.0, ge=0, lt=1)
    """Share of those drawn who are kept back, for comparison."""
    quota: int | None = Field(default=None, ge=1)
    """Completed answers after which nobody else is asked."""
    per_day: int | None = Field(default=None, ge=1)
    """Invitations sent in one day of the shop's."""
    reminders: Literal[0, 1, 2] = 1
    own_language_only: bool = False
    """Ask only those whose language is known and one of the survey's."""
    wording: Annotated[tuple[Wording, ...], AfterValidator(_differing)] = Field(default=(), max_length=4)
    """Other wordings to try beside the survey's own; each gets an equal part."""

    @field_validator("panel")
    @classmethod
    def _a_panel_is_asked_by_the_clock(cls, panel: str | None, others: ValidationInfo) -> str | None:
        when, purpose = others.data.get("when"), others.data.get("purpose", SURVEYS)
        if panel and when and when.after is not None:
            raise ValueError("is not asked after a touchpoint, but at a moment or in a rhythm; write at or cron in place of after")
        if panel and purpose != SURVEYS:
            raise ValueError("has members who have agreed to it, and needs no purpose; leave purpose out")
        return panel

    @property
    def arms(self) -> tuple[str, ...]:
        """The wordings by name, the survey's own first."""
        return ("own", *(wording.name for wording in self.wording))
