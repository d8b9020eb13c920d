"""What an event or an interaction of Slack's means. Pure.

Their shapes: https://docs.slack.dev/reference/events/message.im and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, and of commands
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.slack.people import Member
from channels.slack.rules import address_of, said_plainly, start_token

__all__ = ["WORDS", "author_of", "heard_of", "looked_at_home"]

Json = dict[str, Any]

WORDS = (None, "file_share", "me_message", "thread_broadcast")
"""Subtypes of messages by which a person says something; all others are notices, or another app's."""
_KINDS = {"image": MediaKind.PHOTO, "audio": MediaKind.VOICE, "video": MediaKind.VIDEO}


def author_of(body: Json) -> tuple[str, str]:
    """The workspace and the user id of the person who did this, ("", "") where it was nobody who talks to us."""
    if body.get("type") in ("block_actions", "view_submission"):
        user = body.get("user") or {}
        return user.get("team_id") or (body.get("team") or {}).get("id", ""), user.get("id", "")
    if "command" in body:
        return body.get("team_id", ""), body["user_id"]
    message = _message(body)
    if message is None:
        return "", ""
    team = message.get("user_team") or message.get("team") or body.get("team_id", "")
    return team, message["user"]


def looked_at_home(body: Json) -> str:
    """The address of whoever has just opened their home page (https://docs.slack.dev/reference/events/app_home_opened) or
    tapped something on it; empty for every other body."""
    event = body.get("event") or {}
    if event.get("type") == "app_home_opened" and event.get("tab") == "home":
        team, user = body.get("team_id"), event.get("user")
    else:
        team, user = author_of(body) if (body.get("view") or {}).get("type") == "home" else ("", "")
    return address_of(team, user) if team and user else ""


def heard_of(body: Json, account: str, member: Member, now: datetime) -> Heard | None:
    """The body as `Heard`, or None where nobody said anything to us: channels, notices, other apps, our own messages.

    `member` is what is known of the one that `author_of` names; `now` dates a command, which Slack does not.

    Raises:
        LookupError, ValueError: the body is not shaped as Slack's are.
    """
    team, user = author_of(body)
    if not user:
        return None

    def heard(kind: HeardKind, update_id: str, at: str | float, **more: Any) -> Heard:
        return Heard(
            channel="slack",
            account=account,
            address=address_of(team, user),
            update_id=update_id,
            kind=kind,
            at=datetime.fromtimestamp(float(at), UTC),
            lang=member.lang,
            name=member.name,
            **more,
        )

    if "command" in body:
        words = f"{body['command']} {body.get('text', '')}".strip()
        return heard(HeardKind.TEXT, body["trigger_id"], now.timestamp(), text=words)
    if body["type"] == "block_actions":
        action = body["actions"][0]
        if choice := action.get("value") or (action.get("selected_option") or {}).get("value"):
            place = body["container"]
            # A button in a window, or on the app's own page, is in no message.
            tapped = f"{place['channel_id']}:{place['message_ts']}" if "message_ts" in place else ""
            # Slack names an interaction only by its trigger; every tap has its own.
            return heard(HeardKind.CHOICE, body["trigger_id"], action["action_ts"], choice=choice, message=tapped)
        return None
    if body["type"] == "view_submission":
        return None
    event, message = body["event"], _message(body)
    assert message is not None  # it has an author
    text = said_plainly(message.get("text") or "", dict(_emoji(message.get("blocks") or [])))
    token = start_token(text)
    if event.get("subtype") == "message_changed":
        if token is not None:
            return None
        place = f"{event['channel']}:{message['ts']}"
        return heard(HeardKind.TEXT, body["event_id"], message["ts"], text=text, message=place, edited=True)
    thread = message.get("thread_ts")
    answered = f"{event['channel']}:{thread}" if thread else ""
    if files := message.get("files"):
        return heard(HeardKind.MEDIA, body["event_id"], message["ts"], text=text, media=_media(files[0]), message=answered)
    if token is not None:
        return heard(HeardKind.START, body["event_id"], message["ts"], token=token)
    return heard(HeardKind.TEXT, body["event_id"], message["ts"], text=text, message=answered)


def _message(body: Json) -> Json | None:
    """The message that a person wrote to us, or corrected; None for every other body."""
    event = body.get("event") or {}
    if event.get("type") != "message" or event.get("channel_type") != "im":
        return None
    message: Json = event
    if event.get("subtype") == "message_changed":
        message = event["message"]
        # The same event tells that a link's preview was added: then the words are as they were.
        if not message.get("edited") or message.get("text") == (event.get("previous_message") or {}).get("text"):
            return None
    if message.get("subtype") not in WORDS or message.get("bot_id") or not message.get("user"):
        return None
    return message


def _media(file: Json) -> Media:
    mime = file.get("mimetype") or ""
    # A voice note may be in the wrapping of a video: Slack's subtype tells.
    voice = file.get("subtype") == "slack_audio"
    kind = MediaKind.VOICE if voice else _KINDS.get(mime.partition("/")[0], MediaKind.DOCUMENT)
    return Media(kind, file["id"], mime, file.get("size"))


def _emoji(blocks: Any) -> Iterator[tuple[str, str]]:
    """The emoji of a message by the names that its text calls them; a workspace's own ones have no sign."""
    if isinstance(blocks, list):
        for block in blocks:
            yield from _emoji(block)
    elif isinstance(blocks, dict):
        if blocks.get("type") == "emoji" and (signs := blocks.get("unicode")):
            tone = f"::skin-tone-{blocks['skin_tone']}" if blocks.get("skin_tone") else ""
            yield blocks["name"] + tone, "".join(chr(int(sign, 16)) for sign in signs.split("-"))
        yield from _emoji(blocks.get("elements") or [])
