"""Every door by which others push to us, and a genuine push for each of them, as whoever stands behind the door signs it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from channels.signature import signed as signed_by_shop
from tests.channels.conftest import SLACK_SECRET, SLACK_TOKEN, TOKEN
from tests.simulators.slack.pushing import signed as signed_by_slack
from tests.simulators.x import KEYS, SHOP

__all__ = ["CHANNELS", "DOORS", "SECRETS", "STAFF", "WORDS", "Push"]

WORDS = "The lamp came broken, says Anna"
"""What each push says: it may stand in no log."""
SECRETS = {"telegram": "a-secret-of-the-shop_1", "shop": "correct-horse-battery-staple"}
_X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)


def _slack(token: str) -> dict[str, Any]:
    return {"kind": "slack", "mode": "http", "bot_token": token, "signing_secret": SLACK_SECRET, "api_base": "http://127.0.0.1:9"}


CHANNELS = {
    "shop_bot": {"kind": "telegram", "token": TOKEN, "mode": "webhook", "webhook_secret": SECRETS["telegram"]},
    "team_slack": _slack(SLACK_TOKEN),
    "shop_x": {"kind": "x", "mode": "webhook", **KEYS},
    "chat": {"kind": "webchat"},
}
STAFF = {"desk_slack": _slack("xoxb-2-staff-token")}


@dataclass(frozen=True, slots=True)
class Push:
    """A request, and which of its headers prove it."""

    path: str
    body: bytes
    proof: Mapping[str, str]
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def proven_by(self, **proof: str) -> Push:
        """The same with other proof, by the names of the headers."""
        return replace(self, proof={**self.proof, **proof})

    async def to(self, client: httpx.AsyncClient) -> int:
        headers = {"Content-Type": self.kind, **self.headers, **self.proof}
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        return (await client.post(self.path, content=self.body, headers=sent)).status_code


Make = Callable[[httpx.AsyncClient, datetime, datetime, bool], Awaitable[Push]]
"""Makes a push of what was said at a time and signed at a time, by whoever knows the secret, or (False) does not."""


async def _telegram(_: httpx.AsyncClient, said: datetime, signed: datetime, genuine: bool) -> Push:
    chat, person = {"id": 42, "type": "private"}, {"id": 42, "is_bot": False, "first_name": "Anna"}
    message = {"message_id": 1, "date": int(said.timestamp()), "text": WORDS, "chat": chat, "from": person}
    secret = SECRETS["telegram"] if genuine else "another-secret-of-a-shop"
    body = json.dumps({"update_id": 5, "message": message}).encode()
    return Push("/hooks/telegram/shop_bot", body, {"X-Telegram-Bot-Api-Secret-Token": secret})


async def _slack_event(_: httpx.AsyncClient, said: datetime, signed: datetime, genuine: bool) -> Push:
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U0ANNA", "team": "T0HOME", "text": WORDS}
    told = {"type": "event_callback", "team_id": "T0HOME", "event_id": "Ev1", "event": event | {"ts": f"{said.timestamp():.1f}"}}
    body = json.dumps(told).encode()
    secret = SLACK_SECRET if genuine else SLACK_SECRET[::-1]
    return Push("/hooks/slack/team_slack", body, signed_by_slack(secret, body, signed.timestamp()))


async def _slack_command(_: httpx.AsyncClient, said: datetime, signed: datetime, genuine: bool) -> Push:
    """Of somebody who is no colleague: they are told how to become one."""
    told = {"command": "/cases", "text": WORDS, "user_id": "U0MAJA", "team_id": "T0HOME", "trigger_id": "1.2.3"}
    body = urlencode(told).encode()
    secret = SLACK_SECRET if genuine else SLACK_SECRET[::-1]
    signature = signed_by_slack(secret, body, signed.timestamp())
    return Push("/hooks/slack/desk_slack", body, signature, "application/x-www-form-urlencoded")


async def _x(_: httpx.AsyncClient, said: datetime, signed: datetime, genuine: bool) -> Push:
    number = str(round((said - _X_EPOCH).total_seconds() * 1000) << 22)
    made = {"target": {"recipient_id": SHOP}, "sender_id": "77", "message_data": {"text": WORDS}}
    event = {"type": "message_create", "id": number, "message_create": made}
    users = {"77": {"name": "Anna", "screen_name": "anna_k"}}
    body = json.dumps({"for_user_id": SHOP, "direct_message_events": [event], "users": users}).encode()
    digest = hmac.digest(KEYS["api_secret" if genuine else "access_secret"].encode(), body, "sha256")
    return Push("/hooks/x/shop_x", body, {"x-twitter-webhooks-signature": "sha256=" + base64.b64encode(digest).decode()})


async def _chat(client: httpx.AsyncClient, said: datetime, signed: datetime, genuine: bool) -> Push:
    cookie = (await client.get("/chat")).cookies["makegood_chat"]
    client.cookies.clear()
    held, _, signature = cookie.rpartition(".")
    proof = cookie if genuine else f"{held}.{signature[::-1]}"
    body = urlencode({"once": "first-words", "text": WORDS}).encode()
    return Push("/chat/say", body, {"Cookie": f"makegood_chat={proof}"}, "application/x-www-form-urlencoded", {"X-Chat": "1"})


async def _shop(_: httpx.AsyncClient, said: datetime, signed: datetime, genuine: bool) -> Push:
    customer = {"external_id": "C-1", "name": WORDS, "lang": "sv"}
    told = {"external_id": "T-1", "kind": "delivery", "occurred_at": said.isoformat(), "customer": customer}
    body = json.dumps(told).encode()
    secret = SECRETS["shop"] if genuine else "incorrect-horse-battery-staple"
    return Push("/hooks/touchpoints/webshop", body, signed_by_shop(secret, int(signed.timestamp()), body))


DOORS: dict[str, Make] = {
    "telegram": _telegram,
    "slack": _slack_event,
    "staff_slack": _slack_command,
    "x": _x,
    "webchat": _chat,
    "touchpoints": _shop,
}
