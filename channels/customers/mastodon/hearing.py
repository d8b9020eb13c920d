"""What a notification of Mastodon's means. Pure."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.customers.mastodon.markup import plain_words, without_mentions
from channels.plain_text import start_token

__all__ = ["heard_of"]

_KINDS = {"image": MediaKind.PHOTO, "gifv": MediaKind.VIDEO, "video": MediaKind.VIDEO, "audio": MediaKind.VOICE}


def heard_of(notification: Any, account: str, handle: str) -> Heard | None:
    """The mention as `Heard`, or None where no person spoke to us: other notifications, and other bots.

    `handle` is our own. Dated as our server received it, for a status bears the time of a server that we do not know.
    """
    person, status = notification.account, notification.status
    if notification.type != "mention" or status is None or person is None or person.bot:
        return None
    said = without_mentions(plain_words(status.content or ""), handle)
    words = "\n\n".join(part for part in (status.spoiler_text, said) if part)
    media = _media(status.media_attachments)
    # Who mentions us and says nothing wants to begin, or to be asked again.
    token = None if media else start_token(words or "start")
    kind = HeardKind.MEDIA if media else HeardKind.TEXT if token is None else HeardKind.START
    return Heard(
        channel="mastodon",
        account=account,
        address=str(person.id),
        update_id=str(notification.id),
        kind=kind,
        at=notification.created_at.astimezone(UTC),
        text="" if kind is HeardKind.START else words,
        token=token or "",
        media=media,
        message=str(status.in_reply_to_id or ""),
        lang=status.language or "",
        name=person.display_name or person.username,
    )


def _media(attachments: Any) -> Media | None:
    """The first of what is attached: one thing said holds one. What is fetched has an address of our own server's, never one
    that somebody else's server names."""
    for attachment in attachments or ():
        kind = _KINDS.get(attachment.type, MediaKind.DOCUMENT)
        elsewhere = "" if kind in (MediaKind.PHOTO, MediaKind.VOICE) else attachment.remote_url
        return Media(kind, str(attachment.url or elsewhere or ""))
    return None
