"""Who takes part in a focus group: seats by quota, told by day, and nobody who has said that they want no more of it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Meeting
from bot.campaigns.focus.moderating import Act, moderate
from bot.campaigns.focus.overview import overview_of
from bot.campaigns.focus.pseudonyms import without_names
from bot.campaigns.focus.seating import came_too_late
from bot.campaigns.focus.steering import erase, invite_to_group, plan_group
from bot.campaigns.focus.tending import focus_sweep
from bot.campaigns.focus.wording import invitation_to
from bot.campaigns.panels.steering import take_out
from bot.campaigns.steering import draft
from bot.mistake import Mistake
from storage.customers import Customer
from storage.invitations import Invitation
from storage.queries.campaigns import all_campaigns
from storage.queries.consents import agreed_to
from storage.queries.focus import group_named
from storage.queries.panels import panels_of
from tests.campaigns.campaign import STOCKHOLM, definition, plan
from tests.focus.test_session import BEGINS, GROUP, HOST, MINUTE, WRITTEN, agreed, heard, moderated, planned, says, tend, transcript
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop
from tests.panels.test_members import member

SECOND = timedelta(seconds=1)


async def wanting(shop: Shop, *names: str, **facts: str) -> list[int]:
    """Members who say yes, one after the other."""
    found = []
    for number, name in enumerate(names):
        found.append(await member(shop, name=name, **facts))
        await agreed(shop, found[-1], at=MONDAY + number * SECOND)
    return found


async def drawn_in(shop: Shop) -> list[str]:
    return [text.partition(", we would like")[0] for text in await heard(shop) if "we would like to hear" in text]


async def test_seats_go_to_whoever_says_yes_first_and_a_seat_that_is_left_to_the_next(shop: Shop) -> None:
    await planned(shop)
    await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    people = await wanting(shop, "Anna", "Bert", "Carl", "Dora", "Emil")
    for _ in range(2):
        await tend(shop, MONDAY + MINUTE)
    told = [(await heard(shop, str(one))) for one in people]
    assert [[text.split(" for ")[0] for text in texts] for texts in told] == [["There is a seat"]] * 3 + [["Thank you"]] * 2
    assert "t.me" not in told[3][0] and "All seats" in told[3][0]
    async with shop.database.read() as conn:
        assert {row.state for row in await conn.run_sync(all_campaigns)} == {"cancelled"}, "nobody is invited to what is full"
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert overview and (overview.agreed, overview.waiting, overview.free, overview.reached) == (3, 2, 0, 3)
    await agreed(shop, people[0], False, MONDAY + HOUR)
    await tend(shop, MONDAY + 2 * HOUR)
    assert (await heard(shop, str(people[3])))[1].startswith("There is a seat for you") and len(await heard(shop, str(people[4]))) == 1
    await tend(shop, BEGINS)
    await says(shop, people[4], "I came all the same", BEGINS + MINUTE)
    await says(shop, people[3], "So did I", BEGINS + MINUTE)
    assert [text for who, text in await transcript(shop) if who != "Bot"] == ["So did I"], "who has no seat is not written down"


async def test_the_hour_is_told_on_each_participant_s_own_clock_and_says_which_that_is(shop: Shop) -> None:
    await planned(shop)
    (anna,) = await wanting(shop, "Anna", timezone="America/New_York", country="US")
    await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    await tend(shop, MONDAY + MINUTE)
    assert "Tuesday 3 March, 04:00 (Eastern Standard Time)" in (await heard(shop, str(anna)))[0]
    hello = invitation_to(Definition.model_validate(WRITTEN), STOCKHOLM).hello["en"]
    assert "Tuesday 3 March, 10:00 (Central European Standard Time)" in hello, "the shop's clock, named"


async def test_invitations_go_out_from_day_to_day_three_for_a_free_seat(shop: Shop) -> None:
    await planned(shop)
    await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    async with shop.database.read() as conn:
        campaigns = await conn.run_sync(all_campaigns)
    assert {row.name: row.definition["per_day"] for row in campaigns} == {"focus-basket-1-1": 3, "focus-basket-2-1": 6}
    assert not any("quota" in row.definition for row in campaigns), "a no fills no seat"


async def test_a_campaign_of_somebody_s_own_that_invites_to_a_group_ends_when_all_seats_are_taken(shop: Shop) -> None:
    await planned(shop)
    await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    await shop.database.write(lambda conn: draft(conn, definition(name="regulars", survey="focus-basket"), MONDAY))
    await tend(shop, MONDAY + MINUTE)
    async with shop.database.read() as conn:
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
        assert {row.state for row in await conn.run_sync(all_campaigns)} == {"scheduled", "draft"}
    assert overview and [kind.invited for kind in overview.wanted] == [0, 0]
    await wanting(shop, "Anna", "Bert", "Carl")
    await tend(shop, MONDAY + 2 * MINUTE)
    async with shop.database.read() as conn:
        assert {row.state for row in await conn.run_sync(all_campaigns)} == {"cancelled"}


async def test_nobody_is_invited_any_more_once_it_has_begun_and_a_late_yes_still_finds_a_seat(shop: Shop) -> None:
    await planned(shop)
    await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    await tend(shop, BEGINS)
    async with shop.database.read() as conn:
        assert {row.state for row in await conn.run_sync(all_campaigns)} == {"cancelled"}
    with pytest.raises(Mistake, match='the focus group "basket" is running'):
        await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, BEGINS))
    late = await member(shop, name="Anna")
    await agreed(shop, late, at=BEGINS + MINUTE)
    await tend(shop, BEGINS + MINUTE)
    assert (await heard(shop, str(late)))[0].startswith("There is a seat for you")


async def test_who_says_yes_once_it_is_over_or_called_off_is_told_so_once(shop: Shop) -> None:
    await planned(shop)
    (anna,) = await wanting(shop, "Anna")
    sweep = focus_sweep(shop.database, HOST)
    await sweep.run(BEGINS)
    await moderated(shop, Act.END, BEGINS + MINUTE)
    await sweep.run(BEGINS + 2 * MINUTE)
    late = await member(shop, name="Bert")
    await agreed(shop, late, at=BEGINS + DAY)
    for minute in range(2):
        await sweep.run(BEGINS + DAY + minute * MINUTE)
    assert [text.partition(", so")[0] for text in await heard(shop, str(late))] == [
        "Thank you for wanting to take part! Our conversation about a new basket is over by now"
    ]
    assert len(await heard(shop, str(anna))) == 1, "who was there is told nothing"


async def test_who_says_yes_to_what_was_called_off_is_told_that(shop: Shop) -> None:
    await planned(shop)
    await wanting(shop, "Anna")
    await moderated(shop, Act.END, MONDAY + HOUR)
    late = await member(shop, name="Bert")
    await agreed(shop, late, at=MONDAY + 2 * HOUR)
    for minute in range(2):
        await focus_sweep(shop.database, HOST).run(MONDAY + 2 * HOUR + minute * MINUTE)
    assert [text.partition(" on ")[0] for text in await heard(shop, str(late))] == ["We are sorry: our conversation about a new basket"]


async def test_who_came_too_late_is_asked_for_in_as_many_statements_however_many_they_are(shop: Shop) -> None:
    await planned(shop)
    await moderated(shop, Act.END, MONDAY + HOUR)
    statements: Counter[int] = Counter()
    for come in (2, 5):
        while len(await shop.rows(Customer)) < come:
            await agreed(shop, await member(shop), at=MONDAY + 2 * HOUR)

        def count(*_: Any, of: int = come) -> None:
            statements[of] += 1

        def late(conn: Connection) -> list[Any]:
            return came_too_late(Meeting(conn, group_named(conn, "basket"), Definition.model_validate(WRITTEN), HOST, MONDAY + DAY))

        event.listen(Engine, "before_cursor_execute", count)
        async with shop.database.read() as conn:
            found = await conn.run_sync(late)
        event.remove(Engine, "before_cursor_execute", count)
        assert len(found) == come
    assert statements[2] == statements[5]


async def test_who_has_answered_an_invitation_is_not_invited_to_the_next_kind_of_seat(shop: Shop) -> None:
    await planned(shop)
    anna, bert = await member(shop, name="Anna"), await member(shop, name="Bert")
    await agreed(shop, anna, False)
    await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    await plan(shop, MONDAY + MINUTE)
    assert {row.customer_id for row in await shop.rows(Invitation)} == {bert}


async def test_who_says_stop_is_neither_reminded_nor_spoken_to_nor_written_down(shop: Shop) -> None:
    await planned(shop)
    anna, bert = await wanting(shop, "Anna", "Bert")
    await tend(shop, MONDAY + MINUTE)
    await shop.consent(bert, False, MONDAY + HOUR)
    for at in (MONDAY + 2 * HOUR, BEGINS - HOUR, BEGINS):
        await tend(shop, at)
    assert len(await heard(shop, str(anna))) == 2 and len(await heard(shop, str(bert))) == 1
    await says(shop, bert, "I am only reading", BEGINS + MINUTE)
    await tend(shop, BEGINS + 6 * MINUTE)
    assert await drawn_in(shop) == ["Anna"]
    assert [who for who, _ in await transcript(shop) if who != "Bot"] == []
    await moderated(shop, Act.END, BEGINS + 7 * MINUTE)


@pytest.mark.parametrize("word", ["STOP", "stopp"])
async def test_who_writes_stop_in_the_group_parts_from_it_and_is_told_so_alone(shop: Shop, word: str) -> None:
    await planned(shop)
    anna, _ = await wanting(shop, "Anna", "Bert")
    await tend(shop, BEGINS)
    await says(shop, anna, "Stop me if I talk too much", BEGINS + MINUTE)
    await says(shop, anna, word, BEGINS + 2 * MINUTE)
    await says(shop, anna, "Not for your files", BEGINS + 3 * MINUTE)
    assert (await heard(shop, str(anna)))[-1].startswith("You take no part in our conversation about a new basket any more")
    await tend(shop, BEGINS + 6 * MINUTE)
    await tend(shop, BEGINS + 10 * MINUTE)
    await tend(shop, BEGINS + 16 * MINUTE)
    assert await drawn_in(shop) == ["Bert"]
    assert [text for who, text in await transcript(shop) if who != "Bot"] == ["Stop me if I talk too much"]
    async with shop.database.read() as conn:
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert overview and [(one.silent, one.parted) for one in overview.participants] == [(False, True), (True, False)]


async def test_who_writes_in_the_group_that_they_leave_the_panel_has_left_it(shop: Shop) -> None:
    await planned(shop)
    (anna,) = await wanting(shop, "Anna")
    await tend(shop, BEGINS)
    await says(shop, anna, "Leave the panel!", BEGINS + MINUTE)
    await says(shop, anna, "Not for your files", BEGINS + 2 * MINUTE)
    async with shop.database.read() as conn:
        assert await conn.run_sync(panels_of, anna) == []
        assert await conn.run_sync(agreed_to, anna, "focus_basket") is False
    assert (await heard(shop, str(anna)))[-1].startswith("You have left the panel, and with it our conversation about a new basket")
    assert [text for who, text in await transcript(shop) if who != "Bot"] == []


async def test_who_leaves_the_panel_sits_in_its_focus_groups_no_more(shop: Shop) -> None:
    await planned(shop)
    (anna,) = await wanting(shop, "Anna")
    await tend(shop, MONDAY + MINUTE)
    await shop.database.write(lambda conn: take_out(conn, "taste", str(anna), MONDAY + HOUR))
    await tend(shop, BEGINS - HOUR)
    assert len(await heard(shop, str(anna))) == 1, "no reminder"
    async with shop.database.read() as conn:
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert overview and overview.agreed == 0 and overview.participants == ()


async def test_nobody_is_told_of_a_seat_or_reminded_at_night(shop: Shop) -> None:
    await planned(shop, at="2026-03-03T09:30:00")
    (anna,) = await wanting(shop, "Anna")
    await tend(shop, MONDAY + 12 * HOUR)
    assert await heard(shop, str(anna)) == [], "ten in the evening, and a day after their yes"
    bert = await member(shop, name="Bert")
    await agreed(shop, bert, at=MONDAY + 12 * HOUR)
    await tend(shop, MONDAY + 12 * HOUR + MINUTE)
    assert len(await heard(shop, str(bert))) == 1, "who has only just said yes is answered"
    await tend(shop, BEGINS - 91 * MINUTE)
    await tend(shop, BEGINS - 89 * MINUTE)
    assert len(await heard(shop, str(bert))) == 1, "half past eight is too early to remind anybody"
    await tend(shop, BEGINS - HOUR + MINUTE)
    assert len(await heard(shop, str(bert))) == 2 and len(await heard(shop, str(anna))) == 2


async def test_who_says_nothing_when_spoken_to_is_left_in_peace_and_namesakes_are_told_apart(shop: Shop) -> None:
    await planned(shop, questions=["One?", "Two?", "Three?"])
    berg, _, carl = await wanting(shop, "Anna Berg", "Anna Ek", "Carl")
    await tend(shop, BEGINS)
    await tend(shop, BEGINS + 5 * MINUTE)
    await says(shop, berg, "Carl and Anna know", BEGINS + 6 * MINUTE)
    await tend(shop, BEGINS + 10 * MINUTE)
    await says(shop, carl, "I had missed it", BEGINS + 11 * MINUTE)
    for minute in (15, 20, 25):
        await tend(shop, BEGINS + minute * MINUTE)
    assert await drawn_in(shop) == ["Anna Berg, Anna Ek and Carl", "Anna Berg", "Carl"]
    kept = [text for _, text in await transcript(shop)]
    assert "P3 and P1/P2 know" in kept and any(text.startswith("P1, P2 and P3, we would like") for text in kept)
    assert without_names("Anna Berg said so", [(1, "Anna Berg"), (2, "Anna Ek")]) == "P1/P2 P1 said so"


async def test_whoever_is_erased_in_the_middle_of_a_session_is_written_down_no_more(shop: Shop) -> None:
    await planned(shop)
    anna, _ = await wanting(shop, "Anna", "Bert")
    await tend(shop, BEGINS)
    await says(shop, anna, "One", BEGINS + MINUTE)
    await shop.database.write(lambda conn: erase(conn, "basket", 1, BEGINS + 2 * MINUTE))
    await says(shop, anna, "Two", BEGINS + 3 * MINUTE)
    await tend(shop, BEGINS + 5 * MINUTE)
    assert await drawn_in(shop) == ["Bert"] and len(await heard(shop, str(anna))) == 1
    await shop.database.write(lambda conn: erase(conn, "basket", 2, BEGINS + 6 * MINUTE))
    assert await drawn_in(shop) == [], "by name, as it was said to them"
    assert [text for who, text in await transcript(shop) if who != "Bot"] == []


async def test_one_session_is_held_in_a_place_at_a_time(shop: Shop) -> None:
    await planned(shop)
    other = Definition.model_validate({**WRITTEN, "name": "crate", "at": "2026-03-03T10:10:00"})

    await shop.database.write(lambda conn: plan_group(conn, other, STOCKHOLM, MONDAY))
    await tend(shop, BEGINS)
    await tend(shop, BEGINS + 10 * MINUTE)
    assert len([text for text in await heard(shop, GROUP) if text.startswith("Welcome")]) == 1
    await tend(shop, BEGINS + 20 * MINUTE)
    await tend(shop, BEGINS + 21 * MINUTE)
    assert len([text for text in await heard(shop, GROUP) if text.startswith("Welcome")]) == 2, "as soon as the first is over"
    third = Definition.model_validate({**WRITTEN, "name": "box", "at": "2026-03-05T10:00:00"})
    await shop.database.write(lambda conn: plan_group(conn, third, STOCKHOLM, BEGINS + 21 * MINUTE))
    with pytest.raises(Mistake, match="another focus group is being held"):
        await shop.database.write(lambda conn: moderate(conn, "box", Act.BEGIN, None, HOST, BEGINS + 22 * MINUTE))
