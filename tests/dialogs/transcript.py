"""A dialog as a readable file: what the customer does is played, what the bot does is written down.

    after-purchase, en, product = a kettle
    > (start)
    < How satisfied …
      [1 – Very dissatisfied] [2 – …]
    > 4
    = csat: 4

Lines of the customer begin with `>`, after a pause of ten seconds unless it is named (`+2s >`). `[label]` taps the newest
button of that label, `[label]@1` the one of the first asking; `(start)`, `(photo)`, `(photo) words`, `(voice)` and
`(sticker) 👍` are what they say; `(edit) words` puts otherwise what was written last; all else is written. The bot's
lines: `<` says, `~` replaces an earlier message, `=` records, `!` tells the house. The state is stored as JSON and read
again between every two lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.dialogs.advance import advance, begin
from bot.dialogs.dialog import Answered, Dialog, Step
from bot.dialogs.stored import dialog_from_json, dialog_to_json
from bot.surveys.bank import bank
from bot.surveys.definition import Survey
from bot.surveys.wording import minutes_in
from channels.contract import Choice, Heard, HeardKind, Media, MediaKind, Say

_LINE = re.compile(r"(?:\+(\d+)([smhd]) )?> ?(.*)")
_TAP = re.compile(r"\[(.+)\](?:@(\d+))?")
_MEDIA = re.compile(r"\((photo|voice|sticker|document|video)\) ?(.*)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass
class Player:
    survey: Survey
    dialog: Dialog
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    buttons: list[tuple[int, Choice]] = field(default_factory=list)
    heard: int = 0
    wrote_at: datetime | None = None

    def play(self, line: str) -> Iterator[str]:
        pause, unit, what = _LINE.fullmatch(line).groups()  # type: ignore[union-attr]
        self.now += timedelta(**{_UNITS[unit or "s"]: int(pause or 10)})
        self.dialog = self._stored_and_read_again()
        step = begin(self.survey, self.dialog, self.now) if what == "(start)" and not self.dialog.asked else self._advance(what)
        self.dialog = step.dialog
        yield line
        yield from self._written(step)

    def _advance(self, what: str) -> Step:
        return advance(self.survey, self.dialog, self._heard(what), self.now)

    def _stored_and_read_again(self) -> Dialog:
        data = json.loads(json.dumps(dialog_to_json(self.dialog)))
        return dialog_from_json(data, id=self.dialog.id, survey=self.dialog.survey, state=self.dialog.state.value)

    def _heard(self, what: str) -> Heard:
        self.heard += 1
        kind, text, choice, media, at, edited = HeardKind.TEXT, what, "", None, self.now, False
        if tap := _TAP.fullmatch(what):
            kind, text, choice = HeardKind.CHOICE, "", self._ref(tap[1], int(tap[2] or 0))
        elif sent := _MEDIA.fullmatch(what):
            kind, text, media = HeardKind.MEDIA, sent[2], Media(MediaKind(sent[1]), "file-1")
        elif what == "(start)":
            kind, text = HeardKind.START, ""
        elif what.startswith("(edit) "):
            assert self.wrote_at, "nothing was written before"
            text, at, edited = what.removeprefix("(edit) "), self.wrote_at, True
        else:
            self.wrote_at = self.now
        return Heard("test", "test", "1", str(self.heard), kind, at, text=text, choice=choice, media=media, edited=edited)

    def _ref(self, label: str, asked: int) -> str:
        for number, choice in reversed(self.buttons):
            if choice.label == label and asked in (0, number):
                return choice.ref
        raise AssertionError(f"there is no button [{label}]" + (f" in message {asked}" if asked else ""))

    def _written(self, step: Step) -> Iterator[str]:
        for answered in step.answers:
            yield f"= {answered.question}: {_value(answered)}"
        for signal in step.signals:
            yield f"! {signal.kind}" + (f": {signal.words}" if signal.words else "") + (f" ({signal.media.kind})" if signal.media else "")
        for say in step.says:
            self.buttons += [(step.dialog.asked, choice) for choice in say.choices]
            yield from _said(say)


def _value(answered: Answered) -> str:
    value = "skipped" if answered.value is None else json.dumps(answered.value, ensure_ascii=False)
    words = f" with the words {answered.words!r}" if answered.words and answered.words != answered.value else ""
    return value + words + (f" ({answered.media.kind})" if answered.media else "")


def _said(say: Say) -> Iterator[str]:
    first, *rest = say.text.split("\n")
    yield f"{'~' if say.edits else '<'} {first}"
    for line in rest:
        yield f"  {line}".rstrip()
    if answers := [f"[{'✓ ' if choice.picked else ''}{choice.label}]" for choice in say.choices if not choice.aside]:
        yield f"  {' '.join(answers)}"
    if asides := [f"[{choice.label}]" for choice in say.choices if choice.aside]:
        yield f"  aside: {' '.join(asides)}"


def played(text: str) -> str:
    """The whole file as it must read, from its own first lines and what the customer does in it."""
    lines = text.splitlines()
    opening = next(place for place, line in enumerate(lines) if line and not line.startswith("#"))
    name, lang, *facts = lines[opening].split(", ")
    survey = bank()[name]
    told = dict(fact.split(" = ", 1) for fact in facts)
    dialog = Dialog(35, name, lang, {"shop": "Fjord & Field", "minutes": minutes_in(survey.minutes, lang), **told})
    player = Player(survey, dialog)
    written = [*lines[: opening + 1]]
    for line in lines[opening + 1 :]:
        if _LINE.fullmatch(line):
            written += ["", *player.play(line)]
    return "\n".join(written) + "\n"
