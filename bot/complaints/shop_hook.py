"""Telling the shop's system of promises: what it has to do, by when, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic_core import to_json
from sqlalchemy import Connection

from bot.complaints.promises import Fix
from channels.contract import Say
from channels.outbox import message_row
from channels.shop_hook import SHOP_HOOK
from storage.bulk import insert_many
from storage.outbox import Message, Priority
from storage.queries.cases import AnyRow, CaseView

__all__ = ["PromiseEvent", "tell_shop"]

_message = Message.__table__  # type: ignore[attr-defined]


class PromiseEvent(StrEnum):
    """What happened to a promise."""

    MADE = "promise.made"
    """Staff have promised it. A second one of the same `id` takes the place of the first."""
    KEPT = "promise.kept"
    """Staff say that it is done."""
    BROKEN = "promise.broken"
    """Its time has passed. It is still to be done."""


def tell_shop(conn: Connection, event: PromiseEvent, view: CaseView, promise: AnyRow, now: datetime) -> None:
    """Put one event into the outbox, once for each state that the case has been in. An explanation is nothing to be done.

    The shop's own numbers say whom and what it is about; names, chats and words are not in it.
    """
    if promise.fix == Fix.EXPLAIN:
        return
    case, customer, bought = view.case, view.customer, view.touchpoint
    told = {
        "event": event.value,
        "at": now.isoformat(),
        "promise": {"id": str(promise.id), "fix": promise.fix, "made_at": promise.made_at.isoformat()}
        | {"due_at": promise.due_at.isoformat()},
        "case": {"id": str(view.id), "department": case.department, "severity": case.severity},
        "customer": {"source": customer.source, "external_id": customer.external_id},
        "touchpoint": _named(bought) if bought else None,
    }
    key = f"{event.value}.{view.id}.{view.case.version}"
    say = Say(to_json(told).decode(), key=key)
    row = message_row(say, channel=SHOP_HOOK, account=SHOP_HOOK, address=event.value, priority=Priority.CASE, now=now, case_id=view.id)
    insert_many(conn, _message, [row], ignore=True)


def _named(bought: AnyRow) -> dict[str, object]:
    """Which purchase or contact it is, and what says which thing to send or to pay back."""
    known = {name: bought.attributes[name] for name in ("order", "product", "amount", "currency") if name in bought.attributes}
    return {"source": bought.source, "external_id": bought.external_id, "kind": bought.kind} | known
