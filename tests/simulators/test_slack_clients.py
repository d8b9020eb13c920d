"""The played Slack is proven with the clients that Slack's own people wrote."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.patience import PATIENCE
from tests.serving import serving
from tests.simulators.slack import SlackSimulator
from tests.simulators.slack.interface import is_described

TOKEN, APP_TOKEN, SECRET = "xoxb-1-sim", "xapp-1-sim", "00112233445566778899aabbccddeeff"
QUESTION: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "plain_text", "text": "How was it?"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": f"score.{n}", "value": str(n), "text": {"type": "plain_text", "text": str(n)}} for n in (1, 2)
        ],
    },
]
JAVASCRIPT = os.environ.get("BOLT_JS")
"""A folder in which `npm install @slack/bolt` was run."""


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(retries=(0.0, 0.05, 0.1), patience=1.0) as simulator:
        simulator.app(TOKEN, app_token=APP_TOKEN, signing_secret=SECRET)
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
async def client(slack: SlackSimulator) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(TOKEN, base_url=f"{slack.url}/", session=session, retry_handlers=[])


def asking_app(client: AsyncWebClient) -> AsyncApp:
    """A small survey written as bolt's own guide would have it."""
    app = AsyncApp(client=client, signing_secret=SECRET, request_verification_enabled=True)

    @app.event("message")
    async def ask(event: dict[str, Any], say: Callable[..., Any]) -> None:
        await say(text="How was it?", blocks=QUESTION)

    @app.action("score.2")
    async def thank(ack: Callable[..., Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        place = body["container"]
        await client.chat_update(channel=place["channel_id"], ts=place["message_ts"], text="You said 2.", blocks=[])
        modal = {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": QUESTION}
        await client.views_open(trigger_id=body["trigger_id"], view=modal)

    return app


async def _holds_the_dialog(slack: SlackSimulator) -> None:
    anna = slack.person(TOKEN, "U0ANNA", name="Anna")
    anna.text("hello")
    assert (await anna.hears())["buttons"] == ["1", "2"]
    anna.tap(label="2")
    async with asyncio.timeout(PATIENCE):
        while not slack.world.apps[TOKEN].views:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert anna.transcript()[-1]["text"] == "You said 2."
    assert anna.transcript()[-1]["buttons"] == []
    assert slack.world.events["retries"] == slack.world.events["unanswered_interactions"] == 0


async def test_slack_bolt_holds_a_dialog_by_socket_mode(slack: SlackSimulator, client: AsyncWebClient) -> None:
    handler = AsyncSocketModeHandler(asking_app(client), APP_TOKEN, web_client=client)
    await handler.connect_async()
    await _holds_the_dialog(slack)
    await handler.close_async()


async def test_slack_bolt_holds_a_dialog_by_signed_requests(slack: SlackSimulator, client: AsyncWebClient) -> None:
    handler = AsyncSlackRequestHandler(asking_app(client))

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    async with serving(Starlette(routes=[Route("/slack", endpoint, methods=["POST"])])) as address:
        app = slack.world.apps[TOKEN]
        app.request_url = f"{address}/slack"
        assert await slack.pusher.verify(app)
        await _holds_the_dialog(slack)


def windowed_app(client: AsyncWebClient) -> AsyncApp:
    """A home page with a button that opens a window, and a window that asks once more, as bolt's own guide would have it."""
    app = AsyncApp(client=client, signing_secret=SECRET, request_verification_enabled=True)

    def window(title: str) -> dict[str, Any]:
        element = {"type": "plain_text_input", "action_id": "why", "initial_value": title}
        field = {"type": "input", "block_id": title, "label": {"type": "plain_text", "text": "Why?"}, "element": element}
        words = {"title": {"type": "plain_text", "text": title}, "submit": {"type": "plain_text", "text": "Send"}}
        return {"type": "modal", "callback_id": "why", "blocks": [field], **words}

    @app.event("app_home_opened")
    async def show(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": QUESTION})

    @app.action("score.1")
    async def ask(ack: Callable[..., Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=window("Wait"))
        await client.views_update(view_id=opened["view"]["id"], view=window("Once"))

    @app.view("why")
    async def sent(ack: Callable[..., Any], view: dict[str, Any]) -> None:
        (values,) = view["state"]["values"].values()
        if values["why"]["value"] == "Once":
            await ack(response_action="update", view=window("Twice"))
        else:
            await ack(response_action="clear")

    return app


async def test_slack_bolt_shows_a_home_page_and_takes_what_is_sent_from_a_window(slack: SlackSimulator, client: AsyncWebClient) -> None:
    handler = AsyncSocketModeHandler(windowed_app(client), APP_TOKEN, web_client=client)
    await handler.connect_async()
    anna = slack.person(TOKEN, "U0ANNA", name="Anna").at
    anna.open_home()
    await anna.until(lambda: anna.home)
    anna.tap("1", home=True)
    assert (await anna.opens(titled="Once"))["fields"] == {"why": "Once"}
    again = await anna.submit()
    assert again and again["title"] == "Twice"
    assert await anna.submit() is None
    assert slack.world.events["breaches"] == slack.world.events["unanswered_interactions"] == 0
    await handler.close_async()


async def test_slack_bolt_refuses_what_is_signed_with_another_secret(slack: SlackSimulator, client: AsyncWebClient) -> None:
    handler = AsyncSlackRequestHandler(asking_app(client))

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    async with serving(Starlette(routes=[Route("/slack", endpoint, methods=["POST"])])) as address:
        app = slack.world.apps[TOKEN]
        app.request_url, app.signing_secret = f"{address}/slack", "another"
        assert not await slack.pusher.verify(app)


async def test_slack_bolt_comes_back_when_its_line_is_renewed(slack: SlackSimulator, client: AsyncWebClient) -> None:
    handler = AsyncSocketModeHandler(asking_app(client), APP_TOKEN, web_client=client, ping_interval=1)
    await handler.connect_async()
    await slack.renew_lines(TOKEN)
    async with asyncio.timeout(PATIENCE):
        while slack.world.calls["apps.connections.open"] < 2 or len(slack.world.apps[TOKEN].sockets) != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await _holds_the_dialog(slack)
    await handler.close_async()


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": "U0NOBODY", "text": "hello"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "U0ANNA", "text": " "}, "no_text"),
        ("chat.postMessage", {"channel": "U0ANNA", "text": "so", "thread_ts": "1.000001"}, "thread_not_found"),
        ("views.update", {"view_id": "V1", "view": {"type": "modal"}}, "not_found"),
        ("views.publish", {"user_id": "U0ANNA", "view": {"type": "modal", "blocks": []}}, "invalid_blocks"),
        ("views.publish", {"user_id": "U0ANNA", "view": {"type": "home", "blocks": [{"type": "divider"}] * 101}}, "invalid_blocks"),
        (
            "views.publish",
            {"user_id": "U0ANNA", "view": {"type": "home", "blocks": [{"type": "divider"}], "private_metadata": "x" * 3001}},
            "invalid_blocks",
        ),
        ("chat.postMessage", {"channel": "U0ANNA", "blocks": [{"type": "carousel"}]}, "invalid_blocks"),
        ("chat.update", {"channel": "U0ANNA", "ts": "1.0", "text": "hello"}, "message_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("views.open", {"trigger_id": "1.1000000000.0", "view": {"type": "modal"}}, "expired_trigger_id"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("chat.scheduleEverything", {}, "unknown_method"),
    ],
)
async def test_what_slack_refuses_is_refused(
    slack: SlackSimulator, client: AsyncWebClient, method: str, arguments: dict[str, Any], code: str
) -> None:
    slack.person(TOKEN, "U0ANNA")
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, json=arguments)
    assert refused.value.response["error"] == code


async def test_a_token_of_the_wrong_kind_is_told_from_an_unknown_one(slack: SlackSimulator, client: AsyncWebClient) -> None:
    for token, code in ((APP_TOKEN, "not_allowed_token_type"), ("xoxb-other", "invalid_auth"), ("", "not_authed")):
        client.token = token
        with pytest.raises(SlackApiError) as refused:
            await client.auth_test()
        assert refused.value.response["error"] == code


async def test_more_than_a_message_a_second_is_refused_with_the_time_to_wait(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.person(TOKEN, "U0ANNA")
    for _ in range(4):
        await client.chat_postMessage(channel="U0ANNA", text="hello")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="U0ANNA", text="hello")
    assert refused.value.response.status_code == 429
    assert int(refused.value.response.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}, "at most 3000"),
        ({"type": "section", "text": {"type": "plain_text", "text": ""}}, "at least 1"),
        ({"type": "actions", "elements": []}, "1 to 25"),
        ({"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]}, "at most 75"),
        ({"type": "actions", "elements": [{"type": "button", "text": {"type": "mrkdwn", "text": "x"}}]}, "text object"),
        (
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x"}, "value": "x" * 2001}]},
            "at most 2000",
        ),
        (
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x"}, "action_id": "x" * 256}]},
            "at most 255",
        ),
        ({"type": "actions", "elements": [{"type": "static_select", "options": []}]}, "1 to 100"),
        ({"type": "image", "image_url": "https://nowhere.example/a.jpg", "alt_text": "x"}, "downloading image failed"),
    ],
)
async def test_blocks_beyond_the_limits_are_refused_with_the_place(
    slack: SlackSimulator, client: AsyncWebClient, block: dict[str, Any], fault: str
) -> None:
    slack.person(TOKEN, "U0ANNA")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="U0ANNA", text="x", blocks=[{"type": "divider"}, block])
    assert fault in refused.value.response["errors"][0] and "/blocks/1" in refused.value.response["errors"][0]


async def test_fifty_blocks_pass_and_one_more_does_not(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.person(TOKEN, "U0ANNA")
    await client.chat_postMessage(channel="U0ANNA", text="x", blocks=[{"type": "divider"}] * 50)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="U0ANNA", text="x", blocks=[{"type": "divider"}] * 51)


@pytest.mark.skipif(not is_described(), reason="the folder with Slack's interface description is not there")
async def test_a_call_that_lacks_what_slack_requires_is_a_fault(slack: SlackSimulator, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError):
        await client.api_call("chat.update", json={"text": "hello"})
    assert slack.world.faults == ["chat.update lacks its argument channel"]
    slack.world.faults.clear()


async def test_an_event_nobody_acknowledges_is_pushed_again_under_its_own_id_and_then_given_up(slack: SlackSimulator) -> None:
    seen: list[tuple[str, str | None]] = []

    async def endpoint(request: Request) -> Response:
        seen.append(((await request.json())["event_id"], request.headers.get("X-Slack-Retry-Num")))
        return Response(status_code=500)

    async with serving(Starlette(routes=[Route("/slack", endpoint, methods=["POST"])])) as address:
        slack.world.apps[TOKEN].request_url = f"{address}/slack"
        slack.person(TOKEN, "U0ANNA").text("hello")
        async with asyncio.timeout(PATIENCE):
            while not slack.world.events["given_up"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert [number for _, number in seen] == [None, "1", "2", "3"]
    assert len({event for event, _ in seen}) == 1


@pytest.mark.skipif(not (JAVASCRIPT and shutil.which("node")), reason="BOLT_JS names no folder where npm has installed @slack/bolt")
async def test_bolt_for_javascript_holds_a_dialog_by_socket_mode(slack: SlackSimulator) -> None:
    environment = {
        **os.environ,
        "SLACK_API": f"{slack.url}/",
        "TOKEN": TOKEN,
        "APP_TOKEN": APP_TOKEN,
        "NODE_PATH": f"{JAVASCRIPT}/node_modules",
    }
    node = await asyncio.create_subprocess_exec("node", Path(__file__).parent / "slack" / "asking.js", env=environment)
    try:
        async with asyncio.timeout(PATIENCE):
            while not slack.world.apps[TOKEN].sockets:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await _holds_the_dialog(slack)
    finally:
        node.kill()
        await node.wait()
