"""What an examination of each platform's account finds, over a real line, and that it leaves everything as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.clock import Clock, SimulatedClock, SystemClock
from channels.contract import Examines, Finding, Level, NoAnswer
from channels.customers.bluesky.examining import BlueskyExamination
from channels.customers.mastodon.examining import MastodonExamination
from channels.customers.telegram.examining import CustomerExamination
from channels.customers.webchat.embedding import embed_route
from channels.customers.webchat.examining import WebchatExamination
from channels.customers.x import Credentials
from channels.customers.x.examining import XExamination
from channels.shop_hook_examining import ShopHookExamination
from channels.slack.examining import SlackExamination
from channels.slack.manifest import scopes_of
from channels.telegram.examining import TelegramExamination
from channels.telegram.webhook import Webhook
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, TOKEN, no_places
from tests.channels.mastodon.server import SHOP_TOKEN, mastodon_server
from tests.ports import NOWHERE
from tests.serving import serving
from tests.simulators.bluesky import BlueskySimulator
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator
from tests.simulators.x import KEYS, XSimulator

HOOK = Webhook("https://feedback.shop.example", "a-secret-of-sixteen")


async def found(examination: Examines) -> dict[str, Finding]:
    """By what was looked at. What was not well says how to mend it."""
    findings = [finding async for finding in examination.examine()]
    assert all(finding.found and bool(finding.remedy) == (finding.level is not Level.OK) for finding in findings)
    return {finding.about: finding for finding in findings}


def troubles(findings: dict[str, Finding]) -> dict[str, Level]:
    return {about: finding.level for about, finding in findings.items() if finding.level is not Level.OK}


def late(by: timedelta) -> Clock:
    """This machine's clock, that much behind."""
    return SimulatedClock(SystemClock().now() - by)


def bot(telegram: TelegramSimulator, *, clock: Clock | None = None, token: str = TOKEN, **more: Any) -> CustomerExamination:
    return CustomerExamination("shop", token, clock=clock or SystemClock(), places=no_places, api_base=telegram.url, **more)


@pytest.mark.proves("doctor", "telegram")
async def test_a_bot_that_polls_is_well_and_nobody_notices_the_examination(telegram: TelegramSimulator) -> None:
    telegram.person(TOKEN, 42).start()
    examined = await found(bot(telegram))
    assert troubles(examined) == {}
    assert examined["token"].found == "Telegram knows it as @sim1234567_bot, “Bot 1234567”"
    assert "/setprivacy" in examined["groups"].found
    assert set(telegram.world.calls) == {"getMe", "getWebhookInfo"}
    assert len(telegram.world.bot(TOKEN).updates) == 1  # what Anna said still waits for the bot


async def test_a_revoked_token_is_told_without_being_repeated(telegram: TelegramSimulator) -> None:
    telegram.world.bot(TOKEN).revoked = True
    staff = TelegramExamination("desk", TOKEN, clock=SystemClock(), api_base=telegram.url)
    (finding,) = (await found(staff)).values()
    assert (finding.level, finding.about) == (Level.ERROR, "token")
    assert "@BotFather" in finding.remedy
    assert TOKEN not in f"{finding}"


@pytest.mark.parametrize(
    ("there", "configured", "level", "said"),
    [
        ("https://elsewhere.example/secret-path", None, Level.WARNING, "Telegram pushes to elsewhere.example: another program"),
        ("https://elsewhere.example/secret-path", HOOK, Level.ERROR, "Telegram pushes to elsewhere.example and not to https://feedback"),
        ("", HOOK, Level.WARNING, "Telegram knows of none yet"),
        (
            "",
            Webhook("https://feedback.shop.example:8000", HOOK.secret),
            Level.ERROR,
            "does not push to https://feedback.shop.example:8000",
        ),
        (HOOK.url("shop"), HOOK, Level.OK, "Telegram pushes to https://feedback.shop.example/hooks/telegram/shop"),
    ],
)
@pytest.mark.proves("doctor", "telegram")
async def test_a_webhook_is_where_it_is_configured(
    telegram: TelegramSimulator, there: str, configured: Webhook | None, level: Level, said: str
) -> None:
    if there:
        await telegram.call(TOKEN, "setWebhook", url=there)
    webhook = (await found(bot(telegram, webhook=configured)))["webhook"]
    assert (webhook.level, said in webhook.found) == (level, True), webhook
    assert "secret-path" not in f"{webhook}"


