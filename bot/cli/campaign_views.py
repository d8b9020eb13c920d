"""How campaigns look on the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from bot.campaigns.comparing import compared, scored
from bot.campaigns.definition import Definition
from bot.campaigns.moments import next_moment
from bot.campaigns.previewing import Shown
from bot.campaigns.progress import Progress, Pulse
from bot.campaigns.reaching import DAYS, Reach
from bot.campaigns.written import Problems
from bot.console.words import CONSOLE_WORDS
from bot.invitations.explaining import REASONS
from bot.surveys.checking.problem import Problem
from channels.clock import SystemClock
from storage.ids import short

__all__ = ["follow_progress", "print_preview", "print_problems", "print_remark", "print_status"]

_LOOK_EVERY = 1.0
"""Seconds."""
_OVER = ("done", "cancelled")
_WAVES = {"planned": "being planned", "ready": "all planned", "ended": "over", "missed": "its time was over before it began"}
"""In an operator's words, by the state that a wave carries."""


def print_problems(console: Console, found: Problems) -> None:
    for problem in found.problems:
        _print_problem(console, "[red]✗[/]", problem)


def print_remark(remark: Problem) -> None:
    _print_problem(Console(soft_wrap=True, highlight=False), "[yellow]![/]", remark)


def _print_problem(console: Console, mark: str, problem: Problem) -> None:
    place = f"{problem.file}, line {problem.line}" if problem.line else problem.file
    console.print(f"{mark} [bold]{escape(place)}[/]: {escape(problem.what)};\n  [green]{escape(problem.remedy)}[/]")


def print_preview(console: Console, reached: Reach | None, messages: Sequence[Shown]) -> None:
    if reached is not None:
        kept = f", {reached.control:,} kept back for comparison" if reached.control else ""
        if reached.after:
            those = f'touchpoints "{escape(reached.after)}" of the last {DAYS} days would have led to an invitation'
        else:
            those = "customers would be invited"
        console.print(f"[bold]{reached.invited:,}[/] of {reached.looked_at:,} {those}{kept}.")
        if reached.invited:
            console.print("[dim]Those who opted out, were asked lately or cannot be written to are counted too: see makegood why[/]")
        for fact, n in reached.known.items():
            console.print(f"[{'dim' if n else 'yellow'}]{fact} is known of {n:,} of {reached.looked_at:,}[/]")
        for one in reached.examples:
            facts = ", ".join(f"{name}: {value}" for name, value in (one.attributes or {}).items())
            about = " ".join(part for part in (one.lang, one.country, escape(facts)) if part)
            console.print(f"  {escape(one.external_id or short(one.id))}  {escape(one.name or '–')}  [dim]{about}[/]")
        console.print()
    for message in messages:
        buttons = "   ".join(f"[reverse] {escape(label)} [/]" for label in message.buttons)
        for number, text in enumerate(message.texts, start=1):
            last = number == len(message.texts)
            shown = escape(text) + (f"\n\n{buttons}" if last and buttons else "")
            console.print(Panel(shown, title=f"{message.platform}, wording {message.wording}", title_align="left", width=76))


def _soon(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    here = moment.astimezone(zone)
    return f"{here:%H:%M:%S}" if here.date() == now.astimezone(zone).date() else f"{here:%a %d %b, %H:%M}"


def follow_progress(look: Callable[[], Progress], zone: ZoneInfo) -> None:
    """Stay with a bar until the campaign is over, or the reader leaves. `zone` is the shop's."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"))
    pulse, clock = Pulse(), SystemClock()
    with Bar(*columns) as bar:
        task = bar.add_task("", total=None, speed="")
        while True:
            found, now = look(), clock.now()
            pulse.look(now, found.settled)
            end = pulse.end(now, found)
            speed = f"{pulse.speed:,.1f}/s" + (f", through {_soon(end, now, zone)}" if end else "")
            description = "; ".join((f"{found.name} {found.state}", *(why for _, why in found.held)))
            bar.update(task, description=description, completed=found.settled, total=found.chosen or None, speed=speed)
            if found.state in _OVER:
                return
            time.sleep(_LOOK_EVERY)


def print_status(
    progress: Progress, definition: Definition, counts: Sequence[tuple[int, str, str, str, int]], zone: ZoneInfo, now: datetime
) -> None:
    """`zone` is the shop's, whose clock the moments are told by."""
    console = Console(highlight=False)
    why = f" ({escape(progress.reason)})" if progress.reason else ""
    far = f": {progress.settled:,} of {progress.chosen:,} settled, {progress.share:.0%}" if progress.chosen else ""
    console.print(f"[bold]{progress.name}[/] is {progress.state}{why}{far}")
    following = next_moment(definition, zone, now) if progress.state in ("scheduled", "running") else None
    if following:
        console.print(f"Next: {following.astimezone(zone):%a %d %b %Y, %H:%M}, on each customer's own clock")
    if progress.state == "running" and progress.last_due and progress.last_due > now:
        console.print(f"{progress.planned:,} wait, the last until {_soon(progress.last_due, now, zone)}")
    for _, held in progress.held:
        console.print(f"[yellow]{escape(held)}[/]")
    waves = Table("wave", "for", "state", "looked at", "invited", "kept back", box=None)
    for wave in progress.waves:
        numbers = (f"{number:,}" for number in (wave.seen, wave.chosen, wave.control))
        waves.add_row(str(wave.number), f"{wave.due_at.astimezone(zone):%d %b %Y, %H:%M}", _WAVES[wave.state], *numbers)
    if progress.waves:
        console.print(waves)
    sums: dict[tuple[str, str], int] = {}
    for _, _, state, reason, n in counts:
        sums[state, reason] = sums.get((state, reason), 0) + n
    states = Table("invitations", "", "why", box=None)
    for (state, reason), n in sorted(sums.items()):
        states.add_row(CONSOLE_WORDS(f"invitation.{state}", "en"), f"{n:,}", escape(REASONS.get(reason, reason)))
    if sums:
        console.print(states)
    if sums and len(definition.arms) > 1:
        wordings = Table("wording", "asked", "answered", "share", "against the survey's own", box=None)
        for one in compared(definition, counts):
            wordings.add_row(one.name, f"{one.asked:,}", f"{one.completed:,}", _rate(one.rate), _against(one))
        console.print(wordings)
    if found := scored(definition, progress.scores):
        several = len(definition.arms) > 1
        scores = Table("measure", "answers", "score", *(["wording", "against the survey's own"] if several else []), box=None)
        for score in found:
            more = [score.name, _against(score, score.measure)] if several else []
            scores.add_row(score.measure.upper(), f"{score.measured.n:,}", _rate(score.measured, score.measure), *more)
        console.print(scores)


def _rate(measured: Any, measure: str = "") -> str:
    if measured is None or measured.withheld:
        return "too few answers"
    low, high = measured.interval.low, measured.interval.high
    if measure == "nps":
        return f"{measured.value:+.0f} ({low:+.0f} to {high:+.0f})"
    return f"{measured.value:.0%} ({low:.0%} to {high:.0%})"


def _against(one: Any, measure: str = "") -> str:
    if one.against_own is None or one.against_own.withheld:
        return ""
    of = 1 if measure == "nps" else 100
    value, low, high = (of * number for number in (one.against_own.value, one.against_own.interval.low, one.against_own.interval.high))
    verdict = "differs" if one.differs else "no difference shown"
    return f"{value:+.0f} points ({low:+.0f} to {high:+.0f}): {verdict}"
