"""Campaigns and their waves: what there is, what is to be planned, what is to be sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, delete, exists, func, or_, select, type_coerce, update

from storage.bulk import insert_many
from storage.campaigns import Campaign, Wave
from storage.customers import Customer
from storage.ids import new_id
from storage.invitations import AS_LINK, ASKED, Invitation, InvitationState
from storage.outbox import Message, MessageState
from storage.written_out import written_out

__all__ = [
    "add_campaign",
    "all_campaigns",
    "as_links",
    "begin_wave",
    "campaign_named",
    "change_campaign",
    "change_wave",
    "completed_of",
    "counts_of",
    "end_planned",
    "expire_later",
    "in_states",
    "last_due",
    "may_still_send",
    "remove_campaign",
    "sent_in_all",
    "states_of",
    "waves_by_id",
    "waves_of",
    "with_survey",
]

_campaign, _wave = Campaign.__table__, Wave.__table__  # type: ignore[attr-defined]
_customer = Customer.__table__  # type: ignore[attr-defined]
_invitation = Invitation.__table__  # type: ignore[attr-defined]
_message = Message.__table__  # type: ignore[attr-defined]
_PLANNED: Any = written_out(InvitationState.PLANNED)
_WAITING: Sequence[Any] = [written_out(state) for state in (MessageState.DUE, MessageState.SENDING)]
_AN_HOUR = 60 * 60 * 1000 << 21
"""As ids count it: another process's clock may be behind."""
AnyRow = Row[*tuple[Any, ...]]


def add_campaign(conn: Connection, name: str, survey: str, definition: dict[str, Any], now: datetime) -> None:
    """A new draft; where there is a campaign of that name already, nothing happens."""
    row = {"id": new_id(), "name": name, "survey": survey, "definition": definition, "created_at": now}
    insert_many(conn, _campaign, [row], ignore=True)


def campaign_named(conn: Connection, name: str, *, lock: bool = True) -> AnyRow | None:
    """The campaign of that name. With `lock`, locked on PostgreSQL."""
    found = select(_campaign).where(_campaign.c.name == name)
    return conn.execute(found.with_for_update() if lock else found).first()


def all_campaigns(conn: Connection) -> Sequence[AnyRow]:
    """The newest first."""
    return conn.execute(select(_campaign).order_by(_campaign.c.created_at.desc(), _campaign.c.id.desc())).all()


def in_states(conn: Connection, states: Collection[str]) -> Sequence[AnyRow]:
    return conn.execute(select(_campaign).where(_campaign.c.state.in_(list(states))).order_by(_campaign.c.id)).all()


def with_survey(conn: Connection, survey: str) -> Sequence[AnyRow]:
    """The campaigns that ask that survey."""
    return conn.execute(select(_campaign).where(_campaign.c.survey == survey).order_by(_campaign.c.id)).all()


def change_campaign(conn: Connection, campaign_id: int, **values: Any) -> None:
    conn.execute(update(_campaign).where(_campaign.c.id == campaign_id).values(**values))


def remove_campaign(conn: Connection, campaign_id: int) -> None:
    """One that never had a wave."""
    conn.execute(delete(_campaign).where(_campaign.c.id == campaign_id))


def begin_wave(conn: Connection, campaign_id: int, moment: datetime, *, only: bool = False) -> None:
    """The campaign's wave for that moment: one, whoever begins it and how often. The `only` one it has stays so, whatever its moment."""
    theirs = _wave.c.campaign_id == campaign_id
    there = select(_wave.c.id).where(theirs, *([] if only else [_wave.c.due_at == moment])).limit(1)
    if conn.execute(there).first() is not None:
        return
    number = conn.execute(select(func.coalesce(func.max(_wave.c.number), 0) + 1).where(theirs)).scalar_one()
    insert_many(conn, _wave, [{"id": new_id(), "campaign_id": campaign_id, "number": number, "due_at": moment}], ignore=True)


def waves_of(conn: Connection, campaign_id: int, *, ended: bool = True) -> Sequence[AnyRow]:
    """In their order; without those that have `ended` where that is said."""
    found = select(_wave).where(_wave.c.campaign_id == campaign_id).order_by(_wave.c.number)
    return conn.execute(found if ended else found.where(_wave.c.ended_at.is_(None))).all()


def change_wave(conn: Connection, wave_id: int, **values: Any) -> None:
    conn.execute(update(_wave).where(_wave.c.id == wave_id).values(**values))


def waves_by_id(conn: Connection) -> dict[int, AnyRow]:
    """All waves, each with its campaign: `id`, `campaign_id`, `name`, `definition`, and the campaign's `state`."""
    found = select(_wave.c.id, _wave.c.campaign_id, _campaign.c.name, _campaign.c.definition, _campaign.c.state)
    return {wave.id: wave for wave in conn.execute(found.join(_campaign, _campaign.c.id == _wave.c.campaign_id))}


