"""What a post or a message means, shape by shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.contract import Heard
from channels.customers.x.hearing import heard_mention, heard_message
from channels.customers.x.pushed import said_at

POST = {
    "id": "1500000000000000000",
    "author_id": "2001",
    "text": "@shop hello",
    "created_at": "2026-03-02T10:00:00.123Z",
    "lang": "en",
    "entities": {"mentions": [{"username": "Shop", "id": "1001"}]},
}
MESSAGE = {
    "id": "1500000000000000001",
    "sender_id": "2001",
    "event_type": "MessageCreate",
    "dm_conversation_id": "1001-2001",
    "text": "hello",
    "created_at": "2026-03-02T10:00:00.123Z",
}
PEOPLE = {"2001": {"id": "2001", "name": "Anna", "username": "anna_k"}}


def mention(**more: Any) -> Heard | None:
    return heard_mention(POST | more, PEOPLE, "shop_x", "1001")


def message(**more: Any) -> Heard | None:
    return heard_message(MESSAGE | more, PEOPLE, "shop_x", "1001")


def test_a_mention_is_heard_with_all_that_x_tells() -> None:
    at = datetime(2026, 3, 2, 10, 0, 0, 123000, tzinfo=UTC)
    assert mention() == Heard("x", "shop_x", "2001", "mention/1500000000000000000", "text", at, "hello", lang="en", name="Anna")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("@shop hello", "hello"),
        ("@shop, hello", "hello"),
        ("@bert @shop @anna_k what now", "what now"),
        ("my chair broke @Shop", "my chair broke"),
        ("the @shop chair", "the @shop chair"),
        ("write to me@shop", "write to me@shop"),
        ("@shop ask @bert", "ask @bert"),
        ("@shop Tom &amp; Jerry &lt;3 &amp;amp;", "Tom & Jerry <3 &amp;"),
        ("@shop see https://t.co/abc", "see https://t.co/abc"),
        ("@shop\nfirst\nsecond", "first\nsecond"),
    ],
)
def test_handles_are_not_part_of_what_is_said(written: str, words: str) -> None:
    heard = mention(text=written)
    assert heard is not None and heard.text == words


@pytest.mark.parametrize(
    ("written", "token"), [("@shop", ""), ("@shop start", ""), ("@shop start Zk3-_token0123456789AA", "Zk3-_token0123456789AA")]
)
def test_whoever_says_nothing_or_start_wants_to_begin(written: str, token: str) -> None:
    heard = mention(text=written)
    assert heard is not None and (heard.kind, heard.token, heard.text) == ("start", token, "")


@pytest.mark.parametrize(("told", "lang"), [("sv", "sv"), ("und", ""), ("qme", ""), ("zxx", ""), (None, "")])
def test_a_language_that_x_only_guesses_at_in_three_letters_is_none(told: str | None, lang: str) -> None:
    heard = mention(lang=told)
    assert heard is not None and heard.lang == lang


@pytest.mark.parametrize(
    ("key", "kind"), [("3_77", "photo"), ("7_77", "video"), ("13_77", "video"), ("16_77", "video"), ("99_77", "document")]
)
def test_what_is_attached_is_told_by_its_key(key: str, kind: str) -> None:
    heard = message(text="look https://t.co/abc", media=[{"media_key": key}, {"media_key": "3_78"}])
    assert heard is not None and heard.media is not None
    assert (heard.kind, heard.media.kind, heard.media.ref, heard.text) == ("media", kind, key, "look")


def test_a_picture_alone_is_no_start() -> None:
    address = "https://pbs.twimg.com/media/aB.jpg"
    heard = message(text="https://t.co/abc", media=[{"media_key": "3_77", "url": address}])
    assert heard is not None and heard.media is not None
    assert (heard.kind, heard.text, heard.media.ref) == ("media", "", address)


@pytest.mark.parametrize(
    "more", [{"sender_id": "1001"}, {"event_type": "ParticipantsJoin"}, {"dm_conversation_id": "1500000000000000009"}], ids=str
)
def test_our_own_messages_notices_and_groups_are_not_heard(more: dict[str, str]) -> None:
    assert message() is not None and message(**more) is None


def test_our_own_posts_and_what_is_passed_on_are_not_heard() -> None:
    assert mention(author_id="1001") is None
    assert mention(text="RT @bert: @shop is great") is None


def test_somebody_of_whom_x_tells_nothing_has_no_name() -> None:
    heard = heard_message(MESSAGE, {}, "shop_x", "1001")
    assert heard is not None and heard.name == ""


def test_a_number_tells_when_something_was_said() -> None:
    assert said_at("0") == datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
    assert said_at(str(1000 << 22)) - said_at("0") == timedelta(seconds=1)
