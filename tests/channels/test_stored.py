from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Choice, Heard, HeardKind, Layout, Link, Media, MediaKind, Say
from channels.stored import heard_from_json, heard_to_json, say_from_json, say_to_json

texts = st.text(max_size=50)
refs = st.text("abcdefghijklmnopqrstuvwxyz0123456789.", max_size=60)
says = st.builds(
    Say,
    text=texts,
    choices=st.lists(
        st.builds(Choice, refs, texts, picked=st.booleans(), aside=st.booleans(), number=st.none() | st.integers(0, 10)), max_size=4
    ).map(tuple),
    layout=st.just(Layout.COLUMN),
    link=st.none() | st.builds(Link, texts, texts),
    picture=texts,
    file=st.integers(0, 2**63 - 1),
    key=texts,
    edits=texts,
    again=texts,
    topic=texts,
    thread=texts,
    aloud=st.booleans(),
    lang=texts,
)
names = st.text(min_size=1, max_size=20)
heards = st.builds(
    Heard,
    channel=names,
    account=names,
    address=names,
    update_id=names,
    kind=st.sampled_from(HeardKind),
    at=st.datetimes(timezones=st.just(UTC)),
    text=texts,
    choice=texts,
    token=texts,
    media=st.none() | st.builds(Media, st.sampled_from(MediaKind), texts, texts, st.none() | st.integers(1, 10**9), texts),
    message=texts,
    lang=texts,
    name=texts,
    thread=texts,
    edited=st.booleans(),
)


@given(says)
def test_what_is_said_reads_back_as_it_was(say: Say) -> None:
    assert say_from_json(say_to_json(say)) == say


@given(heards)
def test_what_is_heard_reads_back_as_it_was(heard: Heard) -> None:
    assert heard_from_json(heard_to_json(heard)) == heard


def test_what_no_database_takes_is_left_out_of_words() -> None:
    heard = Heard("t", "t", "1", "1", HeardKind.TEXT, datetime(2026, 1, 1, tzinfo=UTC), text="a\0b\ud83d ⭐", name="An\0na")
    assert heard.text == "a\ufffdb\ufffd ⭐"
    assert heard.name == "An\ufffdna"