def states_of(conn: Connection, campaign_id: int) -> list[tuple[int, str, str, str, int]]:
    """How many invitations of the campaign are in each state, by wave, survey, state and, where there is one, reason."""
    mine = _invitation.c.wave_id.in_(select(_wave.c.id).where(_wave.c.campaign_id == campaign_id))
    parts = (_invitation.c.wave_id, _invitation.c.survey, _invitation.c.state, _invitation.c.reason)
    rows = conn.execute(select(*parts, func.count()).where(mine).group_by(*parts))
    return [(wave, survey, state, reason, n) for wave, survey, state, reason, n in rows]


def as_links(conn: Connection, campaign_id: int, *, after: int, size: int) -> tuple[int | None, Sequence[AnyRow]]:
    """Of the next so many (`size`) invitations behind the id `after`, those of the campaign that are links which nobody has opened yet,
    each with its customer; and the id of the last one looked at, None where there are none left."""
    waves = conn.execute(select(_wave.c.id).where(_wave.c.campaign_id == campaign_id)).scalars().all()
    first = max(after, min(waves, default=0) - _AN_HOUR)  # what is older is of no wave of theirs
    some = select(_invitation.c.id).where(_invitation.c.id > first).order_by(_invitation.c.id).limit(size).subquery()
    last = conn.execute(select(func.max(some.c.id))).scalar()
    here = (_invitation.c.id > first, _invitation.c.id <= (last or 0), func.coalesce(_invitation.c.wave_id, 0).in_(waves))
    found = select(_customer.c.external_id, _customer.c.lang, _invitation.c.token)
    theirs = found.join(_customer, _customer.c.id == _invitation.c.customer_id)
    waiting = theirs.where(*here, _invitation.c.state == InvitationState.SENT.value, _invitation.c.reason == AS_LINK)
    return last, conn.execute(waiting.order_by(_invitation.c.id)).all()


def counts_of(conn: Connection, wave_ids: Sequence[int]) -> dict[str, int]:
    """How many invitations of these waves are in each state: from an index alone."""
    mine = _invitation.c.wave_id.in_(list(wave_ids))
    counted = select(_invitation.c.state, func.count().label("n")).where(mine).group_by(_invitation.c.state)
    rows = conn.execute(counted.order_by(_invitation.c.state))
    return {row.state: row.n for row in rows}


def last_due(conn: Connection, wave_ids: Sequence[int]) -> datetime | None:
    """When the last planned invitation of these waves is due: one step into an index for each wave."""
    planned = select(func.max(_invitation.c.due_at)).where(_invitation.c.state == _PLANNED)
    found = [conn.execute(planned.where(_invitation.c.wave_id == wave)).scalar_one() for wave in wave_ids]
    return max((due for due in found if due), default=None)


def sent_in_all(conn: Connection, campaign_id: int) -> int:
    counts = counts_of(conn, [wave.id for wave in waves_of(conn, campaign_id)])
    return sum(counts.get(state, 0) for state in ASKED)


def may_still_send(conn: Connection, wave_id: int) -> bool:
    """Whether something of the wave is planned, or waits in the outbox, which may give it back."""
    of_wave = _invitation.c.wave_id == wave_id
    planned = exists().where(of_wave, _invitation.c.state == _PLANNED)
    theirs = (_invitation.c.id == _message.c.invitation_id) & of_wave
    waiting = (exists().where(theirs, _message.c.state == state) for state in _WAITING)
    return bool(conn.execute(select(or_(planned, *waiting))).scalar())


def end_planned(conn: Connection, wave_id: int, reason: str, limit: int) -> int:
    """Settle planned invitations of the wave as suppressed, for that reason; gives back how many."""
    some = select(_invitation.c.id).where(_invitation.c.wave_id == wave_id, _invitation.c.state == _PLANNED).limit(limit)
    over = update(_invitation).where(_invitation.c.id.in_(some.scalar_subquery()))
    return conn.execute(over.values(state=InvitationState.SUPPRESSED.value, reason=reason)).rowcount


def expire_later(conn: Connection, wave_ids: Sequence[int], by: timedelta) -> None:
    """What of these waves has not been sent may be sent so much longer, or shorter."""
    planned = (_invitation.c.wave_id.in_(list(wave_ids)), _invitation.c.state == _PLANNED)
    till = type_coerce(_invitation.c.expires_at, BigInteger) + by // timedelta(microseconds=1)
    conn.execute(update(_invitation).where(*planned).values(expires_at=till))


def completed_of(conn: Connection, campaign_id: int, most: int) -> int:
    """How many have answered to the end, counted up to `most`."""
    waves = select(_wave.c.id).where(_wave.c.campaign_id == campaign_id)
    done = select(_invitation.c.id).where(_invitation.c.wave_id.in_(waves), _invitation.c.state == InvitationState.COMPLETED.value)
    return conn.execute(select(func.count()).select_from(done.limit(most).subquery())).scalar_one()
