"""Starting dialogs at known addresses, inside somebody's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, update

from bot.dialogs.advance import begin
from bot.dialogs.dialog import Dialog, DialogState
from bot.dialogs.stored import dialog_to_json
from bot.surveys.definition import Survey
from bot.surveys.wording import minutes_in
from channels.contract import Say
from channels.outbox import message_row
from storage.among import among
from storage.bulk import insert_many
from storage.dialogs import Dialog as DialogRow
from storage.ids import new_id
from storage.outbox import Message, Priority
from storage.written_out import written_out

__all__ = ["NUDGE_AFTER", "Opening", "facts_for", "open_dialogs"]

NUDGE_AFTER = timedelta(days=1)
"""How long a dialog may be silent before it is looked at again."""

_dialog, _message = DialogRow.__table__, Message.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Opening:
    """One survey to be put to one customer at one address now. `attributes` are the touchpoint's."""

    survey: Survey
    survey_version_id: int
    customer_id: int
    address_id: int
    channel: str
    account: str
    address: str
    lang: str
    name: str = ""
    invitation_id: int | None = None
    case_id: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    priority: Priority = Priority.CAMPAIGN


_END = (
    update(_dialog)
    .where(
        among(_dialog.c.address_id, "at_addresses"),
        _dialog.c.survey == bindparam("of_survey"),
        _dialog.c.state == written_out(DialogState.OPEN),
    )
    .values(state=DialogState.EXPIRED.value, version=_dialog.c.version + 1, updated_at=bindparam("at", type_=_dialog.c.updated_at.type))
)


def facts_for(survey: Survey, *, shop: str, lang: str, name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What texts and conditions of a dialog may use."""
    known: dict[str, Any] = {"shop": shop, "minutes": minutes_in(survey.minutes, lang)}
    if name:
        known["name"] = name
    return {**attributes, **known}


def open_dialogs(conn: Connection, openings: Sequence[Opening], *, shop: str, now: datetime) -> list[dict[str, Any]]:
    """Begin these dialogs and put their first messages into the outbox; gives back the messages' rows.

    A dialog still open at the same address about the same survey ends: the new one takes its place.
    """
    if not openings:
        return []
    addresses: dict[str, list[int]] = defaultdict(list)
    for opening in openings:
        addresses[opening.survey.name].append(opening.address_id)
    for survey, ids in addresses.items():
        conn.execute(_END, {"of_survey": survey, "at_addresses": ids, "at": now})
    dialogs: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for opening in openings:
        facts = facts_for(opening.survey, shop=shop, lang=opening.lang, name=opening.name, attributes=opening.attributes)
        step = begin(opening.survey, Dialog(new_id(), opening.survey.name, opening.lang, facts), now)
        dialogs.append(_dialog_row(step.dialog, opening, now))
        messages.extend(_message_row(say, step.dialog, opening, now) for say in step.says)
    insert_many(conn, _dialog, dialogs)
    insert_many(conn, _message, messages, ignore=True)
    return messages


def _message_row(say: Say, dialog: Dialog, opening: Opening, now: datetime) -> dict[str, Any]:
    return message_row(
        say,
        channel=opening.channel,
        account=opening.account,
        address=opening.address,
        priority=opening.priority,
        now=now,
        customer_id=opening.customer_id,
        dialog_id=dialog.id,
        invitation_id=opening.invitation_id,
        case_id=opening.case_id,
    )


def _dialog_row(dialog: Dialog, opening: Opening, now: datetime) -> dict[str, Any]:
    return {
        "id": dialog.id,
        "address_id": opening.address_id,
        "customer_id": opening.customer_id,
        "invitation_id": opening.invitation_id,
        "case_id": opening.case_id,
        "survey": dialog.survey,
        "survey_version_id": opening.survey_version_id,
        "state": dialog.state.value,
        "version": 1,
        "data": dialog_to_json(dialog),
        "opened_at": now,
        "updated_at": now,
        "nudge_at": now + NUDGE_AFTER,
    }
