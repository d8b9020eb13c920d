"""How a focus group stands: who was invited and agreed, where the conversation is, who has said how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition, Seats
from bot.campaigns.focus.moderating import ACTS, Act
from bot.campaigns.focus.picture import picture_refused
from bot.campaigns.focus.pseudonyms import pseudonym
from bot.campaigns.focus.report import Line, Summary, summary_of, transcript_of
from bot.campaigns.focus.seating import kind_of, rounds_to, seating_of
from bot.campaigns.focus.standing_still import unheard
from bot.campaigns.focus.wording import survey_name
from storage.focus import FocusState
from storage.queries.addresses import ways_to
from storage.queries.campaigns import sent_in_all, with_survey
from storage.queries.focus import all_groups, group_named, lines_of, seats_of
from storage.queries.rounds import count_unanswered

__all__ = ["Overview", "Participant", "Wanted", "overview_of", "overviews"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of seat: how many were `invited`, and how many have `agreed` of those who are wanted. `round` is the campaign that is
    inviting to it; None where nobody else will be invited."""

    seats: Seats
    invited: int
    agreed: int
    round: Any

    @property
    def free(self) -> int:
        return self.seats.count - self.agreed


@dataclass(frozen=True, slots=True)
class Participant:
    """Under their pseudonym: what they said in all, and whether they have said nothing to the question of the moment."""

    number: int
    messages: int
    words: int
    silent: bool
    erased: bool
    parted: bool
    """Has taken back their yes since."""

    @property
    def who(self) -> str:
        return pseudonym(self.number)


@dataclass(frozen=True, slots=True)
class Overview:
    group: Any
    definition: Definition
    wanted: tuple[Wanted, ...]
    agreed: int
    """Those who have a seat, or are about to."""
    waiting: int
    """Those who said yes when all seats that they might have had were taken."""
    unheard: str
    """Why the bot cannot speak in the group any more; empty where it can."""
    picture_refused: str
    """Why the concept's picture is not shown in the group; empty where it is, or is still to be."""
    reached: int
    """Of those with a seat, whom the account knows in the group."""

    @property
    def seats(self) -> int:
        return sum(one.seats.count for one in self.wanted)

    @property
    def free(self) -> int:
        return sum(one.free for one in self.wanted)

    @property
    def rounds(self) -> list[Any]:
        """The campaigns that are inviting to seats that are still free."""
        return [one.round for one in self.wanted if one.free and one.round]

    @property
    def may_invite(self) -> bool:
        """Whether there are seats to which nobody is being invited."""
        return self.group.state == FocusState.PLANNED and any(one.free and not one.round for one in self.wanted)

    @property
    def acts(self) -> tuple[Act, ...]:
        return ACTS[FocusState(self.group.state)]

    @property
    def remind_at(self) -> datetime:
        begins_at: datetime = self.group.begins_at
        return begins_at - self.definition.remind

    @property
    def next_at(self) -> datetime | None:
        """When the bot goes on by itself; None where a person moderates, or nothing runs."""
        asked_at: datetime | None = self.group.asked_at
        running = self.group.state == FocusState.RUNNING and not self.definition.moderator and not self.unheard
        return asked_at + self.definition.each if running and asked_at else None


@dataclass(frozen=True, slots=True)
class Whole(Overview):
    """With what was said."""

    unanswered: int
    """Those who were invited, and may still answer."""
    participants: tuple[Participant, ...]
    transcript: tuple[Line, ...]
    summaries: tuple[Summary, ...]


def overviews(conn: Connection) -> list[Overview]:
    """The one that begins last first."""
    return [Overview(**_standing(conn, group)) for group in all_groups(conn)]


def overview_of(conn: Connection, name: str) -> Whole | None:
    group = group_named(conn, name)
    if group is None:
        return None
    said: dict[int, list[Any]] = {}
    for line in lines_of(conn, group.id):
        said.setdefault(line.number, []).append(line)
    standing = _standing(conn, group)
    here = {customer.id for customer in seating_of(conn, standing["definition"]).seated}
    participants = [_participant(seat, said.get(seat.number, []), group, seat.customer_id in here) for seat in seats_of(conn, group.id)]
    transcript, summaries = transcript_of(conn, name), summary_of(conn, name)
    return Whole(
        **standing,
        unanswered=count_unanswered(conn, survey_name(name)),
        participants=tuple(participants),
        transcript=tuple(transcript),
        summaries=tuple(summaries),
    )


def _standing(conn: Connection, group: Any) -> dict[str, Any]:
    definition = Definition.model_validate(group.definition)
    invited: dict[int, int] = {}
    for campaign in with_survey(conn, survey_name(group.name)):
        kind = kind_of(campaign.name, group.name)
        invited[kind] = invited.get(kind, 0) + sent_in_all(conn, campaign.id)
    rounds = {kind_of(one.name, group.name): one for one in rounds_to(conn, group.name)}
    seating = seating_of(conn, definition)
    taken = [customer.id for customer in seating.seated + seating.coming]
    lost = unheard(conn, group, definition)
    kinds = enumerate(zip(definition.seats, seating.left, strict=True), start=1)
    return {
        "group": group,
        "definition": definition,
        "wanted": tuple(Wanted(seats, invited.get(number, 0), seats.count - left, rounds.get(number)) for number, (seats, left) in kinds),
        "agreed": len(taken),
        "waiting": len(seating.waiting),
        "unheard": lost[0].reason if lost and group.state == FocusState.RUNNING else "",
        "picture_refused": picture_refused(conn, group),
        "reached": len(ways_to(conn, taken, [group.account])),
    }


def _participant(seat: Any, lines: list[Any], group: Any, here: bool) -> Participant:
    silent = here and group.state == FocusState.RUNNING and not any(line.question == group.question for line in lines)
    erased = seat.customer_id is None
    return Participant(seat.number, len(lines), sum(len(line.text.split()) for line in lines), silent, erased, not (here or erased))
