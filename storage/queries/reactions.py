"""What customers put to our messages, and to which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.outbox import Message

__all__ = ["has_key", "keep_reaction", "said_to"]

_message = Message.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


def said_to(conn: Connection, customer_id: int, account: str, address: str, platform_id: str) -> AnyRow | None:
    """The message that a customer sees under this id of the platform's, as it was last edited; None where it is none of ours."""
    here = (_message.c.account == account) & (_message.c.address == address) & (_message.c.platform_id == platform_id)
    found = select(_message).where(_message.c.customer_id == customer_id, here).order_by(_message.c.id.desc()).limit(1)
    return conn.execute(found).first()


def keep_reaction(conn: Connection, said: AnyRow, signs: str) -> None:
    """Keep with what was said what is put to it now, nothing where that was taken back."""
    say = {name: value for name, value in said.say.items() if name != "reaction"} | ({"reaction": signs} if signs else {})
    conn.execute(update(_message).where(_message.c.id == said.id).values(say=say))


def has_key(conn: Connection, key: str) -> bool:
    """Whether a message of that key was ever written."""
    return conn.execute(select(_message.c.id).where(_message.c.key == key)).first() is not None
