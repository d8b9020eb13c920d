"""Rounds of invitations: while one is under way none begins for the same people, whoever asks for it, wherever and however often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from bot.mistake import Mistake
from storage.campaigns import CampaignState
from storage.queries.campaigns import with_survey
from storage.queries.rounds import count_unanswered

__all__ = ["inviting_already", "rounds_under_way"]

_UNDER_WAY = (CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED)


def rounds_under_way(conn: Connection, survey: str, named: str) -> list[Any]:
    """The campaigns that invite to that survey and have not written to everybody yet, where their names are such: what somebody wrote
    themselves goes on beside them."""
    return [one for one in with_survey(conn, survey) if one.state in _UNDER_WAY and re.fullmatch(named, one.name)]


def inviting_already(conn: Connection, survey: str, rounds: Sequence[Any]) -> Mistake:
    """What whoever wants to begin another one is told."""
    names, unanswered = ", ".join(one.name for one in rounds), count_unanswered(conn, survey)
    return Mistake(
        f"they are being invited already, by {names}" + (f"; invited, and not answered yet: {unanswered}" if unanswered else ""),
        f"follow it: makegood campaign status {rounds[0].name}",
        "inviting",
        names=names,
        n=unanswered or None,
    )
