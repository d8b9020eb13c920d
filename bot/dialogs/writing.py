"""Writing what a batch brought forth, set-wise: new addresses, dialogs, answers, invitations, messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.loading import Loaded
from bot.dialogs.moving import write_joins, write_moves
from bot.dialogs.opening import NUDGE_AFTER
from bot.dialogs.outcome import Outcome
from bot.dialogs.stored import dialog_to_json
from bot.dialogs.talk import Held, Talk
from storage.bulk import insert_many, update_many
from storage.customers import Address, Consent, Customer
from storage.dialogs import Dialog as DialogRow
from storage.ids import new_id
from storage.invitations import Invitation
from storage.queries.recalling import recall_from

__all__ = ["write_conversations"]

_customer, _address, _consent = Customer.__table__, Address.__table__, Consent.__table__  # type: ignore[attr-defined]
_dialog, _invitation = DialogRow.__table__, Invitation.__table__  # type: ignore[attr-defined]


def write_conversations(conn: Connection, loaded: Loaded, owners: dict[int, int], outcomes: Sequence[Outcome], now: datetime) -> None:
    """`owners` is whose each address was when it was read: a signed link may have named its customer since."""
    strangers = [loaded.talks[at] for at in loaded.strangers]
    if strangers:
        _write_strangers(conn, strangers, owners, {customer_id for outcome in outcomes for customer_id in outcome.customer_ids()}, now)
    came = [outcome.came for outcome in outcomes if outcome.came]
    write_joins(conn, came, now)
    named = [talk for at, talk in loaded.talks.items() if talk.customer_id != owners[talk.address_id] and at not in loaded.strangers]
    _update(conn, _address, [{"id": talk.address_id, "customer_id": talk.customer_id, "lang": talk.lang} for talk in named])
    _update(conn, _address, list(_reachability(outcomes, now).values()))
    write_moves(conn, came, now)
    changed = {id(held): held for talk in loaded.talks.values() for held in talk.dialogs if held.changed}.values()
    moved = [held for held in changed if held.version]
    # What ends makes room for what goes on at the same address.
    for going_on in (False, True):
        if rows := [_moved_dialog(held, now) for held in moved if held.is_open is going_on]:
            update_many(conn, _dialog, rows)
    insert_many(conn, _dialog, [_new_dialog(held, now) for held in changed if held.version == 0])
    _update(conn, _invitation, list(_invitations(outcomes).values()))
    insert_many(
        conn,
        _consent,
        [
            {"id": new_id(), "customer_id": outcome.talk.customer_id, "purpose": purpose, "granted": granted, "source": "dialog", "at": now}
            for outcome in outcomes
            for purpose, granted in outcome.consents
        ],
    )
    # Who has just said no to something hears nothing more of what still waits: whether the rest is for them is decided anew.
    if refused := {outcome.talk.customer_id for outcome in outcomes if any(not granted for _, granted in outcome.consents)}:
        recall_from(conn, refused, now)


def _update(conn: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        update_many(conn, table, rows, guard=None)


def _write_strangers(conn: Connection, talks: Sequence[Talk], owners: dict[int, int], spoken: set[int], now: datetime) -> None:
    """Somebody never met before is a customer without a name, until a signed link says who they are.

    Who came by such a link before saying anything (`spoken` are the customers who did) never was one.
    """
    insert_many(
        conn,
        _customer,
        [
            {"id": owner, "name": talk.name, "lang": talk.lang, "attributes": {}, "created_at": now}
            for talk in talks
            if (owner := owners[talk.address_id]) == talk.customer_id or owner in spoken
        ],
    )
    insert_many(
        conn,
        _address,
        [
            {
                "id": talk.address_id,
                "customer_id": talk.customer_id,
                "channel": talk.channel,
                "account": talk.account,
                "native_id": talk.native_id,
                "lang": talk.lang,
                "created_at": now,
            }
            for talk in talks
        ],
    )


def _reachability(outcomes: Sequence[Outcome], now: datetime) -> dict[int, dict[str, Any]]:
    return {
        outcome.talk.address_id: {
            "id": outcome.talk.address_id,
            "reachable": outcome.reachable,
            "unreachable_reason": "" if outcome.reachable else "blocked by the customer",
            "blocked_at": None if outcome.reachable else now,
        }
        for outcome in outcomes
        if outcome.reachable is not None
    }


def _invitations(outcomes: Sequence[Outcome]) -> dict[int, dict[str, Any]]:
    changes: dict[int, dict[str, Any]] = {}
    for outcome in outcomes:
        for invitation_id, change in outcome.invitations.items():
            changes.setdefault(invitation_id, {"id": invitation_id}).update(change, remind_at=None)
    return changes


def _new_dialog(held: Held, now: datetime) -> dict[str, Any]:
    return {
        "id": held.dialog.id,
        "address_id": held.address_id,
        "customer_id": held.customer_id,
        "invitation_id": held.invitation_id,
        "case_id": held.case_id,
        "survey": held.dialog.survey,
        "survey_version_id": held.survey_version_id,
        "state": held.dialog.state.value,
        "version": 1,
        "data": dialog_to_json(held.dialog),
        "opened_at": held.opened_at,
        "updated_at": now,
        "nudge_at": now + NUDGE_AFTER,
    }


def _moved_dialog(held: Held, now: datetime) -> dict[str, Any]:
    return {
        "id": held.dialog.id,
        "version": held.version,
        "address_id": held.address_id,
        "state": held.dialog.state.value,
        "data": dialog_to_json(held.dialog),
        "updated_at": now,
        "nudge_at": now + NUDGE_AFTER,
    }
