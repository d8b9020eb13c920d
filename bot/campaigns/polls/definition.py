"""What a poll is, as its author wrote it; and whether every platform takes it, checked before it is posted anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from bot.campaigns.written import Form, Wrong
from bot.toml.times import Period, in_units
from channels.contract import PollRules

__all__ = ["Definition", "Place", "read_poll", "wrong_with"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\n\x00]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(_Strict):
    """Where it is asked: a place of one account, as its platform names it."""

    account: Annotated[str, StringConstraints(min_length=1)]
    place: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    anonymous: bool | None = None
    """Other than the poll itself."""


def _each_once(options: tuple[str, ...]) -> tuple[str, ...]:
    if len({option.casefold() for option in options}) < len(options):
        raise ValueError("has one of them twice; write each once")
    return options


def _each_place_once(places: tuple[Place, ...]) -> tuple[Place, ...]:
    if len({(place.account, place.place) for place in places}) < len(places):
        raise ValueError("stands there twice; write each place once")
    return places


class Definition(_Strict):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    question: Line
    options: Annotated[tuple[Line, ...], AfterValidator(_each_once)] = Field(min_length=2, max_length=10)
    multiple: bool = False
    """Whether one person may choose several options."""
    anonymous: bool = True
    """Whether the platform keeps from everybody, us too, who chose what; where it can do otherwise."""
    closes: Period = Field(default=timedelta(days=3), ge=timedelta(minutes=5), le=timedelta(days=30))
    """How long after it is posted it can be answered."""
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    place: Annotated[tuple[Place, ...], AfterValidator(_each_place_once)] = Field(min_length=1, max_length=50)

    def anonymous_at(self, place: Place) -> bool:
        return self.anonymous if place.anonymous is None else place.anonymous


_FORM = Form(
    Definition,
    "the poll",
    "docs/polls.md",
    {
        "name": 'name = "next-colour", in small letters, digits and hyphens',
        "question": 'question = "Which colour shall the next mug have?", on one line',
        "options": 'options = ["Blue", "Green"], 2 to 10 of them in square brackets',
        "multiple": "multiple = true, or false, without quotes",
        "anonymous": "anonymous = true, or false, without quotes",
        "closes": 'closes = "3d", from "5m" to "30d"',
        "lang": 'lang = "en", a language in two letters',
        "place": '[[place]], in double brackets, and under it account = "…" and place = "…"',
        "account": 'account = "shop_bot", the name of an account in the configuration',
    },
    {"place": Place},
)


def read_poll(source: Path | str, rules: Mapping[str, PollRules]) -> Definition:
    """The poll in a file, or in a text. `rules` are those of each account that can post polls.

    Raises:
        Problems: with all mistakes, each with its line and what to write instead.
    """
    written = _FORM.read(source)
    written.refuse(wrong_with(written.content, rules))
    return written.content


def wrong_with(definition: Definition, rules: Mapping[str, PollRules]) -> list[Wrong]:
    """What the platforms of its places would not take."""
    wrong: list[Wrong] = []
    for number, place in enumerate(definition.place):
        rule = rules.get(place.account)
        if rule is None:
            known = f"choose among {', '.join(rules)}" if rules else "configure an account on a platform that has polls: docs/polls.md"
            wrong.append((("place", number, "account"), f'there is no account "{place.account}" that can post polls', known))
            continue
        wrong += _against(definition, place, number, rule)
    return wrong


def _against(definition: Definition, place: Place, number: int, rule: PollRules) -> list[Wrong]:
    at, wrong = f'for the account "{place.account}"', list[Wrong]()
    if not re.fullmatch(rule.place, place.place):
        wrong.append((("place", number, "place"), f'"{place.place}" is no place there', f"write {rule.place_example}"))
    if len(definition.question) > rule.question:
        what = f"the question has {len(definition.question)} characters, and {rule.question} are the most {at}"
        wrong.append((("question",), what, "say it more shortly"))
    if len(definition.options) > rule.options:
        what = f"there are {len(definition.options)} options, and {rule.options} are the most {at}"
        wrong.append((("options",), what, "leave some out, or leave out this place"))
    for option in definition.options:
        if len(option) > rule.option:
            what = f'"{option}" has {len(option)} characters, and an option has at most {rule.option} {at}'
            wrong.append((("options",), what, "say it more shortly"))
    if definition.multiple and not rule.multiple:
        wrong.append((("multiple",), f"only one option can be chosen {at}", "write multiple = false, or leave out this place"))
    if not definition.anonymous_at(place) and not rule.named and not rule.draws:
        wrong.append((("place", number), f"polls are always anonymous {at}", "write anonymous = true under this [[place]]"))
    if not rule.shortest <= definition.closes <= rule.longest:
        span = f'"{in_units(rule.shortest)}" to "{in_units(rule.longest)}"'
        wrong.append((("closes",), f"a poll is open for {span} {at}", f"write closes = a time from {span}"))
    return wrong
