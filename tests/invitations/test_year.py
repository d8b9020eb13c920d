"""A year of invitations to many customers all over the world, under a clock that jumps from one decision to the next."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.invitations.planning import Ask
from bot.invitations.policy import Known, Not, Policy, Yes, may_write
from tests.invitations.witness import disturbances

PLACES = (("Europe/Stockholm", "SE"), ("Europe/Riga", "LV"), ("America/Sao_Paulo", "BR"), ("America/New_York", "US"), ("Asia/Tokyo", "JP"))
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
YEAR, DAY = timedelta(days=365), timedelta(days=1)
ASK = Ask("delivery", "after-purchase", delay=timedelta(hours=3))


@dataclass
class Somebody:
    zone: str
    country: str
    asked: list[datetime] = field(default_factory=list)
    busy_until: datetime = NEW_YEAR


def test_over_a_year_nobody_is_woken_or_asked_too_often_and_everybody_is_settled() -> None:
    rng = Random(20260101)
    policy = Policy(frequency_cap=7 * DAY)
    people = [Somebody(*rng.choice(PLACES)) for _ in range(150)]
    waiting: list[tuple[datetime, int, datetime, datetime, int]] = []
    for number in range(3000):
        occurred_at = NEW_YEAR + rng.random() * YEAR
        index = rng.randrange(len(people))
        due_at = ASK.due_at(occurred_at, ZoneInfo(people[index].zone))
        heapq.heappush(waiting, (due_at, number, occurred_at, due_at + 14 * DAY, index))
    ends: defaultdict[str, int] = defaultdict(int)
    looks = 0
    while waiting:
        looks += 1
        now, number, occurred_at, expires_at, index = heapq.heappop(waiting)
        person = people[index]
        known = Known(
            expires_at,
            occurred_at,
            timezone=person.zone,
            country=person.country,
            last_asked_at=person.asked[-1] if person.asked else None,
            open_dialog=now < person.busy_until,
        )
        match may_write(policy, known, now):
            case Yes():
                assert not disturbances(policy, now, ZoneInfo(person.zone), person.country)
                assert not person.asked or now - person.asked[-1] >= 7 * DAY
                assert now < expires_at
                person.asked.append(now)
                person.busy_until = now + rng.random() * 2 * DAY
                ends["sent"] += 1
            case Not(reason, None):
                ends[reason.value] += 1
            case Not(_, datetime() as until):
                assert now < until < expires_at
                heapq.heappush(waiting, (until, number, occurred_at, expires_at, index))
    assert sum(ends.values()) == 3000
    assert ends["sent"] > 2800
    assert looks < 4 * 3000