async def test_pushes_that_fail_and_updates_that_are_not_pushed_are_told(telegram: TelegramSimulator) -> None:
    await telegram.call(TOKEN, "setWebhook", url=HOOK.url("shop"), allowed_updates=["message"])
    hook = telegram.world.bot(TOKEN).webhook
    assert hook is not None
    hook.last_error, hook.last_error_at = "Wrong response from the webhook: 502 Bad Gateway", telegram.world.seconds() - 240
    examined = await found(bot(telegram, webhook=HOOK))
    assert troubles(examined) == {"updates": Level.WARNING, "pushes": Level.WARNING}
    assert examined["pushes"].found.startswith("a push failed 4 min ago: Wrong response")
    assert "callback_query" in examined["updates"].found


async def test_a_clock_that_is_wrong_is_told(telegram: TelegramSimulator) -> None:
    examined = await found(bot(telegram, clock=late(timedelta(seconds=90))))
    assert troubles(examined) == {"clock": Level.WARNING}
    assert "behind that of 127.0.0.1" in examined["clock"].found


async def test_a_server_that_is_not_there_or_is_in_trouble_is_a_finding(telegram: TelegramSimulator) -> None:
    nowhere = CustomerExamination("shop", TOKEN, clock=SystemClock(), places=no_places, api_base=f"http://{NOWHERE}")
    with pytest.raises(NoAnswer, match=f"could not reach {NOWHERE} "):
        await found(nowhere)
    telegram.misbehave("502")
    with pytest.raises(NoAnswer, match="is in trouble itself"):
        await found(bot(telegram))
    telegram.misbehave("429")
    with pytest.raises(NoAnswer) as busy:
        await found(bot(telegram))
    assert busy.value.finding.level is Level.WARNING


def slack_app(slack: SlackSimulator, *, clock: Clock | None = None, app_token: str = SLACK_APP_TOKEN, **more: Any) -> SlackExamination:
    about: dict[str, Any] = {"scopes": scopes_of(commands=False), "address": "https://feedback.shop.example", "places": no_places}
    return SlackExamination("shop", SLACK_TOKEN, app_token, clock=clock or SystemClock(), api_base=slack.url, **about | more)


async def test_an_app_in_slack_is_well_and_no_line_is_opened(slack: SlackSimulator) -> None:
    slack.world.apps[SLACK_TOKEN].scopes = (*scopes_of(commands=False), "reactions:read")
    examined = await found(slack_app(slack))
    assert (list(examined), troubles(examined)) == (["bot_token", "clock", "scopes", "app_token"], {})
    assert slack.world.apps[SLACK_TOKEN].sockets == []
    assert set(slack.world.calls) == {"auth.test", "apps.connections.open"}


@pytest.mark.proves("doctor", "slack")
async def test_what_an_app_in_slack_may_not_do_is_named(slack: SlackSimulator) -> None:
    slack.world.apps[SLACK_TOKEN].scopes = ("chat:write", "im:history", "im:write", "users:read", "files:read")
    examined = await found(slack_app(slack, scopes=scopes_of(commands=True)))
    assert troubles(examined) == {"scopes": Level.ERROR}
    assert examined["scopes"].found == "the app may not files:write, commands"
    assert "makegood slack manifest shop" in examined["scopes"].remedy


