"""What the played Telegram lets through and what it refuses, over the real line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.patience import PATIENCE
from tests.simulators.telegram import Refused, TelegramSimulator
from tests.simulators.telegram.interface import DESCRIPTION

TOKEN = "1234567:rules-token_ABCDEFGHIJKLMNOPQRSTU"
Call = Callable[..., Coroutine[Any, Any, tuple[int, dict[str, Any]]]]


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator() as simulator:
        yield simulator


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def call(telegram: TelegramSimulator, http: aiohttp.ClientSession) -> Call:
    async def over_http(method: str, token: str = TOKEN, **arguments: Any) -> tuple[int, dict[str, Any]]:
        async with http.post(f"{telegram.url}/bot{token}/{method}", json=arguments) as answer:
            return answer.status, await answer.json()

    return over_http


def _keyboard(**button: str) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


REFUSED: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("nobody of that id", "sendMessage", {"chat_id": 7, "text": "x"}, 400, "Bad Request: chat not found"),
    ("empty text", "sendMessage", {"chat_id": 42, "text": " \n"}, 400, "Bad Request: message text is empty"),
    ("long text", "sendMessage", {"chat_id": 42, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
    ("long text in UTF-16", "sendMessage", {"chat_id": 42, "text": "😀" * 2049}, 400, "Bad Request: message is too long"),
    (
        "long callback data",
        "sendMessage",
        {"chat_id": 42, "text": "x", "reply_markup": _keyboard(text="ā", callback_data="ā" * 33)},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        "a link that is none",
        "sendMessage",
        {"chat_id": 42, "text": "x", "reply_markup": _keyboard(text="shop", url="shop.example")},
        400,
        "Bad Request: inline keyboard button URL 'shop.example' is invalid: Wrong HTTP URL",
    ),
    ("no such message", "editMessageText", {"chat_id": 42, "message_id": 99, "text": "x"}, 400, "Bad Request: message to edit not found"),
    ("the person's message", "editMessageText", {"chat_id": 42, "message_id": 1, "text": "x"}, 400, "Bad Request: message can't be edited"),
    ("no such message to delete", "deleteMessage", {"chat_id": 42, "message_id": 99}, 400, "Bad Request: message to delete not found"),
    (
        "unknown query",
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    (
        "a long caption",
        "sendPhoto",
        {"chat_id": 42, "photo": "https://shop.example/a.jpg", "caption": "x" * 1025},
        400,
        "Bad Request: message caption is too long",
    ),
    (
        "plain http far away",
        "setWebhook",
        {"url": "http://shop.example/"},
        400,
        "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
    ),
    (
        "a secret with a space",
        "setWebhook",
        {"url": "https://shop.example/", "secret_token": "a b"},
        400,
        "Bad Request: secret token contains unallowed characters",
    ),
    ("unknown method", "sendTelepathy", {}, 404, "Not Found"),
]


@pytest.mark.parametrize(("method", "arguments", "status", "description"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_a_wrong_call_is_refused_in_telegrams_own_words(
    telegram: TelegramSimulator, call: Call, method: str, arguments: dict[str, Any], status: int, description: str
) -> None:
    telegram.person(TOKEN, 42).start()
    assert await call(method, **arguments) == (status, {"ok": False, "error_code": status, "description": description})


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="the Bot API's interface description is not at hand")
@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"chat_id": 42}, "sendMessage lacks its field text"),
        ({"chat_id": 42, "text": "x", "texxt": "y"}, "sendMessage has no field texxt"),
        ({"chat_id": 42, "text": 5}, "sendMessage.text is no String: 5"),
        (
            {"chat_id": 42, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "colour": "red"}]]}},
            "inline_keyboard has no field colour",
        ),
    ],
)
async def test_a_call_that_breaks_the_interface_description_is_refused_and_noted(
    telegram: TelegramSimulator, call: Call, arguments: dict[str, Any], fault: str
) -> None:
    telegram.person(TOKEN, 42).start()
    status, answer = await call("sendMessage", **arguments)
    assert status == 400 and fault in answer["description"]
    assert fault in telegram.world.faults[0]


async def test_tokens_are_told_apart(telegram: TelegramSimulator, call: Call) -> None:
    assert (await call("getMe", token="nonsense"))[0] == 404
    status, me = await call("getMe")
    assert (status, me["result"]["is_bot"], me["result"]["username"]) == (200, True, "sim1234567_bot")
    await telegram.control.post("revoke", {})
    assert (await call("getMe"))[0] == 401


async def test_a_bot_cannot_write_first_nor_to_somebody_who_blocked_it(telegram: TelegramSimulator, call: Call) -> None:
    other = "7654321:another-token"
    anna = telegram.person(other, 42)
    anna.start()
    assert (await call("sendMessage", chat_id=42, text="x"))[1]["description"] == "Forbidden: bot can't initiate conversation with a user"
    anna.block()
    status, answer = await call("sendMessage", token=other, chat_id=42, text="x")
    assert (status, answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    with pytest.raises(Refused):
        anna.text("I cannot write to whom I blocked")
    anna.unblock()
    assert (await call("sendMessage", token=other, chat_id=42, text="x"))[0] == 200
    anna.deactivate()
    assert (await call("sendMessage", token=other, chat_id=42, text="x"))[1]["description"] == "Forbidden: user is deactivated"


async def test_the_same_content_again_is_not_an_edit(telegram: TelegramSimulator, call: Call) -> None:
    telegram.person(TOKEN, 42).start()
    keyboard = _keyboard(text="4", callback_data="q.4")
    await call("sendMessage", chat_id=42, text="x", reply_markup=keyboard)
    status, answer = await call("editMessageText", chat_id=42, message_id=2, text="x", reply_markup=keyboard)
    assert status == 400 and answer["description"].startswith("Bad Request: message is not modified")
    status, answer = await call("editMessageText", chat_id=42, message_id=2, text="x")
    assert status == 200 and "reply_markup" not in answer["result"] and answer["result"]["edit_date"]


async def test_the_fourth_message_of_a_burst_waits_a_second(telegram: TelegramSimulator, call: Call) -> None:
    telegram.person(TOKEN, 42).start()
    answers = [await call("sendMessage", chat_id=42, text=str(n)) for n in range(4)]
    assert [status for status, _ in answers] == [200, 200, 200, 429]
    assert answers[3][1]["parameters"] == {"retry_after": 1}
    telegram.set_clock(telegram.world.now() + timedelta(seconds=1))
    assert (await call("sendMessage", chat_id=42, text="x"))[0] == 200
    assert telegram.world.events["floods"] == 1


async def test_a_bot_sends_about_thirty_a_second(telegram: TelegramSimulator, call: Call) -> None:
    for user in range(1, 61):
        telegram.person(TOKEN, user).start()
    statuses = [status for status, _ in await asyncio.gather(*(call("sendMessage", chat_id=user, text="x") for user in range(1, 61)))]
    assert (statuses.count(200), statuses.count(429)) == (36, 24)
    assert telegram.world.peak_per_second == 36


async def test_a_newer_poller_ends_the_older_one(telegram: TelegramSimulator, call: Call) -> None:
    older = asyncio.create_task(call("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    newer = asyncio.create_task(call("getUpdates", timeout=5))
    status, answer = await older
    assert status == 409 and answer["description"].startswith("Conflict: terminated by other getUpdates request")
    telegram.person(TOKEN, 42).start()
    assert (await newer)[0] == 200


async def test_polling_confirms_by_offset_and_keeps_to_the_kinds_asked_for(telegram: TelegramSimulator, call: Call) -> None:
    await call("getUpdates", allowed_updates=["message"])
    anna = telegram.person(TOKEN, 42)
    anna.start()
    anna.block()
    anna.unblock()
    anna.text("one")
    anna.text("two")
    updates = (await call("getUpdates", limit=2))[1]["result"]
    assert [update["message"]["text"] for update in updates] == ["/start", "one"]
    rest = (await call("getUpdates", offset=updates[-1]["update_id"] + 1))[1]["result"]
    assert [update["message"]["text"] for update in rest] == ["two"]
    assert (await call("getUpdates", offset=rest[-1]["update_id"] + 1))[1]["result"] == []


async def test_updates_are_doubled_swapped_and_delayed_when_told_to(telegram: TelegramSimulator, call: Call) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start()
    telegram.misbehave("duplicate")
    anna.text("twice")
    telegram.misbehave("late", seconds=0.1)
    anna.text("late")
    anna.text("before")
    telegram.misbehave("reorder")
    anna.text("swapped")
    first = (await call("getUpdates"))[1]["result"]
    assert [update["message"]["text"] for update in first] == ["/start", "twice", "twice", "swapped", "before"]
    assert first[1] == first[2] and first[3]["update_id"] > first[4]["update_id"]
    offset = max(update["update_id"] for update in first) + 1
    later = (await call("getUpdates", offset=offset, timeout=5))[1]["result"]
    assert [update["message"]["text"] for update in later] == ["late"]


async def test_calls_fail_the_way_they_are_told_to(telegram: TelegramSimulator, call: Call) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start()
    telegram.misbehave("500", "sendMessage")
    assert (await call("sendMessage", chat_id=42, text="1"))[0] == 500
    for how, arrived in (("drop_before", 0), ("timeout", 0), ("drop_after", 1)):
        telegram.misbehave(how, "sendMessage", seconds=0.05)  # type: ignore[arg-type]
        with pytest.raises(aiohttp.ClientError):
            await call("sendMessage", chat_id=42, text="2")
        assert sum(message["from"] == "bot" for message in anna.transcript()) == arrived
    assert (await call("sendMessage", chat_id=42, text="3"))[0] == 200


async def test_a_webhook_is_pushed_until_it_answers_and_polling_is_refused_meanwhile(telegram: TelegramSimulator, call: Call) -> None:
    seen: list[tuple[str, str]] = []
    all_seen = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.Response:
        seen.append(((await request.json())["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        if len(seen) == 3:
            all_seen.set()
        return web.Response(status=200 if len(seen) > 1 else 503)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    anna = telegram.person(TOKEN, 42)
    anna.start()
    await call("setWebhook", url=f"http://127.0.0.1:{runner.addresses[0][1]}/", secret_token="s3cret")
    anna.text("hello")
    assert (await call("getUpdates"))[0] == 409
    await asyncio.wait_for(all_seen.wait(), PATIENCE)
    assert seen == [("/start", "s3cret"), ("/start", "s3cret"), ("hello", "s3cret")]
    assert (await call("getWebhookInfo"))[1]["result"]["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
    await call("deleteWebhook")
    assert (await call("getUpdates"))[0] == 200
    await runner.cleanup()


async def test_a_driver_in_another_process_plays_people_over_http(
    telegram: TelegramSimulator, call: Call, http: aiohttp.ClientSession
) -> None:
    async def post(deed: str, **arguments: Any) -> Any:
        async with http.post(f"{telegram.url}/sim/{deed}", json=arguments) as answer:
            return answer.status, await answer.json()

    async def get(name: str, **query: Any) -> Any:
        async with http.get(f"{telegram.url}/sim/{name}", params=query) as answer:
            return await answer.json()

    await post("bot", token=TOKEN, username="shop_bot")
    assert (await post("clock", now="2017-10-02T10:56:33+00:00"))[0] == 200
    started = asyncio.create_task(post("start", bot="shop_bot", user=42, name="Anna", lang="pt", payload="tok", wait=5))
    await asyncio.sleep(0.05)
    await call("sendMessage", chat_id=42, text="How was it?", reply_markup=_keyboard(text="4", callback_data="q.4"))
    status, told = await started
    assert status == 200 and told["news"][0]["text"] == "How was it?"
    assert told["news"][0]["date"] == pytest.approx(datetime(2017, 10, 2, 10, 56, 33, tzinfo=UTC).timestamp(), abs=5)
    assert (await post("tap", user=42, label="5"))[0] == 409
    assert (await post("tap", user=42, data="q.4"))[0] == 200
    await call("editMessageText", chat_id=42, message_id=2, text="You gave 4.")
    assert [news["what"] for news in await get("news", user=42, edits=1)] == ["new", "edit"]
    assert [news["text"] for news in await get("news", after=1, edits=1)] == ["You gave 4."]
    assert (await post("tap", user=42, data="q.4", message=2))[0] == 200, "the screen of the person may lag behind an edit"
    assert [message["from"] for message in await get("chat", user=42)] == ["person", "bot"]
    assert await get("chats") == {"42": 2}
    assert (await get("counters"))["updates"] == 3
    assert (await post("misbehave", how="nonsense"))[0] == 400


async def test_its_state_survives_it_when_asked_to(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    state = tmp_path / "telegram.state"
    async with TelegramSimulator(state=state) as before:
        before.person(TOKEN, 42, name="Anna").start("token")
    async with TelegramSimulator(state=state) as after, http.get(f"{after.url}/bot{TOKEN}/getUpdates") as answer:
        assert json.loads(await answer.read())["result"][0]["message"]["text"] == "/start token"
