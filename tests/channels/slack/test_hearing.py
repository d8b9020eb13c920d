"""What each kind of event and interaction means."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.slack.hearing import author_of, heard_of
from channels.slack.people import Member

CASES = json.loads((Path(__file__).parent / "cases" / "heard.json").read_text())
SAMPLES = Path(__file__).parents[4] / "shared" / "specs" / "slack-samples"
ANNA = Member("Anna", "lv-LV")
RECEIVED = datetime(2026, 3, 2, 12, tzinfo=UTC)
TS = "1772442000.000100"
MESSAGE = {"type": "message", "user": "U0ANNA", "team": "T0HOME", "ts": TS, "text": "4"}


def _body(case: dict[str, Any]) -> dict[str, Any]:
    """The body of a case, with all that cases have in common."""
    place = {"channel": "D0ANNA", "channel_type": "im"}
    if "command" in case:
        return {"team_id": "T0HOME", "user_id": "U0ANNA", "trigger_id": "7.8.9", "channel_id": "D0ANNA", **case["command"]}
    if "action" in case:
        return {
            "type": "block_actions",
            "team": {"id": "T0HOME"},
            "user": {"id": "U0ANNA", "team_id": "T0HOME"},
            "trigger_id": "7.8.9",
            "container": {"type": "message", "channel_id": "D0ANNA", "message_ts": "1772441000.000100"},
            "actions": [{**case["action"], "action_ts": "1772442030.5"}],
        }
    if "change" in case:
        inner = {"type": "message", "subtype": "message_changed", **place, "ts": "1772442060.000000", "previous_message": MESSAGE}
        event = {**inner, "message": {**MESSAGE, **case["change"]}}
    else:
        event = {**MESSAGE, **place, **case["event"]}
    return {"type": "event_callback", "team_id": "T0HOME", "event_id": "Ev1", "event": event}


def _expected(case: dict[str, Any]) -> Heard | None:
    if case["heard"] is None:
        return None
    given = dict(case["heard"])
    media = dict(given.pop("media", {}))
    return Heard(
        channel="slack",
        account="shop",
        address=given.pop("address", "T0HOME:U0ANNA"),
        update_id="Ev1" if "event" in case or "change" in case else "7.8.9",
        kind=HeardKind(given.pop("kind")),
        at=datetime.fromtimestamp(given.pop("at", float(TS)), UTC),
        media=Media(MediaKind(media.pop("kind")), **media) if media else None,
        name="Anna",
        lang="lv-LV",
        **given,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_body_is_heard_for_what_it_means(case: dict[str, Any]) -> None:
    heard, expected = heard_of(_body(case), "shop", ANNA, RECEIVED), _expected(case)
    assert (heard and asdict(heard)) == (expected and asdict(expected))


def test_the_author_is_named_even_where_slack_names_the_workspace_only_outside() -> None:
    body = _body({"event": {"team": None}})
    assert author_of(body) == ("T0HOME", "U0ANNA")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder with samples of Slack's events is not there")
def test_no_sample_of_slacks_own_breaks_the_hearing() -> None:
    for file in SAMPLES.glob("event.*.json"):
        body = json.loads(file.read_text())
        body["type"] = "event_callback"
        # The samples' values are blank, so that nobody is in them.
        assert heard_of(body, "shop", ANNA, RECEIVED) is None, file.name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder with samples of Slack's events is not there")
@pytest.mark.parametrize("name", ["MessagePayload", "MessageFileSharePayload", "MessageChangedPayload"])
def test_a_sample_of_slacks_own_is_heard_once_it_has_an_author(name: str) -> None:
    body = json.loads((SAMPLES / f"event.{name}.json").read_text())
    event = body["event"]
    said = event.get("message", event)
    event.update(channel_type="im", channel="D1")
    said.update(user="U1", user_team="T1", ts=TS, bot_id="", text="hello")
    said["edited"] = {"user": "U1", "ts": TS}
    if name == "MessageChangedPayload":
        said["subtype"] = None
    heard = heard_of({**body, "type": "event_callback", "event_id": "Ev1"}, "shop", ANNA, RECEIVED)
    assert heard is not None and (heard.text, heard.address, heard.update_id) == ("hello", "T1:U1", "Ev1")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder with samples of Slack's events is not there")
def test_the_sample_of_an_interaction_is_heard_once_it_has_an_author() -> None:
    body = json.loads((SAMPLES / "interaction.BlockActionPayload.json").read_text())
    body["user"].update(id="U1", team_id="T1")
    body["actions"] = (
        [{**body["actions"][0], "value": "q.1", "action_ts": TS}] if body.get("actions") else [{"value": "q.1", "action_ts": TS}]
    )
    heard = heard_of({**body, "trigger_id": "1.2.3"}, "shop", ANNA, RECEIVED)
    assert heard is not None and (heard.choice, heard.update_id) == ("q.1", "1.2.3")
