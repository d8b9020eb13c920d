"""Taking touchpoints in: customers, addresses, touchpoints and their invitations, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.invitations.planning import Planner, matter_of
from bot.touchpoints.told import TouchpointTold
from storage.ids import new_id
from storage.queries.invitations import invitations_about
from storage.queries.touchpoints import CustomerRow, add_addresses, add_touchpoints, merge_customers, touchpoints_told

__all__ = ["Item", "Taken", "take_touchpoints"]


@dataclass(frozen=True, slots=True)
class Item:
    """A touchpoint and who tells it: `source` is the operator's name for a shop or a help desk."""

    source: str
    told: TouchpointTold

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.told.external_id

    @property
    def customer_key(self) -> tuple[str, str]:
        return self.source, self.told.customer.external_id


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an item. `token` is its invitation's, empty where nothing is asked about it."""

    external_id: str
    new: bool
    token: str = ""


def take_touchpoints(conn: Connection, items: Sequence[Item], planner: Planner, now: datetime) -> list[Taken]:
    """Store what is new of `items` and plan its invitations; one result for each, in their order.

    A touchpoint is told once, by its source and external id: told again it changes nothing but what is known of the
    customer. New ones are considered by the planner at once, so that the answer can hold the invitation's link.
    """
    customer_ids = merge_customers(conn, [_customer(item) for item in items], now)
    add_addresses(conn, _address_rows(items, customer_ids, now))
    new = add_touchpoints(conn, [_row(item, customer_ids[item.customer_key], now) for item in items])
    stored = {(row.source, row.external_id): row for row in touchpoints_told(conn, {item.key for item in items})}
    planner.consider(conn, [row for row in stored.values() if row.considered_at is None], now)
    invitations = invitations_about(conn, {(row.customer_id, matter_of(row)) for row in stored.values()})
    taken = []
    for item in items:
        row = stored[item.key]
        tokens = (invitations.get((row.customer_id, matter_of(row), survey), "") for survey in planner.surveys_after(row.kind))
        taken.append(Taken(item.told.external_id, item.key in new, next(filter(None, tokens), "")))
        new.discard(item.key)
    return taken


def _customer(item: Item) -> CustomerRow:
    told = item.told.customer
    return CustomerRow(item.source, told.external_id, told.name, told.lang, told.timezone, told.country, told.attributes)


def _address_rows(items: Sequence[Item], customer_ids: dict[tuple[str, str], int], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "customer_id": customer_ids[item.customer_key],
            **address.model_dump(),
            "lang": item.told.customer.lang,
            "created_at": now,
        }
        for item in items
        for address in item.told.customer.addresses
    ]


def _row(item: Item, customer_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "source": item.source,
        "external_id": item.told.external_id,
        "customer_id": customer_id,
        "kind": item.told.kind,
        "occurred_at": item.told.occurred_at,
        "attributes": item.told.attributes,
        "created_at": now,
    }
