"""How long a channel waits while its platform is in trouble."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from channels.clock import SimulatedClock
from channels.outage import Outage


def _seconds(outage: Outage) -> float:
    return outage.pause().total_seconds()


def test_the_wait_grows_with_the_trouble_up_to_five_minutes(clock: SimulatedClock) -> None:
    outage = Outage("shop", clock, Random(7))
    assert 1 <= _seconds(outage) <= 1.26
    for minutes, least in ((1, 60), (4, 240), (60, 300)):
        clock.move_to(clock.now() + timedelta(minutes=minutes))
        assert least <= _seconds(outage) <= 1.25 * 301


def test_many_failures_at_one_moment_are_one_trouble(clock: SimulatedClock) -> None:
    outage = Outage("shop", clock, Random(7))
    assert max(_seconds(outage) for _ in range(100)) <= 1.26


def test_success_ends_the_trouble(clock: SimulatedClock) -> None:
    outage = Outage("shop", clock, Random(7))
    outage.pause()
    clock.move_to(clock.now() + timedelta(minutes=4))
    outage.over()
    assert _seconds(outage) <= 1.26
