"""What each kind of notification means, read from the library's own objects."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mastodon.return_types import Notification, try_cast_recurse

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.customers.mastodon.hearing import heard_of

CASES = json.loads((Path(__file__).parent / "cases" / "heard.json").read_text())
ANNA = {"id": "42", "username": "anna", "acct": "anna", "display_name": "Anna Ozola", "bot": False}
STATUS = {
    "id": "900",
    "created_at": "2099-01-01T00:00:00.000Z",
    "visibility": "direct",
    "spoiler_text": "",
    "language": "lv",
    "in_reply_to_id": None,
    "media_attachments": [],
    "mentions": [],
}


def _notification(case: dict[str, Any]) -> Any:
    raw = {
        "id": "31",
        "type": case.get("type", "mention"),
        "created_at": "2026-03-02T09:00:00.000Z",
        "account": {**ANNA, **case.get("account", {})},
        "status": case["status"] and {**STATUS, **case["status"]},
    }
    return try_cast_recurse(Notification, json.loads(json.dumps(raw)))


def _expected(heard: dict[str, Any] | None) -> Heard | None:
    if heard is None:
        return None
    given = {"name": "Anna Ozola", "lang": "lv", **heard}
    media = given.pop("media", None)
    return Heard(
        channel="mastodon",
        account="shop",
        address="42",
        update_id="31",
        kind=HeardKind(given.pop("kind")),
        at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        media=Media(MediaKind(media["kind"]), media["ref"]) if media else None,
        **given,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_notification_is_heard_for_what_it_means(case: dict[str, Any]) -> None:
    heard = heard_of(_notification(case), "shop", "shop")
    expected = _expected(case["heard"])
    assert (heard and asdict(heard)) == (expected and asdict(expected))
