"""A test tool. Events and interactions as Slack shapes them: https://docs.slack.dev/apis/events-api#the-events-api-payload"""

from __future__ import annotations

import re
from typing import Any

from tests.simulators.slack.world import TEAM, App, Conversation, Json, User, World

__all__ = ["block_actions", "event", "im_message", "in_view", "rich_text", "slash_command", "user_object", "view_submission"]

_EMOJI = {"👍": ("+1", "1f44d"), "👎": ("-1", "1f44e"), "😀": ("grinning", "1f600"), "⭐": ("star", "2b50"), "❤️": ("heart", "2764-fe0f")}
_SIGN = re.compile("|".join(_EMOJI))


def event(world: World, app: App, inner: Json) -> Json:
    """The outer envelope of an event."""
    number = next(world.numbers)
    authorization = {"enterprise_id": None, "team_id": TEAM, "user_id": app.bot_user, "is_bot": True, "is_enterprise_install": False}
    return {
        "token": "verification-token-of-old",
        "team_id": TEAM,
        "api_app_id": app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{number:09}",
        "event_time": int(world.now().timestamp()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{number}",
    }


def im_message(conversation: Conversation, ts: str, **content: Any) -> Json:
    """A message event in direct messages, from the person."""
    user = conversation.user
    return {
        "type": "message",
        "user": user.id,
        "team": user.team,
        "ts": ts,
        "channel": conversation.id,
        "channel_type": "im",
        "event_ts": ts,
        **({"user_team": user.team, "source_team": user.team} if user.team != TEAM else {}),
        **content,
    }


def rich_text(words: str) -> tuple[str, list[Json]]:
    """What somebody typed, as the `text` that Slack tells apps (escaped, emoji by their names) and as blocks."""
    elements: list[Json] = []
    at = 0
    for sign in _SIGN.finditer(words):
        name, code = _EMOJI[sign[0]]
        elements += [{"type": "text", "text": words[at : sign.start()]}] if sign.start() > at else []
        elements.append({"type": "emoji", "name": name, "unicode": code})
        at = sign.end()
    elements += [{"type": "text", "text": words[at:]}] if at < len(words) else []
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SIGN.sub(lambda sign: f":{_EMOJI[sign[0]][0]}:", escaped)
    return text, [{"type": "rich_text", "block_id": "typed", "elements": [{"type": "rich_text_section", "elements": elements}]}]


def block_actions(world: World, conversation: Conversation, user: User, message: Json, element: Json, **done: Any) -> Json:
    """A button that a person tapped, or an option they chose."""
    app = conversation.app
    action = {key: element[key] for key in ("action_id", "type", "text", "value") if key in element}
    thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    return {
        "type": "block_actions",
        "user": {"id": user.id, "username": user.name.lower(), "name": user.name.lower(), "team_id": user.team},
        "api_app_id": app.id,
        "token": "verification-token-of-old",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": conversation.id, "is_ephemeral": False, **thread},
        "trigger_id": world.new_trigger(user),
        "team": {"id": TEAM, "domain": "home"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": conversation.id, "name": "news" if conversation.channel else "directmessage"},
        "message": message,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/played/and/not/served",
        "actions": [{**action, **done, "block_id": "b", "action_ts": world.next_ts()}],
    }


def in_view(world: World, app: App, user: User, view: Json, action: Json) -> Json:
    """A button that a person tapped in a window or on a home page, or an option they chose there."""
    return {
        **_interaction(app, user),
        "type": "block_actions",
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": world.new_trigger(user),
        "view": view,
        "actions": [{**action, "action_ts": world.next_ts()}],
    }


def view_submission(world: World, app: App, user: User, view: Json) -> Json:
    """A window that was sent."""
    return {**_interaction(app, user), "type": "view_submission", "trigger_id": world.new_trigger(user), "view": view, "response_urls": []}


def _interaction(app: App, user: User) -> Json:
    return {
        "user": {"id": user.id, "username": user.name.lower(), "name": user.name.lower(), "team_id": user.team},
        "api_app_id": app.id,
        "token": "verification-token-of-old",
        "team": {"id": TEAM, "domain": "home"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def slash_command(world: World, conversation: Conversation, command: str, text: str) -> Json:
    """A command that begins with a slash."""
    app, user = conversation.app, conversation.user
    return {
        "token": "verification-token-of-old",
        "team_id": user.team,
        "team_domain": "home",
        "channel_id": conversation.id,
        "channel_name": "directmessage",
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/played/and/not/served",
        "trigger_id": world.new_trigger(user),
    }


def user_object(user: User, *, with_locale: bool) -> Json:
    """As `users.info` shows somebody."""
    return {
        "id": user.id,
        "team_id": user.team,
        "name": user.name.lower(),
        "deleted": user.deleted,
        "is_bot": False,
        "profile": {"real_name": user.name, "display_name": user.name},
        **({"locale": user.locale} if with_locale else {}),
    }