async def test_an_app_token_that_slack_refuses_is_told(slack: SlackSimulator) -> None:
    slack.world.apps[SLACK_TOKEN].scopes = tuple(scopes_of(commands=False))
    slack.world.missing_scopes = {"apps.connections.open"}
    assert "connections:write" in (await found(slack_app(slack)))["app_token"].remedy
    swapped = await found(slack_app(slack, app_token=SLACK_TOKEN))
    assert "app_token with xapp-" in swapped["app_token"].remedy
    slack.world.apps[SLACK_TOKEN].revoked = True
    assert list(await found(slack_app(slack))) == ["bot_token"]


async def test_beyond_slacks_five_minutes_its_requests_count_as_forged(slack: SlackSimulator) -> None:
    slack.world.apps[SLACK_TOKEN].scopes = tuple(scopes_of(commands=False))
    six = late(timedelta(minutes=6))
    assert troubles(await found(slack_app(slack, clock=six))) == {"clock": Level.WARNING}
    posted = await found(slack_app(slack, clock=six, app_token=""))
    assert troubles(posted) == {"clock": Level.ERROR}
    assert "5 min" in posted["clock"].found
    assert "https://feedback.shop.example/hooks/slack/shop" in posted["requests"].found


PUSHED_TO = "https://feedback.shop.example/hooks/x/shop"


def x_account(x: XSimulator, *, spent: int = 0, clock: Clock | None = None, pushed: bool = False, **keys: str) -> XExamination:
    async def spent_today() -> int:
        return spent

    settings: dict[str, Any] = {"pushed": pushed, "address": "https://feedback.shop.example", "api_base": x.url}
    return XExamination("shop", Credentials(**KEYS | keys), budget=5.0, spent=spent_today, clock=clock or SystemClock(), **settings)


async def test_an_account_on_x_is_well_and_its_money_is_told(x: XSimulator) -> None:
    examined = await found(x_account(x, spent=1_234))
    assert (list(examined), troubles(examined)) == (["clock", "keys", "permission", "budget"], {})
    assert examined["keys"].found == "X knows them as @shop"
    assert examined["budget"].found == "1.23 $ of today's 5.00 $ are spent"
    assert x.world.mills <= 10


@pytest.mark.proves("doctor", "x")
async def test_keys_permission_money_and_clock_of_x_are_judged(x: XSimulator) -> None:
    x.world.access_level = "read-write"
    examined = await found(x_account(x, spent=5_010, clock=late(timedelta(minutes=4))))
    assert troubles(examined) == {"permission": Level.ERROR, "budget": Level.WARNING, "clock": Level.WARNING}
    wrong = await found(x_account(x, access_secret="another0123456789", clock=late(timedelta(minutes=7))))
    assert troubles(wrong) == {"clock": Level.ERROR, "keys": Level.ERROR}
    assert "another0123456789" not in f"{wrong}"
    x.misbehave("402", "me")
    assert "credits" in await found(x_account(x))


@pytest.mark.proves("doctor", "x")
async def test_a_webhook_at_x_is_there_valid_and_subscribed(x: XSimulator) -> None:
    async def webhook() -> Finding:
        return (await found(x_account(x, pushed=True)))["webhook"]

    assert "X does not know of" in (await webhook()).found
    hook = {"id": "77", "url": PUSHED_TO, "valid": False, "subscribed": False}
    x.world.webhooks = [{"id": "76", "url": "https://elsewhere.example/x", "valid": True}, hook]
    assert "given up" in (await webhook()).found
    hook["valid"] = True
    assert "not subscribed" in (await webhook()).found
    hook["subscribed"] = True
    assert await webhook() == Finding.ok("webhook", f"X pushes to {PUSHED_TO}")


@pytest.fixture
async def bluesky() -> AsyncIterator[BlueskySimulator]:
    async with BlueskySimulator(now=SystemClock().now) as simulator:
        account = simulator.world.account("northlight.test", password="abcd-efgh-ijkl-mnop")
        account.main_password = "the-shops-own-password"
        yield simulator


