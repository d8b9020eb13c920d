"""Lots: as uneven as chance has it, whoever the customers are, and no more."""

from __future__ import annotations

import itertools
from math import sqrt

import pytest
from sqlalchemy import select

from bot.campaigns.draws import draw_of
from storage.customers import Customer
from tests.campaigns.campaign import people
from tests.invitations.shop import Shop

NAMES = [f"spring-{number}" for number in range(400)]
FIRST = 3_766_593_352_842_207_232
"""An id as `new_id` makes them. Those of one import follow it one by one."""
FAR = 6
"""Standard deviations."""


@pytest.mark.parametrize("step", [1, 2, 6], ids=["everybody", "every second one", "every sixth one"])
def test_of_customers_who_came_one_after_another_each_draw_takes_its_share(step: int) -> None:
    """Such as those of one import, or those of one country where an import goes from country to country."""
    ids = range(FIRST, FIRST + 100 * step, step)
    for name in NAMES:
        draw = draw_of(name)
        for share, drawn in (
            (0.5, [draw.below(id, 0.5) for id in ids]),
            (0.1, [draw.below(id, 0.1) for id in ids]),
            (0.5, [draw.part(id, 2) == 0 for id in ids]),
            (0.25, [draw.part(id, 4) == 3 for id in ids]),
        ):
            assert abs(sum(drawn) - len(ids) * share) < FAR * sqrt(len(ids) * share * (1 - share)), (name, share, sum(drawn))


def test_who_is_in_one_draw_says_nothing_of_another() -> None:
    ids = range(FIRST, FIRST + 400)
    for one, other in itertools.pairwise(NAMES):
        both = sum(draw_of(one).below(id, 0.5) and draw_of(other).below(id, 0.5) for id in ids)
        assert abs(both - 100) < FAR * sqrt(75), (one, other, both)


async def test_the_database_draws_the_same_lots(shop: Shop) -> None:
    await people(shop, 20, writable=False)
    customer = Customer.__table__  # type: ignore[attr-defined]
    draw = draw_of("spring 1 sample")
    async with shop.database.read() as conn:
        rows = (await conn.execute(select(customer.c.id, draw.lot(customer.c.id), draw.part(customer.c.id, 4)))).all()
    assert len(rows) == 20
    assert [(lot, part) for _, lot, part in rows] == [(draw.lot(id), draw.part(id, 4)) for id, _, _ in rows]
