"""What X pushes, in the shapes in which its API gives the same things when they are read. Pure.

Their shapes: https://docs.x.com/x-api/account-activity/quickstart (objects of the older API).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["pushed_mentions", "pushed_messages", "said_at"]

Json = dict[str, Any]
_KEYS = {"photo": "3", "video": "7", "animated_gif": "16"}
_FIRST_ID = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""Where X's numbers begin: all above their lowest 22 bits are milliseconds since then."""


def said_at(id_: str) -> datetime:
    """When something was posted or sent, which its number tells."""
    return _FIRST_ID + timedelta(milliseconds=int(id_) >> 22)


def pushed_mentions(body: Mapping[str, Any], own_id: str) -> Iterator[tuple[Json, dict[str, Json]]]:
    """Posts that mention us, each with its author; those that X pushes for other reasons are left out.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: the body is not shaped as X's are.
    """
    for post in body.get("tweet_create_events") or ():
        whole = {**post, **(post.get("extended_tweet") or {})}
        entities = whole.get("entities") or {}
        mentions = [{"id": str(one["id_str"]), "username": one["screen_name"]} for one in entities.get("user_mentions") or ()]
        author = post["user"]
        if "retweeted_status" in post or not any(one["id"] == own_id for one in mentions):
            continue
        media = (whole.get("extended_entities") or entities).get("media") or ()
        yield (
            {
                "id": str(post["id_str"]),
                "author_id": str(author["id_str"]),
                "text": whole.get("full_text") or post["text"],
                "created_at": said_at(post["id_str"]).isoformat(),
                "lang": post.get("lang") or "",
                "entities": {"mentions": mentions},
                "media": [_medium(one) for one in media],
            },
            {str(author["id_str"]): _person(author["id_str"], author)},
        )


def pushed_messages(body: Mapping[str, Any]) -> Iterator[tuple[Json, dict[str, Json]]]:
    """Direct messages, our own among them, each with those who take part.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: the body is not shaped as X's are.
    """
    people = {str(id_): _person(id_, person) for id_, person in (body.get("users") or {}).items()}
    for event in body.get("direct_message_events") or ():
        if event.get("type") != "message_create":
            continue
        made = event["message_create"]
        said, sender, other = made["message_data"], str(made["sender_id"]), str(made["target"]["recipient_id"])
        media = (said.get("attachment") or {}).get("media")
        yield (
            {
                "id": str(event["id"]),
                "sender_id": sender,
                "dm_conversation_id": f"{sender}-{other}",
                "event_type": "MessageCreate",
                "text": said.get("text") or "",
                "created_at": said_at(event["id"]).isoformat(),
                "media": [_medium(media)] if media else [],
            },
            people,
        )


def _person(id_: Any, person: Json) -> Json:
    return {"id": str(id_), "name": person.get("name", ""), "username": person.get("screen_name", "")}


def _medium(media: Json) -> Json:
    """A film's address here is that of a picture of it, which the API does not give as the film's."""
    address = media.get("media_url_https") if media["type"] == "photo" else ""
    return {"media_key": f"{_KEYS.get(media['type'], '')}_{media['id_str']}", "url": address}
