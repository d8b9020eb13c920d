"""Which customer is meant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from bot.mistake import Mistake
from storage.ids import short
from storage.queries.explaining import customers_named

__all__ = ["the_customer"]


def the_customer(conn: Connection, who: str) -> Row[*tuple[Any, ...]]:
    """The customer whom `who` names: the shop's id for them, a platform's name for their chat, or our number. Of a merged one, whom
    they were merged into.

    Raises:
        Mistake: there is none, or several bear that name.
    """
    found = customers_named(conn, who.strip())
    if not found:
        raise Mistake(f'there is no customer "{who}"', "write your own id for them, as your shop told it", "nobody", who=who)
    if len(found) > 1:
        named = ", ".join(f"{short(one.id)} ({one.source or 'a chat'}{f', {one.name}' if one.name else ''})" for one in found)
        raise Mistake(
            f'several customers are called "{who}"', f"write our number for the one you mean: {named}", "several", who=who, named=named
        )
    return found[0]
