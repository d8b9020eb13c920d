"""What each kind of update means."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.telegram.hearing import heard_of
from channels.telegram.updates import read_update

CASES = json.loads((Path(__file__).parent / "cases" / "heard.json").read_text())
ANNA = {"id": 42, "is_bot": False, "first_name": "Anna", "language_code": "lv"}
CHAT = {"id": 42, "type": "private", "first_name": "Anna"}
BOT = {"id": 1234567, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}
SENT = 1772442000
RECEIVED = datetime.fromtimestamp(SENT, UTC) + timedelta(hours=1)


def _update(case: dict[str, Any]) -> dict[str, Any]:
    """The update of a case, with all that cases have in common."""
    update: dict[str, Any] = {"update_id": 900}
    for kind in ("message", "edited_message"):
        if kind in case:
            update[kind] = {"message_id": 7, "from": ANNA, "chat": CHAT, "date": SENT, **case[kind]}
    if "callback_query" in case:
        update["callback_query"] = {"id": "1", "from": ANNA, "chat_instance": "1", **case["callback_query"]}
    if "my_chat_member" in case:
        change = case["my_chat_member"]
        member = {which: {"status": change[which], "user": BOT, "until_date": 0} for which in ("old", "new")}
        update["my_chat_member"] = {
            "chat": change.get("chat", CHAT),
            "from": ANNA,
            "date": SENT,
            "old_chat_member": member["old"],
            "new_chat_member": member["new"],
        }
    if "poll" in case:
        update["poll"] = case["poll"]
    return update


def _expected(heard: dict[str, Any] | None) -> Heard | None:
    if heard is None:
        return None
    given = {"name": "Anna", "lang": "lv", **heard}
    media = given.pop("media", None)
    return Heard(
        channel="telegram",
        account="shop",
        address="42",
        update_id="900",
        kind=HeardKind(given.pop("kind")),
        at=datetime.fromtimestamp(given.pop("at", SENT), UTC),
        media=Media(MediaKind(media.pop("kind")), **media) if media else None,
        **given,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_an_update_is_heard_for_what_it_means(case: dict[str, Any]) -> None:
    heard = heard_of(read_update(_update(case)), "shop", RECEIVED)
    expected = _expected(json.loads(json.dumps(case["heard"])))
    assert (heard and asdict(heard)) == (expected and asdict(expected))


def test_an_update_that_cannot_be_read_says_where_and_not_what() -> None:
    with pytest.raises(ValueError) as unreadable:
        read_update({"update_id": 900, "message": {"text": "my secret"}})
    assert str(unreadable.value) and "secret" not in str(unreadable.value)


@pytest.mark.parametrize(
    ("typed", "heard"),
    [("/cases", "/cases"), ("/cases@staff_bot", "/cases"), ("cases of tea arrived", "cases of tea arrived"), ("/", "/")],
)
def test_a_command_of_staff_stays_one(typed: str, heard: str) -> None:
    said = heard_of(read_update(_update({"message": {"text": typed}})), "staff", RECEIVED, keeps_commands=True)
    assert said is not None
    assert (said.kind, said.text) == (HeardKind.TEXT, heard)
