"""The main job on X: a delivery, the survey in direct messages, a complaint in public or in private, and a person who makes it good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.touchpoints.taking import Item, take_touchpoints
from bot.touchpoints.told import TouchpointTold
from channels.clock import SimulatedClock
from storage.dialogs import Answer
from storage.platforms import PublicInvitation, Spending
from storage.queries.incidents import incidents_like
from storage.queries.platforms import spend
from tests.channels.conftest import until
from tests.channels.slack.shop import at_work
from tests.channels.x.stage import Reader, desk_in_slack, opened, presses
from tests.simulators.slack import SlackSimulator
from tests.simulators.x import XSimulator

_answer = Answer.__table__  # type: ignore[attr-defined]
BROKEN = "Kartongen var trasig & blöt 👎"


@pytest.fixture
async def desk(clock: SimulatedClock) -> AsyncIterator[SlackSimulator]:
    async with desk_in_slack(clock) as slack:
        yield slack


async def invited(app: App) -> str:
    """The token on the receipt of Anna's order."""
    told = {
        "external_id": "order-1",
        "kind": "delivery",
        "occurred_at": app.clock.now(),
        "customer": {"external_id": "anna", "name": "Anna", "lang": "sv"},
    }
    item = Item("webshop", TouchpointTold.model_validate(told, context={"now": app.clock.now()}))
    (taken,) = await app.database.write(lambda conn: take_touchpoints(conn, [item], app.planner, app.clock.now()))
    return taken.token


async def answers_all(anna: Reader) -> list[str]:
    """Answer as somebody whose box came broken, until the shop says thank you."""
    said: list[str] = []
    while not said or not said[-1].startswith("Tack"):
        said.append(asked := await anna.hears())
        if "egna ord" in asked:
            anna.person.message(BROKEN)
        elif "Skriv en siffra" in asked:
            anna.person.message("2")
        elif "Eller skriv: " in asked:
            anna.person.message("Hoppa över")
    return said


async def answers_of(app: App, survey: str) -> dict[str, Any]:
    wanted = select(_answer.c.question, _answer.c.number, _answer.c.words).where(_answer.c.survey == survey)
    async with app.database.read() as conn:
        rows = (await conn.execute(wanted)).all()
    assert len({row.question for row in rows}) == len(rows)
    return {row.question: row.words if row.number is None else row.number for row in rows}


@pytest.mark.proves("whole dialog", "x")
@pytest.mark.proves("complaint answered", "x")
async def test_a_purchase_that_went_wrong_is_told_in_private_and_made_good(
    x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path
) -> None:
    anna = Reader(x.person("Anna", "anna_k", lang="sv", takes_messages=False))
    async with opened(x, desk, tmp_path, clock) as app:
        maja = await at_work(desk, app)
        anna.person.message(f"start {await invited(app)}")
        told = await answers_all(anna)
        assert "Hej Anna! Det här är Northlight." in told[0] and told[-1].startswith("Tack för att du berättade.")
        answers = await answers_of(app, "after-purchase")
        assert answers["csat"] == 2 and answers["what_went_wrong"] == BROKEN

        await maja.hears()
        await until(lambda: BROKEN in maja.transcript()[-1]["text"])  # the alert grows with what she says
        for label in ("I take it", "Apologise.*", "Refund", "✓.*"):
            await presses(maja, label)
        await presses(maja, "Send")
        assert (await anna.hears()).startswith("Hej Anna, det är Maja från Northlight.")

        await presses(maja, "It is done.*")
        assert "Har det blivit rätt för dig nu?" in await anna.hears()
        anna.person.message("Ja")
        await anna.hears()
        assert len(await answers_of(app, "made-good")) == 1
    assert x.world.floods == 0 and {200, 201} == x.world.answers.keys()


