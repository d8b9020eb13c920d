"""What a post that mentions us means, and what a direct message means. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.plain_text import start_token

__all__ = ["MENTION", "MESSAGE", "handle_of", "heard_mention", "heard_message"]

Json = Mapping[str, Any]

MENTION, MESSAGE = "mention", "message"
"""The kinds of update ids: both are numbered by X, in the order of time."""
_KINDS = {"3": MediaKind.PHOTO, "7": MediaKind.VIDEO, "13": MediaKind.VIDEO, "16": MediaKind.VIDEO}
"""What a media key begins with tells what it is: a picture, a film, a longer film, a moving picture."""
_LANGUAGE = re.compile(r"[a-z]{2}")
_SHORT_LINK = re.compile(r"\s*https://t\.co/\w+$")


def heard_mention(post: Json, people: Mapping[str, Json], account: str, own_id: str) -> Heard | None:
    """The post as `Heard`, or None where nobody spoke to us: our own posts, and what others only pass on.

    Raises:
        LookupError, TypeError, ValueError: the post is not shaped as X's are.
    """
    author, text = str(post["author_id"]), str(post["text"])
    if author == own_id or text.startswith("RT @"):
        return None
    mentions = (post.get("entities") or {}).get("mentions") or ()
    ours = next((str(one["username"]) for one in mentions if str(one.get("id")) == own_id), "")
    media = _media(post.get("media") or ())
    words = _words_of(_without_mentions(text, ours), media)
    return _heard(MENTION, post, author, words, media, people, account, lang=str(post.get("lang") or ""))


def heard_message(event: Json, people: Mapping[str, Json], account: str, own_id: str) -> Heard | None:
    """The direct message as `Heard`, or None where it is ours, or said to a group.

    Raises:
        LookupError, TypeError, ValueError: the event is not shaped as X's are.
    """
    sender = str(event["sender_id"])
    if sender == own_id or event.get("event_type") != "MessageCreate" or not _is_of_two(event):
        return None
    media = _media(event.get("media") or ())
    return _heard(MESSAGE, event, sender, _words_of(str(event.get("text") or ""), media), media, people, account)


def handle_of(person: str, people: Mapping[str, Json]) -> str:
    """What the person is mentioned by, empty where X did not tell."""
    return str((people.get(person) or {}).get("username") or "")


def _is_of_two(event: Json) -> bool:
    """Whether the conversation is one between two: it is named after both, a group has a number of its own."""
    return "-" in str(event.get("dm_conversation_id", "-"))


def _words_of(text: str, media: Media | None) -> str:
    """What was written, as it was typed; the link that stands for what is attached is left out."""
    return html.unescape(_SHORT_LINK.sub("", text) if media else text).strip()


def _heard(
    kind: str, one: Json, person: str, words: str, media: Media | None, people: Mapping[str, Json], account: str, lang: str = ""
) -> Heard:
    # Who mentions us and says nothing wants to begin, or to be asked again.
    token = None if media else start_token(words or "start")
    heard = HeardKind.MEDIA if media else HeardKind.TEXT if token is None else HeardKind.START
    known = people.get(person) or {}
    return Heard(
        channel="x",
        account=account,
        address=person,
        update_id=f"{kind}/{one['id']}",
        kind=heard,
        at=datetime.fromisoformat(str(one["created_at"])).astimezone(UTC),
        text="" if heard is HeardKind.START else words,
        token=token or "",
        media=media,
        lang=lang if _LANGUAGE.fullmatch(lang) else "",
        name=str(known.get("name") or known.get("username") or ""),
    )


def _without_mentions(text: str, ours: str) -> str:
    """What is said, without the handles that X puts before a reply, and without ours where it stands last."""
    text = re.sub(r"^(?:@\w{1,15}\s+)*(?:@\w{1,15}(?:[,:]?\s+|$))", "", text.strip())
    return re.sub(rf"(?:^|,?\s+)@{re.escape(ours)}$", "", text, flags=re.IGNORECASE).strip() if ours else text


def _media(attached: Sequence[Json]) -> Media | None:
    """The first of what is attached: one thing said holds one. X gives addresses of pictures alone."""
    for one in attached:
        key = str(one["media_key"])
        return Media(_KINDS.get(key.partition("_")[0], MediaKind.DOCUMENT), str(one.get("url") or key))
    return None
