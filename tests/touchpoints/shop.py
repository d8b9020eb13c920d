"""What a shop tells, for the tests of taking it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from bot.invitations.planning import Ask, Planner
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from bot.touchpoints.told import TouchpointTold
from channels.signature import sign
from storage.database import Database

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = "correct-horse-battery-staple"
PLANNER = Planner((Ask("delivery", "after-purchase", timedelta(hours=2)), Ask("late", "after-purchase")), ZoneInfo("Europe/Stockholm"))


def told(external_id: str = "T-1", **values: Any) -> dict[str, Any]:
    customer = {"external_id": "C-1", "name": "Astrid", "lang": "sv", "timezone": "Europe/Stockholm", "country": "SE"}
    whole = {"external_id": external_id, "kind": "delivery", "occurred_at": MONDAY.isoformat(), "customer": customer}
    return whole | values


def read(external_id: str = "T-1", **values: Any) -> TouchpointTold:
    return TouchpointTold.model_validate(told(external_id, **values), context={"now": MONDAY})


def signed(body: bytes | Any, *, at: datetime = MONDAY, secret: str = SECRET) -> dict[str, Any]:
    """Keyword arguments of a signed request with that body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = int(at.timestamp())
    headers = {"X-Makegood-Timestamp": str(timestamp), "X-Makegood-Signature": sign(secret, timestamp, content)}
    return {"content": content, "headers": headers}


async def publish_bank(database: Database) -> None:
    def publish_all(conn: Connection) -> None:
        for survey in bank().values():
            publish(conn, survey, MONDAY)

    await database.write(publish_all)


async def rows(database: Database, model: Any) -> Sequence[Row[Any]]:
    async with database.read() as conn:
        return (await conn.execute(select(model.__table__).order_by(model.__table__.c.id))).all()
