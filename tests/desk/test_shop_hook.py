"""The shop's own system is told of promises, by real web requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.complaints.promises import Fix
from bot.complaints.watching import watch_promises
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from channels.clock import SimulatedClock
from channels.contract import Rejected, Retry, Say, Unknown
from channels.delivery import Delivery
from channels.shop_hook import SHOP_HOOK, ShopHook
from channels.signature import sign
from storage.outbox import Message, MessageState
from tests.complaints.world import World
from tests.patience import PATIENCE
from tests.serving import serving

SECRET = "a secret of the shop's"


@dataclass
class ShopSystem:
    """Plays the shop's system. Answers with `statuses` in turn, and then with 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def hear(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 204)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
async def system() -> AsyncIterator[ShopSystem]:
    system = ShopSystem()
    async with serving(Starlette(routes=[Route("/makegood", system.hear, methods=["POST"])])) as address:
        system.url = f"{address}/makegood"
        yield system


@pytest.fixture
async def hook(system: ShopSystem, clock: SimulatedClock) -> AsyncIterator[ShopHook]:
    hook = ShopHook(system.url, SECRET, clock=clock, rng=Random(7))
    yield hook
    await hook.close()


@pytest.fixture
async def shop(world: World) -> World:
    world.rules = replace(world.rules, tells_shop=True)
    return world


@pytest.fixture
def desk(shop: World) -> Desk:
    return Desk(shop.database, Operations(shop.rules, shop.published), shop.clock, lambda: None)


async def promised(shop: World, desk: Desk, fix: Fix = Fix.REFUND) -> tuple[int, int]:
    """A staff member's and a case's id, with a promise for tomorrow."""
    maria, anna = await shop.staff("Maria"), await shop.customer()
    await shop.says(anna, "delivery_condition", 1)
    case = await shop.case()
    assert (await desk.respond(maria, case.id, fix, shop.clock.now() + timedelta(days=1), "So sorry")).done
    return maria, case.id


async def told(shop: World) -> list[dict[str, Any]]:
    return [json.loads(say.text) for event in ("made", "kept", "broken") for say in await shop.messages(f"promise.{event}", SHOP_HOOK)]


async def test_a_promise_is_told_with_the_shops_own_numbers_and_nothing_personal(shop: World, desk: Desk) -> None:
    await promised(shop, desk)
    (event,) = await told(shop)
    assert event["event"] == "promise.made"
    assert event["promise"]["fix"] == "refund"
    (promise,) = (await shop.case()).promises
    assert datetime.fromisoformat(event["promise"]["due_at"]) == promise.due_at
    assert (event["touchpoint"]["order"], event["touchpoint"]["amount"], event["touchpoint"]["currency"]) == ("4711", 499.0, "SEK")
    assert "Anna" not in json.dumps(event)
    assert "sorry" not in json.dumps(event)


async def test_what_became_of_the_promise_is_told_too(shop: World, desk: Desk) -> None:
    maria, case_id = await promised(shop, desk)
    shop.pass_time(days=2)
    for _ in range(2):  # a sweep may run any number of times
        await shop.database.write(lambda conn: watch_promises(conn, shop.rules, shop.clock.now()))
    await desk.mark_kept(maria, case_id)
    assert [event["event"] for event in await told(shop)] == ["promise.made", "promise.kept", "promise.broken"]
    assert len({event["promise"]["id"] for event in await told(shop)}) == 1


async def test_an_explanation_is_nothing_to_be_done(shop: World, desk: Desk) -> None:
    await promised(shop, desk, Fix.EXPLAIN)
    assert await told(shop) == []


async def test_a_shop_without_such_a_system_has_nothing_waiting(world: World) -> None:
    await promised(world, Desk(world.database, Operations(world.rules, world.published), world.clock, lambda: None))
    assert await told(world) == []


async def test_the_request_bears_a_signature_over_its_time_and_body(hook: ShopHook, system: ShopSystem, clock: SimulatedClock) -> None:
    assert await hook.send("promise.made", Say('{"event":"promise.made"}'), message_id=17) == "17"
    ((headers, body),) = system.requests
    assert headers["x-makegood-signature"] == sign(SECRET, int(clock.now().timestamp()), body)
    assert headers["x-makegood-timestamp"] == str(int(clock.now().timestamp()))
    assert (headers["x-makegood-delivery"], headers["x-makegood-event"]) == ("17", "promise.made")
    assert SECRET not in str(headers)


ANSWERS = {500: Retry, 503: Retry, 429: Retry, 401: Retry, 404: Retry, 302: Retry, 422: Rejected, 400: Rejected}


@pytest.mark.parametrize(("status", "error"), ANSWERS.items())
async def test_an_answer_says_whether_to_come_again(hook: ShopHook, system: ShopSystem, status: int, error: type[Exception]) -> None:
    system.statuses = [status]
    with pytest.raises(error, match=str(status)):
        await hook.send("promise.made", Say("{}"), message_id=1)


async def test_a_system_that_nobody_answers_at_is_tried_again(clock: SimulatedClock) -> None:
    nowhere = ShopHook("http://127.0.0.1:9/makegood", SECRET, clock=clock, rng=Random(7))
    with pytest.raises(Retry):
        await nowhere.send("promise.made", Say("{}"), message_id=1)
    await nowhere.close()


async def test_a_line_that_breaks_after_the_request_leaves_it_unknown(clock: SimulatedClock) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        hook = ShopHook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", SECRET, clock=clock, rng=Random(7))
        with pytest.raises(Unknown):
            await hook.send("promise.made", Say("{}"), message_id=1)
        await hook.close()


async def test_a_promise_reaches_a_system_that_was_down_for_a_while(shop: World, desk: Desk, hook: ShopHook, system: ShopSystem) -> None:
    await promised(shop, desk)
    system.statuses = [503, 503]
    delivery = Delivery(shop.database, [hook], shop.clock)
    sending = asyncio.create_task(delivery.run(SHOP_HOOK))
    try:
        await _until(lambda: len(system.requests) == 3, shop)
        await _until_settled(shop)
    finally:
        sending.cancel()
        await asyncio.wait([sending])
    first, *others = [(headers["x-makegood-delivery"], body) for headers, body in system.requests]
    assert others == [first, first]


async def _until(holds: Callable[[], bool], shop: World) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            shop.pass_time(seconds=1)
            await asyncio.sleep(0.02)


async def _until_settled(shop: World) -> None:
    message = Message.__table__  # type: ignore[attr-defined]
    async with asyncio.timeout(PATIENCE):
        while True:
            async with shop.database.read() as conn:
                state = (await conn.execute(select(message.c.state).where(message.c.account == SHOP_HOOK))).scalar_one()
            if state == MessageState.SENT:
                return
            await asyncio.sleep(0.02)
