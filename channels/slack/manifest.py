"""The app's manifest: what Slack is to know of it and allow it (https://docs.slack.dev/reference/app-manifest). Pure."""

from __future__ import annotations

from typing import Any

__all__ = ["BOT_EVENTS", "BOT_SCOPES", "manifest"]

BOT_SCOPES = ("chat:write", "im:history", "im:write", "users:read", "files:read")
"""Write, be written to, write first, know a name and a language, and see what was sent along with the words."""
BOT_EVENTS = ("message.im", "app_uninstalled", "tokens_revoked")
_NAME_LIMIT = 35


def manifest(name: str, *, description: str, request_url: str = "") -> dict[str, Any]:
    """The manifest of an app that people talk with in direct messages.

    `request_url` is where Slack posts events to; without one they come by Socket Mode.
    """
    settings: dict[str, Any] = {
        "event_subscriptions": {"bot_events": list(BOT_EVENTS)},
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
            "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": name[:_NAME_LIMIT], "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": settings,
    }
