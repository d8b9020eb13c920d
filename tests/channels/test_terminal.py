"""The terminal channel: what a person types, and what they are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import StringIO

from rich.console import Console

from channels.clock import SystemClock
from channels.contract import Choice, Heard, HeardKind, Layout, Link, Say
from channels.customers.terminal import Terminal
from tests.patience import PATIENCE

YES_NO = Say("Again?", (Choice("no", "No"), Choice("yes", "Yes"), Choice("skip", "Skip", aside=True)), Layout.ROW)
SCORES = Say("How likely?", tuple(Choice(f"n{n}", str(n)) for n in range(11)), Layout.SCALE)
WORDED = Say("How satisfied?", tuple(Choice(f"s{n}", f"{n} – {word}") for n, word in ((3, "so-so"), (4, "well"), (5, "very well"))))


async def _conversation(asked: Say, typed: Sequence[str]) -> tuple[list[Heard], str]:
    """Somebody is asked at the start and types these lines; gives what was heard and all that was shown."""
    shown, heard = StringIO(), list[Heard]()
    lines = iter([f"{line}\n" for line in typed])
    console = Console(file=shown, width=60)
    terminal = Terminal("here", console=console, clock=SystemClock(), lang="sv", token="a-token", read=lambda: next(lines, ""))

    async def hear(one: Heard) -> None:
        heard.append(one)
        if one.kind is HeardKind.START:
            await terminal.send(one.address, asked, message_id=1)

    async with asyncio.timeout(PATIENCE):
        await terminal.run(hear)
    return heard, shown.getvalue()


async def test_a_number_picks_the_choice_that_stands_under_it() -> None:
    heard, shown = await _conversation(YES_NO, ["2", "Yes", "skip", "perhaps", "3"])
    assert [(one.kind, one.choice or one.text) for one in heard[1:]] == [
        (HeardKind.CHOICE, "yes"),
        (HeardKind.CHOICE, "yes"),
        (HeardKind.CHOICE, "skip"),
        (HeardKind.TEXT, "perhaps"),
        (HeardKind.TEXT, "3"),
    ]
    assert "1  No" in shown
    assert "2  Yes" in shown


async def test_on_a_scale_a_number_is_the_score_and_not_its_place() -> None:
    heard, shown = await _conversation(SCORES, ["0", "10", "11"])
    assert [one.choice or one.text for one in heard[1:]] == ["n0", "n10", "11"]
    assert "0  1  2  3  4  5  6  7  8  9  10" in shown


async def test_labels_that_begin_with_a_number_are_picked_by_it() -> None:
    heard, shown = await _conversation(WORDED, ["4", "1"])
    assert [one.choice or one.text for one in heard[1:]] == ["s4", "1"]
    assert "  4 – well" in shown


async def test_the_conversation_starts_with_its_token_and_ends_with_the_input() -> None:
    heard, _ = await _conversation(YES_NO, ["", "   "])
    assert [(one.kind, one.token, one.lang) for one in heard] == [(HeardKind.START, "a-token", "sv")]


async def test_every_line_is_an_event_of_its_own() -> None:
    heard, _ = await _conversation(YES_NO, ["yes", "yes", "yes"])
    assert len({one.update_id for one in heard}) == 4


async def test_ticks_are_shown_again_and_an_answered_question_is_not() -> None:
    shown = StringIO()
    terminal = Terminal("here", console=Console(file=shown, width=60), clock=SystemClock())
    ticked = Say("What?", (Choice("a", "Late", picked=True), Choice("d", "Done")), edits="q.1")
    await terminal.send("here", ticked, message_id=2, edits="1")
    assert shown.getvalue() == "  1  Late ✓\n  2  Done\n"
    await terminal.send("here", Say("What?\n\n✓ Late", edits="q.1"), message_id=3, edits="1")
    assert shown.getvalue() == "  1  Late ✓\n  2  Done\n"
    await terminal.send("here", Say("Thank you [bold]!", link=Link("Our policy", "https://shop.example/policy")), message_id=4)
    assert "Thank you [bold]!" in shown.getvalue()
    assert "Our policy: https://shop.example/policy" in shown.getvalue()
