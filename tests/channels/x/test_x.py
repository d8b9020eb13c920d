"""The account on X over the line: what is heard, what is read and what is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.clock import SimulatedClock
from channels.contract import Choice, Heard, Say
from tests.channels.conftest import Ears, until
from tests.channels.x.account import counted, hearing, time_flies
from tests.channels.x.notebook import Notebook
from tests.simulators.x import XSimulator

QUESTION = Say("How was it?", tuple(Choice(f"q.{n}", str(n), number=n) for n in range(1, 6)), lang="en")


def words(heard: list[Heard]) -> list[str]:
    return [one.text or one.token or one.kind.value for one in heard]


@pytest.mark.proves("numbers in words", "x")
@pytest.mark.proves("polling", "x")
async def test_a_dialog_is_held_in_direct_messages(x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("hello & good morning")
    async with hearing(x, notebook, ears, clock) as channel, time_flies(clock):
        (heard,) = await ears.wait_for(1)
        assert (heard.kind, heard.text, heard.name, heard.address) == ("text", "hello & good morning", "Anna", anna.id)
        assert abs(heard.at - clock.now()) < timedelta(minutes=5)
        await channel.send(anna.id, QUESTION, message_id=1)
        assert anna.inbox() == ["How was it?\n\nWrite a number:\n1\n2\n3\n4\n5"]
        anna.message("4")
        assert words(await ears.wait_for(2)) == ["hello & good morning", "4"]
        await channel.send(anna.id, Say("Thank you!"), message_id=2)
        await counted(x, notebook)
    assert anna.inbox()[-1] == "Thank you!"
    assert len({one.update_id for one in ears.all}) == 2


@pytest.mark.proves("public complaint", "x")
async def test_a_mention_is_heard_and_answered_in_public_once(x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock) -> None:
    anna, bert = x.person("Anna", "anna_k", lang="sv"), x.person("Bert", "bert", lang="und")
    post = anna.post("@shop stolen var trasig & blöt")
    async with hearing(x, notebook, ears, clock), time_flies(clock):
        heard = (await ears.wait_for(1))[0]
        assert (heard.text, heard.lang, heard.name) == ("stolen var trasig & blöt", "sv", "Anna")
        anna.post("@shop hallå?", answers=post["id"])
        bert.post("@shop hello, where is my order")
        await ears.wait_for(3)
        await until(lambda: bert.answered())
    async with hearing(x, notebook, ears, clock), time_flies(clock):
        anna.post("@shop and now?", lang="en")
        await ears.wait_for(4)
        await counted(x, notebook)
    assert [answer["answers"] for answer in anna.answered()] == [post["id"]], "also after a restart"
    assert anna.answered()[0]["text"].startswith("@anna_k Tack för att du berättar!")
    assert bert.answered()[0]["text"].startswith("@bert Thank you")


async def test_looking_at_a_quiet_account_costs_one_message_each_time(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("hello")
    async with hearing(x, notebook, ears, clock) as channel:
        await ears.wait_for(1)
        await channel.send(anna.id, QUESTION, message_id=1)
        async with time_flies(clock):
            await until(lambda: x.world.calls["messages"] == 12)
    sizes = [size for call, size in x.sizes if call == "messages"]
    assert sizes[:2] == [1, 2] and set(sizes[2:]) == {1}, "once reaching beyond what we said, then the newest alone"
