"""What happens when: the orders' touchpoints and their customers' answers, in one order of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.replay.orders import Order
from bot.touchpoints.taking import Item
from bot.touchpoints.told import TouchpointTold

__all__ = ["next_round", "timeline"]

SOURCE = "orders"
A_ROUND = timedelta(hours=8)
"""Time from one round of what falls due to the next, counted from midnight UTC, so that a restart changes none of them. Less than
the half of a day that quiet hours leave free."""


def timeline(orders: Sequence[Order]) -> Sequence[tuple[datetime, Item | None, Order]]:
    """Everything that happens, in order: touchpoints (an item each), and answers (None)."""
    events: list[tuple[datetime, int, Item | None, Order]] = []
    for number, order in enumerate(orders):
        events.append((order.ordered_at, number, _touchpoint(order, "purchase", order.ordered_at), order))
        if order.delivered_at:
            events.append((order.delivered_at, number, _touchpoint(order, "delivery", order.delivered_at), order))
        if order.late_at:
            events.append((order.late_at, number, _touchpoint(order, "late", order.late_at), order))
        if order.answered_at:
            events.append((order.answered_at, number, None, order))
    return [(at, what, order) for at, _, what, order in sorted(events, key=lambda event: event[:2])]


def next_round(after: datetime) -> datetime:
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((after - midnight) // A_ROUND + 1) * A_ROUND


def _touchpoint(order: Order, kind: str, at: datetime) -> Item:
    told = {
        "external_id": f"{order.id} {kind}",
        "kind": kind,
        "occurred_at": at,
        "customer": {"external_id": order.customer, "lang": order.lang, "country": order.country},
        "attributes": {"order": order.id, "product": order.product, "amount": order.amount, "currency": order.currency},
    }
    return Item(SOURCE, TouchpointTold.model_validate(told))