@pytest.mark.proves("doctor", "bluesky")
async def test_an_account_on_bluesky_is_well_and_signed_out_again(bluesky: BlueskySimulator) -> None:
    def account(handle: str = "northlight.test", password: str = "abcd-efgh-ijkl-mnop") -> BlueskyExamination:
        return BlueskyExamination(handle, password, bluesky.url, clock=SystemClock())

    examined = await found(account())
    assert (list(examined), troubles(examined)) == (["handle", "clock", "app_password"], {})
    assert bluesky.calls["com.atproto.server.deleteSession", 200] == 1
    assert troubles(await found(account(handle="northligth.test"))) == {"handle": Level.ERROR}
    assert troubles(await found(account(password="xxxx-efgh-ijkl-mnop"))) == {"app_password": Level.ERROR}
    main = await found(account(password="the-shops-own-password"))
    assert (troubles(main), "own password" in main["app_password"].found) == ({"app_password": Level.WARNING}, True)


@pytest.mark.proves("doctor", "mastodon")
async def test_an_account_on_mastodon_is_judged_by_its_server() -> None:
    with mastodon_server() as server:
        examined = await found(MastodonExamination(server.url, SHOP_TOKEN, clock=SystemClock()))
        assert examined["token"].found.endswith("knows it as @shop")
        assert examined["server"] == Finding.ok("server", "it streams, and a status may have 500 characters")
        assert troubles(examined) == {"profile": Level.WARNING}
        wrong = await found(MastodonExamination(server.url, f"{SHOP_TOKEN}x", clock=SystemClock()))
        assert troubles(wrong) == {"token": Level.ERROR}
        given = {"name": "Northlight", "scopes": ["read", "write:media", "write:statuses"]}
        with server.trouble("/api/v1/apps/verify_credentials", "GET", status=200, body=given):
            lacking = await found(MastodonExamination(server.url, SHOP_TOKEN, clock=SystemClock()))
        assert lacking["scopes"].found == "the application may not write:notifications"
        with server.trouble("/api/v1/streaming/health", "GET", status=503):
            mute = await found(MastodonExamination(server.url, SHOP_TOKEN, clock=SystemClock()))
        assert mute["server"].level is Level.WARNING


@pytest.mark.proves("doctor", "webchat")
async def test_the_web_chat_is_reached_by_customers_and_framed_by_pages_of_the_shop_alone() -> None:
    routes = [embed_route(["https://shop.example"], {"en": {"title": "Chat", "close": "Close"}})]
    async with serving(Starlette(routes=routes)) as address:
        here = await found(WebchatExamination(address, ["https://shop.example"], clock=SystemClock()))
        assert here["answer"] == Finding.ok("answer", "it answers")
        assert (here["address"].level, "public_url" in here["address"].remedy) == (Level.WARNING, True)
        assert troubles(here) == {"address": Level.WARNING, "framed_by": Level.WARNING}
        tried = await found(WebchatExamination(address, [], clock=SystemClock(), tried=True))
        assert troubles(tried) == {"answer": Level.WARNING}
        assert tried["answer"].found == "it answers, with an earlier “framed_by”"
    async with serving(Starlette()) as address:
        other = await found(WebchatExamination(address, [], clock=SystemClock(), tried=True))
        assert "it is not Makegood that answers there (404)" in other["answer"].found
    gone = await found(WebchatExamination(address, [], clock=SystemClock(), tried=True))
    assert troubles(gone) == {}


async def test_the_shops_own_system_is_looked_at_without_an_event() -> None:
    asked = []

    answers = {405: Level.OK, 301: Level.ERROR, 404: Level.WARNING, 500: Level.ERROR}
    coming = list(answers)

    async def take(request: Request) -> Response:
        asked.append(request.method)
        return Response(status_code=coming.pop(0))

    async with serving(Starlette(routes=[Route("/hook", take, methods=["GET", "POST"])])) as address:
        for level in answers.values():
            assert (await found(ShopHookExamination(f"{address}/hook", clock=SystemClock())))["answer"].level is level
    assert asked == ["HEAD"] * 4
    assert troubles(await found(ShopHookExamination(f"{address}/hook", clock=SystemClock()))) == {"answer": Level.ERROR}
