"""A test tool. What X pushes, as it describes it: objects of its older API, signed with the app's secret."""

from __future__ import annotations

import base64
import hmac
import io
import json
from typing import Any

import aiohttp

from tests.simulators.x.person import Person
from tests.simulators.x.world import KEYS, SHOP

__all__ = ["message_event", "post_event", "push", "signed"]

Json = dict[str, Any]


def signed(body: bytes, secret: str = KEYS["api_secret"]) -> dict[str, str]:
    """The header that X sends, by the words of its documentation."""
    return {"x-twitter-webhooks-signature": "sha256=" + base64.b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()}


def message_event(person: Person, message: Json, *, sender: str = "", recipient: str = SHOP) -> Json:
    attached = [{"attachment": {"type": "media", "media": one}} for one in person.attached(message)]
    data = {"text": message["text"], **(attached[0] if attached else {})}
    made = {"target": {"recipient_id": recipient}, "sender_id": sender or person.id, "message_data": data}
    shown = {"id": person.id, "created_timestamp": "1422556069340", "name": person.user.name, "screen_name": person.user.username}
    event = {"type": "message_create", "id": message["id"], "created_timestamp": "1", "message_create": made}
    return {"for_user_id": SHOP, "direct_message_events": [event], "apps": {}, "users": {person.id: shown}}


def post_event(person: Person, post: Json, **more: Any) -> Json:
    author = {"id_str": person.id, "name": person.user.name, "screen_name": person.user.username}
    mentions = [{"id_str": who["id"], "screen_name": who["username"]} for who in post["entities"]["mentions"]]
    attached = person.attached(post)
    # The first stands among the post's entities as well; all of them stand here.
    extended = {"extended_entities": {"media": attached}} if attached else {}
    entities = {"user_mentions": mentions, **({"media": attached[:1]} if attached else {})}
    event = {"id_str": post["id"], "text": post["text"], "user": author, "entities": entities, "lang": post["lang"], **extended}
    return {"for_user_id": SHOP, "user_has_blocked": False, "tweet_create_events": [event | more]}


async def push(url: str, body: Json | bytes, headers: dict[str, str] | None = None) -> int:
    """Post to an app's webhook, signed unless there are other `headers`; gives back the status of its answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signed(raw) if headers is None else headers
    async with aiohttp.ClientSession() as session, session.post(url, data=io.BytesIO(raw), headers=headers) as answer:
        return answer.status
