from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.invitations.links import Links
from bot.touchpoints.hook import BODY_LIMIT, Hook, touchpoint_routes
from bot.touchpoints.signature import Refused
from channels.clock import SimulatedClock
from channels.signature import sign
from storage.database import Database
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from tests.touchpoints.shop import MONDAY, PLANNER, SECRET, publish_bank, rows, signed, told

URL = "http://makegood/hooks/touchpoints/shop"


@pytest.fixture
async def hook(database: Database) -> Hook:
    await publish_bank(database)
    links = Links(telegram={"shop_bot": "FjordBot"}, webchat={"chat": "https://shop.example"})
    return Hook(
        database,
        {"shop": SECRET, "helpdesk": "another-secret-of-its-own"},
        planner=PLANNER,
        links=lambda: links,
        clock=SimulatedClock(MONDAY),
    )


@pytest.fixture
async def web(hook: Hook) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=touchpoint_routes(hook)))
    async with httpx.AsyncClient(transport=transport) as client:
        yield client


async def test_a_signed_request_is_stored_when_it_is_answered_and_the_answer_holds_the_links(
    web: httpx.AsyncClient, database: Database
) -> None:
    response = await web.post(URL, **signed(told()))
    (invitation,) = await rows(database, Invitation)
    links = {"shop_bot": f"https://t.me/FjordBot?start={invitation.token}", "chat": f"https://shop.example/chat/{invitation.token}"}
    assert response.status_code == 200
    assert response.json() == {"touchpoints": [{"external_id": "T-1", "state": "new", "links": links}]}


async def test_a_list_is_answered_in_its_order_and_what_nobody_asks_about_has_no_links(web: httpx.AsyncClient) -> None:
    await web.post(URL, **signed(told("T-2")))
    response = await web.post(URL, **signed([told("T-3", kind="visit"), told("T-2"), told("T-1")]))
    assert [(one["external_id"], one["state"], bool(one["links"])) for one in response.json()["touchpoints"]] == [
        ("T-3", "new", False),
        ("T-2", "known", True),
        ("T-1", "new", True),
    ]


async def test_the_same_request_again_is_a_replay_and_signed_anew_it_is_known(
    web: httpx.AsyncClient, hook: Hook, database: Database
) -> None:
    first = await web.post(URL, **signed(told()))
    replay = await web.post(URL, **signed(told()))
    anew = await web.post(URL, **signed(told(), at=MONDAY + timedelta(seconds=1)))
    assert [first.status_code, replay.status_code, anew.status_code] == [200, 401, 200]
    assert "taken before" in replay.json()["error"]
    assert anew.json()["touchpoints"][0]["state"] == "known"
    assert hook.refused == {Refused.REPLAYED: 1}
    assert len(await rows(database, Touchpoint)) == 1


async def test_of_a_request_that_arrives_twenty_times_at_once_one_is_taken(web: httpx.AsyncClient, hook: Hook, database: Database) -> None:
    responses = await asyncio.gather(*(web.post(URL, **signed(told())) for _ in range(20)))
    assert sorted(response.status_code for response in responses) == [200] + [401] * 19
    assert hook.refused == {Refused.REPLAYED: 19}
    assert len(await rows(database, Touchpoint)) == 1


async def test_many_requests_at_once_are_all_taken_each_with_its_own_answer(web: httpx.AsyncClient, database: Database) -> None:
    responses = await asyncio.gather(*(web.post(URL, **signed([told(f"T-{number}"), told(f"U-{number}")])) for number in range(30)))
    assert [[one["external_id"] for one in response.json()["touchpoints"]] for response in responses] == [
        [f"T-{number}", f"U-{number}"] for number in range(30)
    ]
    assert len(await rows(database, Touchpoint)) == 60


GOOD = signed(told())
TIMESTAMP = GOOD["headers"]["X-Makegood-Timestamp"]


