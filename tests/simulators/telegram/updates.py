"""A test tool. Updates on their way to a bot: queued, polled for, acknowledged; misbehaving when told to."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.simulators.telegram.misbehaviour import Misbehaviour
from tests.simulators.telegram.refusal import conflict
from tests.simulators.telegram.world import Bot, Json, World

__all__ = ["NOT_BY_DEFAULT", "allow", "get_updates", "queue_update"]

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of updates that a bot gets only when it asks for them by name."""
_LONGEST_POLL = 50


def queue_update(world: World, bot: Bot, misbehaviour: Misbehaviour, kind: str, content: Json) -> int | None:
    """Put an update into the bot's queue and give back its id, None where the bot wants none of that kind or it is late."""
    if kind in NOT_BY_DEFAULT if bot.allowed is None else kind not in bot.allowed:
        return None
    fault = misbehaviour.of_update(bot.token)
    if fault is not None and fault.how == "late":
        asyncio.get_running_loop().call_later(fault.seconds, _put, world, bot, kind, content, "")
        return None
    return _put(world, bot, kind, content, fault.how if fault else "")


def _put(world: World, bot: Bot, kind: str, content: Json, how: str) -> int:
    bot.last_update += 1
    update = {"update_id": bot.last_update, kind: content}
    if how == "reorder" and bot.updates:
        bot.updates.insert(len(bot.updates) - 1, update)
    else:
        bot.updates.append(update)
    if how == "duplicate":
        bot.updates.append(dict(update))
    world.events["updates"] += 1
    bot.bell.ring()
    return bot.last_update


def allow(bot: Bot, arguments: dict[str, Any]) -> None:
    """Remember which updates the bot wants; an empty list is the default set, no list leaves it as it was."""
    wanted = arguments.get("allowed_updates")
    if wanted is not None:
        bot.allowed = tuple(wanted) or None


async def get_updates(world: World, bot: Bot, arguments: dict[str, Any]) -> list[Json]:
    """Long polling. An `offset` acknowledges every update below it; a newer poll ends an older one with 409."""
    if bot.webhook is not None:
        world.events["conflicts"] += 1
        raise conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
    allow(bot, arguments)
    bot.poller += 1
    me = bot.poller
    bot.bell.ring()
    offset = int(arguments.get("offset") or 0)
    if offset < 0:
        bot.updates = bot.updates[offset:]
    elif offset:
        bot.updates = [update for update in bot.updates if update["update_id"] >= offset]
    limit = min(max(int(arguments.get("limit") or 100), 1), 100)
    loop = asyncio.get_running_loop()
    end = loop.time() + min(int(arguments.get("timeout") or 0), _LONGEST_POLL)
    while not bot.updates and (left := end - loop.time()) > 0:
        await bot.bell.wait(left)
        if bot.poller != me or bot.webhook is not None:
            world.events["conflicts"] += 1
            by = "setWebhook request" if bot.webhook else "other getUpdates request; make sure that only one bot instance is running"
            raise conflict(f"terminated by {by}")
    return bot.updates[:limit]
