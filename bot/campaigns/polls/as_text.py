"""A poll written out again in TOML, to be changed, or to make another like it."""

from __future__ import annotations

from itertools import count

from sqlalchemy import Connection

from bot.campaigns.as_text import lines_of
from bot.campaigns.polls.definition import Definition
from storage.polls import PollState
from storage.queries.polls import poll_named

__all__ = ["as_text", "text_like"]


def as_text(definition: Definition) -> str:
    """What `read_poll` reads as this definition; what stands at its default is left out."""
    parts = [lines_of(definition), *(["[[place]]", *lines_of(place)] for place in definition.place)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def text_like(conn: Connection, name: str) -> str | None:
    """A draft's text, to be changed; of any other poll one like it, under a name that is free. None where there is no such."""
    poll = poll_named(conn, name)
    if poll is None:
        return None
    definition = Definition.model_validate(poll.definition)
    if poll.state != PollState.DRAFT:
        free = next(free for number in count(2) if poll_named(conn, free := f"{name[:36]}-{number}") is None)
        definition = definition.model_copy(update={"name": free})
    return as_text(definition)