@pytest.mark.parametrize(
    ("source", "request_", "why"),
    [
        ("shop", {"content": GOOD["content"]}, Refused.UNSIGNED),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Signature": "v0=abc"}}, Refused.UNSIGNED),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Timestamp": "yesterday"}}, Refused.UNSIGNED),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Timestamp": "-5"}}, Refused.UNSIGNED),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Timestamp": "9" * 400}}, Refused.UNSIGNED),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Signature": "v1="}}, Refused.SIGNATURE),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Signature": "v1=" + "ä" * 64}}, Refused.SIGNATURE),
        ("shop", GOOD | {"content": GOOD["content"] + b" "}, Refused.SIGNATURE),
        ("shop", GOOD | {"headers": GOOD["headers"] | {"X-Makegood-Timestamp": str(int(TIMESTAMP) + 1)}}, Refused.SIGNATURE),
        ("shop", signed(told(), secret=SECRET.upper()), Refused.SIGNATURE),
        ("helpdesk", GOOD, Refused.SIGNATURE),
        ("nobody", GOOD, Refused.SIGNATURE),
        ("nobody", signed(told(), secret=""), Refused.SIGNATURE),
        ("shop", signed(told(), at=MONDAY - timedelta(seconds=302)), Refused.TIME),
        ("shop", signed(told(), at=MONDAY + timedelta(seconds=302)), Refused.TIME),
    ],
)
async def test_what_is_not_believed_is_refused_counted_and_leaves_nothing(
    web: httpx.AsyncClient, hook: Hook, database: Database, source: str, request_: dict[str, Any], why: Refused
) -> None:
    headers = {name: value.encode() for name, value in request_.get("headers", {}).items()}
    response = await web.post(f"http://makegood/hooks/touchpoints/{source}", content=request_["content"], headers=headers)
    assert (response.status_code, hook.refused) == (401, {why: 1})
    assert response.json()["error"]
    assert await rows(database, Touchpoint) == []


async def test_a_clock_that_is_a_little_wrong_is_borne(web: httpx.AsyncClient) -> None:
    for seconds in (-295, 295):
        response = await web.post(URL, **signed(told(f"T{seconds}"), at=MONDAY + timedelta(seconds=seconds)))
        assert response.status_code == 200


async def test_everything_that_is_wrong_is_named_and_nothing_is_taken(web: httpx.AsyncClient, database: Database) -> None:
    wrong = told(
        "", kind="x y", occurred_at="2026-03-02T09:00:00", customer={"external_id": "C-1", "timezone": "Mars", "email": "a@b.example"}
    )
    response = await web.post(URL, **signed([told("T-1"), wrong, told("T-2", occurred_at="2027-01-01T00:00:00Z")]))
    assert response.status_code == 422
    assert [(one["touchpoint"], one["field"], one["problem"]) for one in response.json()["problems"]] == [
        (1, "external_id", "is empty"),
        (1, "kind", "is not of that form"),
        (1, "occurred_at", "has no time zone"),
        (1, "customer.timezone", "is no time zone"),
        (1, "customer.email", "is not known here"),
        (2, "occurred_at", "lies in the future"),
    ]
    assert all(one["write"] for one in response.json()["problems"])
    assert "a@b.example" not in response.text
    assert await rows(database, Touchpoint) == []
    assert (await web.post(URL, **signed([told("T-1")]))).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"text"', b"\xff\xfe", b"[[[[", b'{"a": NaN}', b"null", b"[" * 20000])
async def test_a_body_that_is_no_touchpoint_is_explained(web: httpx.AsyncClient, body: bytes) -> None:
    response = await web.post(URL, **signed(body))
    assert response.status_code == 422
    assert response.json()["problems"]


async def test_too_much_is_refused_before_it_is_held(web: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    response = await web.post(URL, content=endless(), headers=signed(b"")["headers"])
    assert response.status_code == 413
    assert sent <= BODY_LIMIT + 2 * 65536
    response = await web.post(URL, **signed([told(str(number)) for number in range(1001)]))
    assert "1 to 1000" in response.json()["problems"][0]["problem"]


async def test_only_a_post_is_heard(web: httpx.AsyncClient) -> None:
    assert (await web.get(URL)).status_code == 405


def test_a_short_secret_stops_the_start(database: Database) -> None:
    with pytest.raises(ValueError, match="source shop has fewer than 16 characters") as error:
        Hook(database, {"shop": "short"}, planner=PLANNER, links=Links, clock=SimulatedClock(MONDAY))
    assert "short" not in str(error.value).replace("source shop", "")


async def test_the_log_names_no_customer_and_no_secret(web: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await web.post(URL, **signed(told()))
    await web.post(URL, **signed(told()))
    await web.post("http://makegood/hooks/touchpoints/%0Ainjected", **signed(told()))
    ours = [record for record in caplog.records if record.name.startswith("bot.touchpoints")]
    assert [record.message for record in ours] == ["touchpoints_told", "touchpoints_refused", "touchpoints_refused"]
    said = " ".join(str(record.__dict__) for record in ours)
    assert not any(word in said for word in ("Astrid", "C-1", SECRET, "injected", GOOD["headers"]["X-Makegood-Signature"]))


def test_the_signature_is_that_of_the_documentation() -> None:
    # printf '%s.%s' 1767225600 '{"a": 1}' | openssl dgst -sha256 -hmac correct-horse-battery-staple -hex
    assert sign(SECRET, 1767225600, b'{"a": 1}') == "v1=43726af009d471d01c2e84ac61f2dcbbfb65131a39ae93e45cf643b9e1b7f06d"
