"""Public places and groups: polls and focus groups, wherever a channel's platform has them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.campaigns.focus.hearing import group_taker
from bot.campaigns.focus.meeting import Host
from bot.campaigns.focus.tending import focus_sweep
from bot.campaigns.polls.tending import poll_sweep
from bot.campaigns.polls.votes import vote_taker
from bot.invitations.sweeps import Sweep
from channels.clock import Clock
from channels.contract import Channel, GroupEars, PollPlaces
from storage.database import Database

__all__ = ["public_sweeps"]


def public_sweeps(database: Database, channels: Sequence[Channel], host: Host, clock: Clock) -> tuple[Sweep, ...]:
    """Hears votes and what is said in groups from now on, and gives what must be looked at again and again."""
    places = {channel.account: channel for channel in channels if isinstance(channel, PollPlaces)}
    for account in places.values():
        account.hear_votes(vote_taker(database))
    for channel in channels:
        if isinstance(channel, GroupEars):
            channel.hear_groups(group_taker(database, host, clock))
    return poll_sweep(database, places), focus_sweep(database, host)