@pytest.mark.proves("public complaint", "x")
async def test_a_public_complaint_becomes_a_case_and_is_answered_in_private_once_the_customer_writes(
    x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path
) -> None:
    anna = Reader(x.person("Anna", "anna_k", lang="sv", takes_messages=False))
    async with opened(x, desk, tmp_path, clock) as app:
        maja = await at_work(desk, app)
        anna.person.post("@shop stolen kom trasig och ingen svarar mig, jag vill ha pengarna tillbaka!")
        assert "pengarna tillbaka" in (await maja.hears())["text"]
        await until(lambda: anna.person.answered())
        assert anna.person.inbox() == [], "she takes no messages from strangers"

        anna.person.message("hej, det är jag med stolen")
        await anna.hears()
        await presses(maja, "I take it")
        for label in ("Apologise.*", "Refund", "✓.*", "Send"):
            await presses(maja, label)
        await until(lambda: any("det är Maja från Northlight" in said for said in anna.person.inbox()))
        anna.person.post("@shop tack!")
        await until(lambda: x.world.calls["mentions"] > 5)

        async with app.database.read() as conn:
            invitations = (await conn.execute(select(PublicInvitation.__table__))).all()  # type: ignore[attr-defined]
        assert len(anna.person.answered()) == len(invitations) == 1


@pytest.mark.proves("429", "x")
@pytest.mark.proves("500", "x")
@pytest.mark.proves("dropped", "x")
@pytest.mark.proves("restart", "x")
async def test_no_answer_is_lost_or_doubled_while_x_misbehaves_and_the_program_is_started_anew(
    x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path
) -> None:
    anna = Reader(x.person("Anna", "anna_k", lang="sv"))
    async with opened(x, desk, tmp_path, clock) as app:
        anna.person.message(f"start {await invited(app)}")
        x.misbehave("drop_after", "message")
        assert "Hur nöjd är du" in await anna.hears()
        anna.person.message("2")
        assert "Jag är ledsen" in await anna.hears()
        assert "hur snabbt" in await anna.hears()
    anna.person.message("2")
    for call in ("message", "messages", "mentions"):
        for how in ("429", "500", "html502", "drop_before"):
            x.misbehave(how, call)
    async with opened(x, desk, tmp_path, clock) as app:
        told = await answers_all(anna)
        assert told[-1].startswith("Tack för att du berättade.")
        answers = await answers_of(app, "after-purchase")
        async with app.database.read() as conn:
            counted = sum((await conn.execute(select(Spending.__table__.c.mills))).scalars())  # type: ignore[attr-defined]
    scores = dict.fromkeys(("csat", "delivery_speed", "delivery_condition", "product", "price"), 2)
    assert answers == scores | {"what_went_wrong": BROKEN, "needs": None}
    inbox = anna.person.inbox()
    assert len(set(inbox)) == len(inbox), "nothing was said twice"
    # What was being read when the program ended may not have been counted any more.
    assert x.world.mills - 50 <= counted <= x.world.mills + 4 * 15


async def test_whoever_wrote_is_answered_although_the_budget_is_spent_and_is_heard_again_the_next_day(
    x: XSimulator, desk: SlackSimulator, clock: SimulatedClock, tmp_path: Path
) -> None:
    anna = Reader(x.person("Anna", "anna_k", lang="sv"))
    async with opened(x, desk, tmp_path, clock, budget=5) as app:
        await app.database.write(lambda conn: spend(conn, "shop_x", clock.now(), 4990, {}))
        anna.person.message(f"start {await invited(app)}")
        assert "Hur nöjd är du" in await anna.hears()
        async with app.database.read() as conn:
            told = [what for _, what in await conn.run_sync(incidents_like, "budget.shop_x")]
        assert len(told) == 1 and "nothing is read" in told[0]
        anna.person.message("4")
        await asyncio.sleep(0.2)
        assert x.world.bill["message read"] == 1
        clock.move_to(clock.now() + timedelta(days=1))
        await until(lambda: x.world.bill["message read"] > 1)
        await until(lambda: len(anna.person.inbox()) == 2)
