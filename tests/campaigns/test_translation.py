"""A rule decided by the database chooses the customers that CEL itself would choose."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.campaigns.rule import customer_facts, fits
from bot.campaigns.translation import translated
from storage.bulk import insert_many
from storage.customers import Customer
from storage.ids import new_id
from tests.invitations.shop import MONDAY, TABLES, Shop

customer = TABLES[Customer]
VALUES: list[Any] = [None, "", "gold", "plain", "3", 3, 3.5, 30, 0, -2, True, False, ["gold"], {"a": 1}]
TRANSLATED = [
    "true",
    "customer.x == 'gold'",
    "customer.x != 'gold'",
    'customer.x == "3"',
    "customer.x == 3",
    "customer.x != 3.5",
    "!(customer.x == 3)",
    "customer.x in ['gold', 3]",
    "!(customer.x in ['gold', 'plain'])",
    "has(customer.x)",
    "!has(customer.x) || customer.x == 'gold'",
    "customer.x > 2 && customer.x <= 3.5",
    "customer.x < 3 || customer.country == 'SE'",
    "customer.country in ['SE', 'LV'] && !(customer.lang == 'sv')",
    "has(customer.country) && (customer.x >= 3 || customer.x == 'plain')",
    "customer.country != 'SE'",
    "customer.country == 3",
    "customer.country > 3",
]
HELD_AGAINST_EACH = ["customer.x.startsWith('go')", "customer.x < 'h'", "touchpoint.kind == 'return'", "customer.x", "size(customer.x) > 2"]


@pytest.mark.parametrize("rule", TRANSLATED)
async def test_a_translated_rule_chooses_whom_cel_would_choose(shop: Shop, rule: str) -> None:
    rows = [
        {"id": new_id(), "country": country, "lang": lang, "attributes": {} if value is None else {"x": value}, "created_at": MONDAY}
        for value in VALUES
        for country, lang in (("SE", "sv"), ("FR", ""), ("", "sv"))
    ]
    await shop.database.write(lambda conn: insert_many(conn, customer, rows))

    def chosen(conn: Connection) -> set[int]:
        condition = translated(rule, customer, conn.dialect.name)
        assert condition is not None
        return set(conn.execute(select(customer.c.id).where(condition)).scalars())

    known = await shop.rows(Customer)
    assert await shop.database.write(chosen) == {one.id for one in known if fits(rule, customer_facts(one), {})}


@pytest.mark.parametrize("rule", HELD_AGAINST_EACH)
def test_what_sql_would_decide_differently_is_not_translated(rule: str) -> None:
    assert translated(rule, customer, "sqlite") is translated(rule, customer, "postgresql") is None
