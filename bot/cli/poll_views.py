"""How a poll looks on the command line."""

from __future__ import annotations

from datetime import tzinfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.campaigns.polls.result import OptionResult, PlaceResult, PollResult
from bot.console.words import CONSOLE_WORDS
from storage.polls import PlaceState

__all__ = ["print_result"]

_WIDTH = 30


def print_result(console: Console, result: PollResult, zone: tzinfo) -> None:
    """One bar an option, its interval marked on it; then the same numbers place by place. `zone` is the shop's."""
    until = f", until {result.closes_at.astimezone(zone):%d %b %Y, %H:%M}" if result.closes_at and result.state == "running" else ""
    console.print(f"[bold]{escape(result.definition.question)}[/]\n{result.name} is {result.state}{until}; n = {result.voters:,} people\n")
    chart = Table("option", "", "share", "95 % interval", "n", box=None)
    for option in result.options:
        chart.add_row(escape(option.option), _bar(option), *_numbers(option), f"{option.votes:,}")
    console.print(chart)
    if result.definition.multiple:
        console.print("[dim]Several options could be chosen: the shares add up to more than 100 %.[/]")
    console.print("[dim]Those who answered chose to: this is what they think, not what all your customers do.[/]\n")
    if result.places:
        places = Table("account", "place", "state", "n", *(escape(option) for option in result.definition.options), box=None)
        for place in result.places:
            counts = [f"{count:,}" for count in place.tally.counts]
            places.add_row(escape(place.account), escape(place.place), _state(place), f"{place.tally.voters:,}", *counts)
        console.print(places)
    if any(place.state == PlaceState.REFUSED for place in result.places):
        console.print(f"\n[yellow]{CONSOLE_WORDS('poll.refused_about', 'en')}[/]")


def _state(place: PlaceResult) -> str:
    """As the page has it; what the platform itself said stands behind it."""
    said = CONSOLE_WORDS(f"poll_place.{'gone' if place.gone else place.state}", "en")
    return f"{said} ({escape(place.reason)})" if place.reason else said


def _bar(option: OptionResult) -> str:
    """The share as a bar, and beyond or within it the interval as a thin line."""
    if option.share is None:
        return "[dim]" + "·" * _WIDTH + "[/]"
    at, low, high = (round(_WIDTH * part) for part in (option.share.value, option.share.interval.low, option.share.interval.high))
    bar = f"[cyan]{'█' * min(at, low)}{'▓' * max(at - low, 0)}[/]"
    return f"{bar}[yellow]{'─' * max(high - at, 0)}[/][dim]{'·' * (_WIDTH - max(high, at))}[/]"


def _numbers(option: OptionResult) -> tuple[str, str]:
    if option.share is None:
        return "–", "–"
    interval = option.share.interval
    return f"{option.share.value:.0%}", f"{interval.low:.0%} to {interval.high:.0%}"
