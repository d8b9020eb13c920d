"""A focus group from its invitation to its erasure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition, read_group
from bot.campaigns.focus.hearing import take_said
from bot.campaigns.focus.meeting import Host
from bot.campaigns.focus.moderating import Act, moderate
from bot.campaigns.focus.overview import overview_of
from bot.campaigns.focus.pseudonyms import without_names
from bot.campaigns.focus.report import summary_of, transcript_of
from bot.campaigns.focus.seating import seating_of
from bot.campaigns.focus.steering import check_account, erase, invite_to_group, plan_group
from bot.campaigns.focus.tending import tend_groups
from bot.campaigns.focus.wording import invitation_to, said
from bot.campaigns.panels.steering import found_panel
from bot.campaigns.written import Problems
from bot.invitations.policy import Policy
from bot.invitations.sending import send_due
from bot.mistake import Mistake
from channels.contract import GroupSaid
from channels.stored import say_from_json
from storage.bulk import insert_many
from storage.customers import Consent
from storage.focus import FocusSeat
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import Message
from storage.queries.campaigns import all_campaigns
from tests.campaigns.campaign import STOCKHOLM, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop
from tests.panels.test_members import TASTE, member

GROUP, MINUTE, SECOND = "-1001", timedelta(minutes=1), timedelta(seconds=1)
BEGINS = MONDAY + DAY
WRITTEN: dict[str, Any] = {
    "name": "basket",
    "panel": "taste",
    "account": "shop_bot",
    "place": GROUP,
    "join": "https://t.me/+abc",
    "at": "2026-03-03T10:00:00",
    "about": "a new basket",
    "concept": {"text": "Everything in one basket.", "picture": "https://shop.example/basket.jpg"},
    "questions": ["What do you like?", "What is missing?"],
    "each": "10m",
    "seats": [{"who": "customer.country == 'SE'", "count": 1}, {"count": 2}],
}
HOST = Host("Fjord", {"shop_bot": "telegram", "chat": "webchat"}, Policy(timezone=STOCKHOLM, country="SE"))


async def planned(shop: Shop, **more: Any) -> Definition:
    group = Definition.model_validate({**WRITTEN, **more})

    def begin(conn: Connection) -> None:
        found_panel(conn, TASTE, MONDAY)
        plan_group(conn, group, STOCKHOLM, MONDAY)

    await shop.database.write(begin)
    return group


async def agreed(shop: Shop, customer: int, granted: bool = True, at: datetime = MONDAY) -> None:
    entry = {"customer_id": customer, "purpose": "focus_basket", "granted": granted, "source": "dialog", "at": at}
    await shop.database.write(lambda conn: insert_many(conn, TABLES[Consent], [{"id": new_id(), **entry}]))


async def tend(shop: Shop, now: datetime) -> None:
    await shop.database.write(lambda conn: tend_groups(conn, HOST, now))


async def says(
    shop: Shop, person: int | str, text: str, now: datetime, update: str = "", place: str = GROUP, late: timedelta = timedelta(0)
) -> None:
    """`late` is how long it took until it was heard."""
    heard = GroupSaid("shop_bot", place, str(person), "", update or str(new_id()), now - late, text)
    await shop.database.write(lambda conn: take_said(conn, heard, HOST, now))


async def moderated(shop: Shop, act: Act, now: datetime) -> None:
    await shop.database.write(lambda conn: moderate(conn, "basket", act, None, HOST, now))


async def heard(shop: Shop, address: str = GROUP) -> list[str]:
    return [say_from_json(row.say).text for row in await shop.rows(Message) if row.address == address]


async def transcript(shop: Shop) -> list[tuple[str, str]]:
    async with shop.database.read() as conn:
        return [(line.who, line.text) for line in await conn.run_sync(transcript_of, "basket")]


async def test_members_are_invited_by_quota_and_the_seats_left_are_counted(shop: Shop) -> None:
    group = await planned(shop)
    swedes, latvian = [await member(shop) for _ in range(3)], await member(shop, country="LV", timezone="Europe/Riga")
    await shop.customer()  # in no panel
    begun = await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
    assert begun == ["focus-basket-1-1", "focus-basket-2-1"]
    await plan(shop, MONDAY + MINUTE)
    await send_due(shop.database, shop.outreach, MONDAY + MINUTE)
    invited = {row.customer_id for row in await shop.rows(Invitation)}
    assert invited == {*swedes, latvian}
    assert "kept under a pseudonym" in (await heard(shop, str(swedes[0])))[0]
    await agreed(shop, swedes[0])
    await agreed(shop, swedes[1])
    async with shop.database.read() as conn:
        assert (await conn.run_sync(lambda conn: seating_of(conn, group))).left == [0, 1]
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert overview and [(one.invited, one.agreed) for one in overview.wanted] == [(3, 1), (1, 1)] and overview.reached == 2
    await moderated(shop, Act.END, MONDAY + HOUR)
    async with shop.database.read() as conn:
        assert {row.state for row in await conn.run_sync(all_campaigns)} == {"cancelled"}, "nobody is invited to what is called off"


async def test_the_bot_moderates_from_the_reminder_to_the_end(shop: Shop) -> None:
    await planned(shop)
    anna, bert = await member(shop, name="Anna Berg"), await member(shop, name="Bert Ek")
    stranger = await member(shop, name="Carl Ask")
    for one in (anna, bert):
        await agreed(shop, one)
    await tend(shop, MONDAY)
    await tend(shop, BEGINS - HOUR)
    await tend(shop, BEGINS - HOUR + MINUTE)
    seated, reminded = await heard(shop, str(anna))
    assert seated.startswith("There is a seat for you") and reminded.startswith("A reminder") and "https://t.me/+abc" in seated
    assert await heard(shop, str(stranger)) == []
    await says(shop, anna, "Am I too early?", BEGINS - MINUTE)
    await tend(shop, BEGINS)
    await tend(shop, BEGINS + MINUTE)
    assert [text.split("!")[0] for text in await heard(shop)] == ["Welcome", "Everything in one basket.", "What do you like?"]
    await says(shop, anna, "The colour, as Bert's mug has. Bert, you?", BEGINS + 2 * MINUTE, "u1")
    await says(shop, anna, "The colour, as Bert's mug has. Bert, you?", BEGINS + 2 * MINUTE, "u1")
    await says(shop, stranger, "I am only passing by", BEGINS + 2 * MINUTE)
    for minute in (5, 6, 7):
        await tend(shop, BEGINS + minute * MINUTE)
    assert (await heard(shop))[3:] == ["Bert, we would like to hear from you as well, if you like: what do you think?"]
    await says(shop, bert, "I agree with @Anna", BEGINS + 8 * MINUTE)
    for minute in (10, 11, 15, 20, 21):
        await tend(shop, BEGINS + minute * MINUTE)
    last = await heard(shop)
    assert last[4] == "What is missing?" and last[5].startswith("Anna and Bert, we") and last[6].startswith("That was the last question")
    await says(shop, anna, "Bye!", BEGINS + 22 * MINUTE)
    kept = [(who, text) for who, text in await transcript(shop) if who != "Bot"]
    assert kept == [("P1", "The colour, as P2 mug has. P2, you?"), ("P2", "I agree with P1")]
    assert not any(name in text for _, text in await transcript(shop) for name in ("Anna", "Bert"))
    async with shop.database.read() as conn:
        (only,) = await conn.run_sync(summary_of, "basket")
    assert only.question == "What do you like?" and [(part.who, part.messages) for part in only.parts] == [("P1", 1), ("P2", 1)]


async def test_a_session_in_a_topic_is_held_there_and_hears_no_other(shop: Shop) -> None:
    await planned(shop, place=f"{GROUP}/17")
    anna = await member(shop, name="Anna Berg")
    await agreed(shop, anna)
    await tend(shop, BEGINS)
    said = [row for row in await shop.rows(Message) if row.address == GROUP]
    assert len(said) == 3 and {say_from_json(row.say).thread for row in said} == {"17"}
    await says(shop, anna, "Here", BEGINS + MINUTE, place=f"{GROUP}/17")
    await says(shop, anna, "Elsewhere", BEGINS + MINUTE, place=f"{GROUP}/18")
    await says(shop, anna, "In General", BEGINS + MINUTE)
    assert [text for who, text in await transcript(shop) if who != "Bot"] == ["Here"]


def test_general_is_the_group_itself_and_a_topic_has_a_number() -> None:
    assert Definition.model_validate({**WRITTEN, "place": f"{GROUP}/1"}).place == GROUP
    with pytest.raises(ValueError, match='of a topic in it, "-1001234567890/17"'):
        Definition.model_validate({**WRITTEN, "place": f"{GROUP}/ideas"})


async def test_a_human_moderator_asks_when_they_like_and_draws_in_whom_they_miss(shop: Shop) -> None:
    await planned(shop, moderator="77")
    anna = await member(shop, name="Anna Berg")
    await agreed(shop, anna)
    await tend(shop, BEGINS)
    assert len(await heard(shop)) == 2, "welcome and concept"
    await says(shop, anna, "/next", BEGINS + MINUTE)
    assert len(await heard(shop)) == 2, "who is no moderator bids nothing"
    for minute, text in enumerate(("Good evening, Anna", "/next", "/quiet", " /next@shop_bot", "/end"), start=2):
        await says(shop, "77", text, BEGINS + minute * MINUTE)
        await tend(shop, BEGINS + DAY)
    assert [text.split("!")[0] for text in (await heard(shop))[2:]] == [
        "What do you like?",
        "Anna, we would like to hear from you as well, if you like: what do you think?",
        "What is missing?",
        "That was the last question. Thank you all very much, you have helped us a great deal",
    ]
    assert ("Moderator", "Good evening, P1") in await transcript(shop)


async def test_two_who_go_on_at_once_put_one_question_and_everybody_has_time_to_read_it(shop: Shop) -> None:
    just_put = said(await planned(shop, moderator="77"), "just_put")
    await tend(shop, BEGINS)
    await says(shop, "77", "/next", BEGINS + MINUTE)
    with pytest.raises(Mistake, match="put only just now"):
        await moderated(shop, Act.NEXT, BEGINS + MINUTE + 2 * SECOND)
    await says(shop, "77", "/next", BEGINS + MINUTE + 3 * SECOND)
    await says(shop, "77", "/next", BEGINS + MINUTE + 9 * SECOND)
    assert (await heard(shop))[2:] == ["What do you like?", just_put], "said once, and nothing skipped"
    await moderated(shop, Act.NEXT, BEGINS + MINUTE + 10 * SECOND)
    await says(shop, "77", "/next", BEGINS + MINUTE + 12 * SECOND)
    assert (await heard(shop))[4:] == ["What is missing?", just_put], "nor does it end unread"
    await says(shop, "77", "/next", BEGINS + 2 * MINUTE)
    assert (await heard(shop))[-1].startswith("That was the last question")


async def test_what_a_moderator_bade_while_nothing_was_heard_skips_no_question_either(shop: Shop) -> None:
    await planned(shop, moderator="77")
    await tend(shop, BEGINS)
    for late in (5 * MINUTE, 2 * MINUTE):
        await says(shop, "77", "/next", BEGINS + HOUR, late=late)
    assert (await heard(shop))[2] == "What do you like?" and "What is missing?" not in await heard(shop)


async def test_what_was_said_is_erased_for_one_and_for_all(shop: Shop) -> None:
    await planned(shop)
    anna, bert = await member(shop, name="Anna Berg"), await member(shop, name="Bert Ek")
    for one in (anna, bert):
        await agreed(shop, one)
    await tend(shop, BEGINS)
    await says(shop, anna, "One", BEGINS + MINUTE)
    await says(shop, bert, "Two", BEGINS + MINUTE)
    assert await shop.database.write(lambda conn: erase(conn, "basket", 1, BEGINS)) == 1
    assert [text for who, text in await transcript(shop) if who != "Bot"] == ["Two"]
    async with shop.database.read() as conn:
        seats = (await conn.execute(FocusSeat.__table__.select())).all()  # type: ignore[attr-defined]
    assert [seat.customer_id for seat in sorted(seats, key=lambda seat: seat.number)] == [None, bert]
    with pytest.raises(Mistake, match="nobody is called P9"):
        await shop.database.write(lambda conn: erase(conn, "basket", 9, BEGINS))
    await shop.database.write(lambda conn: erase(conn, "basket", None, BEGINS))
    assert await transcript(shop) == []


async def test_who_takes_back_their_yes_is_written_down_no_more(shop: Shop) -> None:
    await planned(shop)
    anna = await member(shop, name="Anna Berg")
    await agreed(shop, anna)
    await tend(shop, BEGINS)
    await agreed(shop, anna, False, BEGINS)
    await says(shop, anna, "Not for your files", BEGINS + MINUTE)
    assert [who for who, _ in await transcript(shop)] == ["Bot"] * 3
    await moderated(shop, Act.END, BEGINS + MINUTE)
    await tend(shop, BEGINS + DAY)
    assert len(await heard(shop)) == 4, "what has ended thanks, and asks nothing more"


async def test_a_session_that_nothing_could_begin_for_an_hour_is_called_off(shop: Shop) -> None:
    await planned(shop)
    anna = await member(shop, name="Anna Berg")
    await agreed(shop, anna)
    await tend(shop, BEGINS + 2 * HOUR)
    await tend(shop, BEGINS + 3 * HOUR)
    assert await heard(shop) == []
    told = await heard(shop, str(anna))
    assert len(told) == 1 and "a new basket on Tuesday 3 March, 10:00 (Central European Standard Time) is called off" in told[0]
    with pytest.raises(Mistake, match="is ended"):
        await moderated(shop, Act.BEGIN, BEGINS + 3 * HOUR)
    with pytest.raises(Mistake, match="already"):
        await shop.database.write(lambda conn: plan_group(conn, Definition.model_validate(WRITTEN), STOCKHOLM, MONDAY))


@pytest.mark.parametrize(
    ("lang", "when"),
    [
        ("en", "on Tuesday 3 March, 10:00"),
        ("sv", "tisdag 3 mars, 10:00"),
        ("lv", "Laiks: otrdiena, 3. marts, 10:00"),
        ("fr", "mardi 3 mars, 10:00"),
    ],
)
def test_every_language_s_invitation_names_the_hour_consent_pseudonyms_and_the_way_in(lang: str, when: str) -> None:
    group = Definition.model_validate({**WRITTEN, "lang": lang})
    survey = invitation_to(group, STOCKHOLM)
    assert when in survey.hello[lang]
    assert survey.questions[0].purpose == "focus_basket" and "https://t.me/+abc" in said(group, "seated", when="")
    assert "https://t.me/+abc" not in survey.thanks[lang], "who has no seat does not come"
    assert "stop" in survey.hello[lang].lower() and "pseud" in survey.questions[0].text[lang].lower().replace("pseido", "pseudo")
    assert "{about}" not in survey.hello[lang] and len(survey.hello[lang]) < 600


def test_names_are_replaced_whole_and_words_like_them_are_left() -> None:
    seats = [(1, "Anna Berg"), (2, "Li Ek")]
    assert without_names("anna's idea; I like Li. Annas! @Berg and bergamot", seats) == "P1 idea; I like P2. P1! P1 and bergamot"
    spelt = [(1, "Jörg Strauß"), (2, "JÖRG Strauss"), (3, "İpek")]
    assert without_names("Jörg and jörg, Strauß, STRAUSS, İpek", spelt) == "P1/P2 and P1/P2, P1/P2, P1/P2, P3"


def test_what_is_wrong_is_told_with_its_line() -> None:
    with pytest.raises(Problems) as raised:
        read_group('name = "basket"\nplace = "@group"\nseats = []\nquestions = "one"\n')
    told = str(raised.value)
    assert '"panel" is missing' in told and "line 4" in told


def test_seats_that_are_written_wrong_are_not_said_to_be_missing_as_well() -> None:
    with pytest.raises(Problems) as raised:
        read_group('name = "basket"\nplace = "-1001"\n[[seats]]\ncount = 0\n')
    assert [problem.what for problem in raised.value.problems if problem.line > 2] == ['"count" cannot be 0']


@pytest.mark.parametrize(
    ("place", "account", "remedy"),
    [
        ("-1001", "chat", "choose among shop_bot"),
        ("-1001", "nobody", "choose among shop_bot"),
        ("C0NEWS", "shop_bot", "configure an account there first"),
    ],
)
def test_a_group_is_planned_on_an_account_of_the_platform_that_its_place_is_on(place: str, account: str, remedy: str) -> None:
    check_account(Definition.model_validate(WRITTEN), HOST.platforms)
    with pytest.raises(Mistake, match=remedy):
        check_account(Definition.model_validate({**WRITTEN, "place": place, "account": account}), HOST.platforms)
