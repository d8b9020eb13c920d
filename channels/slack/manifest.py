"""The app's manifest: what Slack is to know of it and allow it (https://docs.slack.dev/reference/app-manifest). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["BOT_EVENTS", "BOT_SCOPES", "manifest", "scopes_of"]

BOT_SCOPES = ("chat:write", "im:history", "im:write", "users:read", "files:read", "files:write")
"""Write, be written to, write first, know a name and a language, fetch and send what goes along with the words."""
BOT_EVENTS = ("message.im", "app_home_opened", "app_uninstalled", "tokens_revoked")
_NAME_LIMIT = 35


GROUP_SCOPES = ("channels:history", "groups:history", "channels:read", "groups:read")
"""Hear what is said in channels, and be told whether it is in one."""
GROUP_EVENTS = ("message.channels", "message.groups")


def manifest(
    name: str, *, description: str, commands: Mapping[str, str] = MappingProxyType({}), request_url: str = "", groups: bool = False
) -> dict[str, Any]:
    """The manifest of an app that people talk with in direct messages.

    `commands` are those that begin with a slash, each with its line of explanation: Slack lets nobody send any other.
    With `groups` it also hears what is said in the channels it is invited to.
    `request_url` is where Slack posts events to; without one they come by Socket Mode.
    """
    address = {"url": request_url} if request_url else {}
    slashed = [{"command": command, "description": about, **address} for command, about in commands.items()]
    settings: dict[str, Any] = {
        "event_subscriptions": {"bot_events": [*BOT_EVENTS, *(GROUP_EVENTS if groups else ())]},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": not request_url,
        "token_rotation_enabled": False,
    }
    if request_url:
        settings["event_subscriptions"]["request_url"] = request_url
        settings["interactivity"]["request_url"] = request_url
    return {
        "display_information": {"name": name[:_NAME_LIMIT], "description": description},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": name[:_NAME_LIMIT], "always_online": True},
            **({"slash_commands": slashed} if slashed else {}),
        },
        "oauth_config": {"scopes": {"bot": scopes_of(commands=bool(slashed), groups=groups)}},
        "settings": settings,
    }


def scopes_of(*, commands: bool, groups: bool = False) -> list[str]:
    """What the app may do, where it has `commands`, and where it hears `groups`."""
    return [*BOT_SCOPES, *(GROUP_SCOPES if groups else ()), *(["commands"] if commands else [])]
