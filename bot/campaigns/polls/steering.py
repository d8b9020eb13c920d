"""What an operator does with a poll: draft → running → closed."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.polls.definition import Definition, wrong_with
from bot.mistake import Mistake
from channels.contract import PollRules
from storage.polls import PollState
from storage.queries.polls import add_places, add_poll, change_poll, look_at_places, poll_named, remove_poll

__all__ = ["close_poll", "discard_poll", "draft_poll", "post_poll"]

log = logging.getLogger(__name__)


def draft_poll(conn: Connection, definition: Definition, now: datetime) -> None:
    """Keep a poll as a draft, in place of a draft of that name.

    Raises:
        Mistake: one of that name was posted already: what people have answered does not change under them.
    """
    known, written = poll_named(conn, definition.name, lock=True), definition.model_dump(mode="json", exclude_defaults=True)
    if known is None:
        add_poll(conn, definition.name, written, now)
    elif known.state == PollState.DRAFT:
        change_poll(conn, known.id, definition=written)
    else:
        raise Mistake(
            f'the poll "{definition.name}" is {known.state}', "give the new one a name of its own", "poll_taken", name=definition.name
        )


def post_poll(conn: Connection, name: str, rules: Mapping[str, PollRules], now: datetime) -> None:
    """Let it be posted at all its places.

    Raises:
        Mistake: it is no draft, or an account is no longer there, or takes it no longer.
    """
    poll = _in_state(conn, name, PollState.DRAFT)
    definition = Definition.model_validate(poll.definition)
    if wrong := wrong_with(definition, rules):
        raise Mistake("; ".join(what for _, what, _ in wrong), "; ".join(remedy for _, _, remedy in wrong))
    add_places(conn, poll.id, [(one.account, one.place, definition.anonymous_at(one)) for one in definition.place], now)
    times = {"posted_at": now, "closes_at": now + definition.closes}
    change_poll(conn, poll.id, state=PollState.RUNNING.value, salt=secrets.token_hex(16), **times)
    log.info("poll_posted", extra={"poll": name, "places": len(definition.place)})


def discard_poll(conn: Connection, name: str) -> None:
    """A draft goes without a trace: nobody was asked, and its name is free again."""
    remove_poll(conn, _in_state(conn, name, PollState.DRAFT).id)
    log.info("poll_discarded", extra={"poll": name})


def close_poll(conn: Connection, name: str, now: datetime) -> None:
    """End it: what was not posted yet is not posted any more, and what stands somewhere is closed there."""
    poll = _in_state(conn, name, PollState.RUNNING)
    change_poll(conn, poll.id, state=PollState.CLOSED.value, closed_at=now)
    look_at_places(conn, poll.id, now)
    log.info("poll_closed", extra={"poll": name})


def _in_state(conn: Connection, name: str, state: PollState) -> Any:
    poll = poll_named(conn, name, lock=True)
    if poll is None:
        raise Mistake(f'there is no poll "{name}"', "see: makegood poll list", "no_poll", name=name)
    if poll.state != state:
        raise Mistake(f'the poll "{name}" is {poll.state}', f"this can be done while it is {state}", "moved_on")
    return poll
