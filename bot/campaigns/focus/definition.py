"""What a focus group is: when and where, who is wanted, what is shown, what is asked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from bot.campaigns.rule import check_rule
from bot.campaigns.written import Form
from bot.toml.times import Period

__all__ = ["Concept", "Definition", "Seats", "read_group"]

_MINUTE = timedelta(minutes=1)
Web = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


def _naive(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("should have no timezone: it is the time on the shop's clock; write 2026-04-01T18:00:00")
    return moment


def _group(place: str) -> str:
    # What is said in Telegram's topic 1, which every group with topics has, is told as said in none.
    place = place.removesuffix("/1")
    if not re.fullmatch(r"-\d{1,15}(/[1-9]\d{0,9})?|[CG][A-Z0-9]{2,20}", place):
        raise ValueError(
            'is no group; write the number of a Telegram group, "-1001234567890", of a topic in it, "-1001234567890/17", '
            "or a Slack channel's id"
        )
    return place


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Seats(_Strict):
    """How many are wanted of whom."""

    who: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(check_rule)] = "true"
    """CEL over `customer`."""
    count: int = Field(ge=1, le=30)


class Concept(_Strict):
    """What is talked about."""

    text: Words
    picture: Web | None = None


class Definition(_Strict):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,24}$")]
    panel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
    account: str
    place: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_group)]
    """A group, or one topic of it."""
    join: Web
    """Where participants enter the group."""
    at: Annotated[datetime, AfterValidator(_naive)]
    lang: Annotated[str, StringConstraints(pattern=r"^(en|sv|lv|fr)$")] = "en"
    about: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    concept: Concept
    questions: tuple[Words, ...] = Field(min_length=1, max_length=12)
    each: Period = Field(default=8 * _MINUTE, ge=_MINUTE, le=timedelta(days=2))
    """How long a question is talked about, where the bot moderates."""
    moderator: str = ""
    """A person's own id on the platform, who moderates in place of the bot."""
    remind: Period = Field(default=timedelta(hours=1), ge=timedelta(0), le=timedelta(days=7))
    seats: tuple[Seats, ...] = Field(min_length=1, max_length=8)

    @property
    def platform(self) -> str:
        """On which the place is."""
        return "telegram" if self.place.startswith("-") else "slack"


_FORM = Form(
    Definition,
    "the focus group",
    "docs/focus-groups.md",
    {
        "name": 'name = "new-basket", in small letters, digits and hyphens',
        "panel": 'panel = "taste", the name of a panel',
        "account": 'account = "shop_bot", the name of an account in the configuration',
        "place": 'place = "-1001234567890", of a topic "-1001234567890/17", or a Slack channel\'s id',
        "join": 'join = "https://t.me/+…", the link into the group',
        "at": "at = 2026-04-01T18:00:00, without quotes and without a timezone",
        "lang": 'lang = "en", "sv", "lv" or "fr"',
        "about": 'about = "a new basket"',
        "concept": '[concept] and under it text = "…"',
        "questions": 'questions = ["…", "…"], 1 to 12',
        "each": 'each = "8m", from "1m" to "2d"',
        "remind": 'remind = "1h"',
        "seats": "[[seats]], in double brackets, and under it count = 4 and perhaps who",
        "count": "count = 4, a whole number from 1 to 30",
        "who": "who = \"customer.country == 'SE'\"",
        "picture": 'picture = "https://shop.example/basket.jpg"',
    },
    {"seats": Seats, "concept": Concept},
)


def read_group(source: Path | str) -> Definition:
    """Raises `bot.campaigns.written.Problems` with all mistakes, each with its line and what to write instead."""
    return _FORM.read(source).content
