"""The groups and channels at which polls and focus groups are aimed."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.focus import FocusGroup, FocusState
from storage.polls import PlaceState, Poll, PollPlace, PollState

__all__ = ["public_places"]

_poll, _place, _group = Poll.__table__, PollPlace.__table__, FocusGroup.__table__  # type: ignore[attr-defined]
_DONE = (PlaceState.REFUSED.value, PlaceState.CLOSED.value, PlaceState.LEFT.value)


def public_places(conn: Connection, account: str) -> list[tuple[str, bool]]:
    """Those of an account that still matter, and whether a focus group sits there: polls not closed yet, drafts among them."""
    open_places = conn.execute(select(_place.c.place).where(_place.c.account == account, _place.c.state.not_in(_DONE))).scalars()
    drafts = conn.execute(select(_poll.c.definition).where(_poll.c.state == PollState.DRAFT.value)).scalars()
    aimed = [one["place"] for draft in drafts for one in draft["place"] if one["account"] == account]
    groups = conn.execute(select(_group.c.place).where(_group.c.account == account, _group.c.state != FocusState.ENDED.value)).scalars()
    return sorted({*((place, False) for place in (*open_places, *aimed)), *((place, True) for place in groups)})
