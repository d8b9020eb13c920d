"""What staff type in Telegram, as it reaches their door."""

from __future__ import annotations

import itertools

import pytest

from bot.desk.operations import Operations
from bot.desk.staff_door import StaffReceiver
from channels.contract import HeardKind, Say
from channels.staff.telegram import StaffTelegram
from channels.telegram.hearing import heard_of
from channels.telegram.updates import read_update
from tests.complaints.world import STAFF, World
from tests.desk.test_staff_door import Chat

_updates = itertools.count(1)


async def types(world: World, receiver: StaffReceiver, text: str) -> list[Say]:
    """Maria types this in Telegram; gives back what is said in answer."""
    now = world.clock.now()
    maria = {"id": 77, "is_bot": False, "first_name": "Maria"}
    message = {"message_id": 1, "date": int(now.timestamp()), "chat": {"id": 77, "type": "private"}, "from": maria, "text": text}
    update = read_update({"update_id": next(_updates), "message": message})
    heard = heard_of(update, STAFF, now, keeps_commands=StaffTelegram.keeps_commands)
    assert heard is not None
    before = len(await world.news("77"))
    await receiver.hear(heard)
    return (await world.news("77"))[before:]


@pytest.fixture
async def receiver(world: World) -> StaffReceiver:
    operations = Operations(world.rules, world.published)
    receiver = StaffReceiver(world.database, operations, world.clock, lambda: None)
    await world.staff("77")
    return receiver


@pytest.mark.parametrize("typed", ["/cases", "/cases@staff_bot", "cases"])
async def test_the_list_of_open_cases_is_a_command_away(world: World, receiver: StaffReceiver, typed: str) -> None:
    await world.says(await world.customer("Anna"), "delivery_condition", 1)
    (say,) = await types(world, receiver, typed)
    assert say.text.startswith("Open cases: 1")


@pytest.mark.parametrize(("typed", "answer"), [("/cases", "Open cases: 1"), ("/help", "I tell you here")])
async def test_a_command_never_becomes_the_message_to_the_customer(world: World, receiver: StaffReceiver, typed: str, answer: str) -> None:
    await world.says(await world.customer("Anna"), "delivery_condition", 1)
    alert = await world.news("77")
    chat = Chat(world, receiver, "77", itertools.count(1000))
    await chat.presses_label(alert, "I take it")
    (card,) = await chat.does(HeardKind.TEXT, text="/cases")
    (card,) = await chat.presses(card.choices[0].ref)
    await chat.presses_label([card], "Write")
    (say,) = await types(world, receiver, typed)
    assert say.text.startswith(answer)
