"""The words of a focus group, and the survey that invites to one. Pure."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.campaigns.focus.definition import Definition
from bot.surveys.definition import Question, QuestionKind, Survey
from storage.focus import purpose_of

__all__ = ["called", "clock_time", "invitation_to", "said", "survey_name", "together"]

_FACTS = {"shop": "{shop}", "name": "[ {name}]", "minutes": "{minutes}"}
"""Facts of the dialog, which stay to be filled."""


def survey_name(group: str) -> str:
    return f"focus-{group}"


def said(group: Definition, key: str, shop: str = "", **facts: str) -> str:
    """A sentence of the bot's about the group, in its language."""
    known = {**_FACTS, "about": group.about, "link": group.join, **facts}
    return _words()[group.lang][key].format(**(known | ({"shop": shop} if shop else {})))


def called(names: Sequence[str], everybody: Sequence[str]) -> list[str]:
    """By their first names, and by their whole ones where somebody else of `everybody` has the same first name."""
    firsts = Counter(name.split()[0] for name in everybody if name.strip())
    return [name if firsts[first := name.split()[0]] > 1 else first for name in names]


def together(names: Sequence[str], lang: str) -> str:
    """ "Anna, Bert and Carl"."""
    *others, last = names
    return f"{', '.join(others)} {_words()[lang]['and']} {last}" if others else last


def invitation_to(group: Definition, zone: ZoneInfo) -> Survey:
    """One question, whose yes is the consent to take part and to be written down under a pseudonym. `zone` is the shop's."""
    when = clock_time(group.at.replace(tzinfo=zone), group.lang)

    def texts(key: str) -> dict[str, str]:
        return {group.lang: said(group, key, when=when)}

    join = Question(
        key="join", kind=QuestionKind.SCALE, scale="yes_no", text=texts("join"), complaint=False, purpose=purpose_of(group.name)
    )
    words = {"title": texts("title"), "hello": texts("hello"), "thanks": texts("thanks"), "thanks_low": texts("thanks")}
    return Survey(name=survey_name(group.name), questions=(join,), minutes=1, **words)


def clock_time(moment: datetime, lang: str) -> str:
    """Day and hour on the clock that the moment bears, and which clock that is: who is invited may live by another one."""
    return str(format_datetime(moment, _words()[lang]["clock"], tzinfo=moment.tzinfo, locale=lang))


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
