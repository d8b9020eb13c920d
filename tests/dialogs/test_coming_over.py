"""A customer who goes on at another address by a signed link: once, in time, and as one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.dialogs.move_tokens import MoveTokens
from bot.surveys.wording import phrase
from channels.contract import Say
from channels.outbox import message_row
from storage.cases import Case
from storage.customers import Address, Consent, Customer
from storage.dialogs import Answer, Dialog
from storage.ids import new_id
from storage.journal import AuditEntry
from storage.outbox import Message, Priority
from storage.queries.cases import case_view
from tests.dialogs.counter import ACCOUNT, MOVE_TOKENS, SHOP, TABLES, CounterDesk, Person

_case, _audit = Case.__table__, AuditEntry.__table__  # type: ignore[attr-defined]


async def link_from(counter: CounterDesk, person: Person, **valid: float) -> str:
    """A link that this person may go on by; valid for an hour where nothing else is said."""
    (address_id,) = [row.id for row in await counter.rows(Address) if row.native_id == person.address]
    return MOVE_TOKENS.make(address_id, counter.clock.now() + timedelta(**valid or {"hours": 1}))


async def owners(counter: CounterDesk) -> dict[str, int]:
    return {row.native_id: row.customer_id for row in await counter.rows(Address)}


async def case_of(counter: CounterDesk, person: Person, matter: str = "general") -> int:
    """An open case of this person, who was met before."""
    (address,) = [row for row in await counter.rows(Address) if row.native_id == person.address]
    now, id = counter.clock.now(), new_id()
    about = {"matter": matter, "severity": 2, "department": "other", "opened_at": now, "updated_at": now}
    row = {"id": id, "customer_id": address.customer_id, "address_id": address.id, **about}
    await counter.database.write(lambda conn: conn.execute(insert(_case), [row]))
    return id


async def cases(counter: CounterDesk) -> dict[int, Any]:
    async with counter.database.read() as conn:
        return {row.id: row for row in await conn.execute(select(_case))}


async def test_the_dialog_goes_on_at_the_new_address_of_the_same_customer(counter: CounterDesk) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    await counter.hear(post.writes("The lamp came broken"))
    await counter.hear(chat.starts(await link_from(counter, post)))
    assert len(set((await owners(counter)).values())) == 1
    (text,) = await chat.texts()
    assert text.startswith(phrase("came_over", "en")) and len((await chat.said())[0].choices) > 1
    await counter.hear(await chat.taps_label("Skip"))
    assert (await counter.only(Dialog)).address_id == next(row.id for row in await counter.rows(Address) if row.native_id == "chat")
    assert len(await counter.rows(Customer)) == 1
    async with counter.database.read() as conn:
        (entry,) = (await conn.execute(select(_audit))).all()
    assert entry.did == "came_over" and entry.who == f"customer:{(await counter.only(Customer)).id}"


async def test_whoever_comes_second_with_the_same_link_learns_nothing(counter: CounterDesk) -> None:
    post, chat, thief = counter.person("post"), counter.person("chat"), counter.person("thief")
    await counter.hear(post.writes("The lamp came broken"))
    link = await link_from(counter, post)
    await counter.hear(chat.starts(link), thief.starts(link))
    assert await thief.texts() == [phrase("link_spent", "en", shop=SHOP)]
    found = await owners(counter)
    assert found["chat"] == found["post"] != found["thief"]


async def test_of_two_who_open_a_link_at_once_one_comes_over(counter: CounterDesk) -> None:
    post, left, right = counter.person("post"), counter.person("left"), counter.person("right")
    await counter.hear(post.writes("The lamp came broken"))
    link = await link_from(counter, post)
    await counter.hear_at_once(left.starts(link), right.starts(link))
    found = await owners(counter)
    assert [found["left"] == found["post"], found["right"] == found["post"]].count(True) == 1


async def test_the_link_holds_again_for_whom_it_brought_over_already(counter: CounterDesk) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    await counter.hear(post.writes("The lamp came broken"))
    link = await link_from(counter, post)
    await counter.hear(chat.starts(link), chat.starts(link))
    texts = await chat.texts()
    assert len(texts) == 2 and all(text.startswith(phrase("came_over", "en")) for text in texts)
    await counter.hear(post.starts(link))
    assert (await counter.only(Dialog)).state == "open", "and where it was made, it changes nothing"


@pytest.mark.parametrize("spoilt", ["expired", "forged", "cut", "of nobody"])
async def test_a_link_that_does_not_hold_brings_nobody_over(counter: CounterDesk, spoilt: str) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    await counter.hear(post.writes("The lamp came broken"))
    link = await link_from(counter, post)
    match spoilt:
        case "expired":
            counter.pass_time(hours=1, seconds=1)
        case "forged":
            link = MoveTokens("another secret").make((await counter.only(Address)).id, counter.clock.now() + timedelta(hours=1))
        case "cut":
            link = link[:-1]
        case _:
            link = MOVE_TOKENS.make(4711, counter.clock.now() + timedelta(hours=1))
    await counter.hear(chat.starts(link))
    said = phrase("link_spent" if spoilt == "expired" else "unknown_link", "en", shop=SHOP)
    assert await chat.texts() == [said]
    found = await owners(counter)
    assert found["chat"] != found["post"]


async def test_every_spelling_of_a_token_is_the_same_token(counter: CounterDesk) -> None:
    token = MOVE_TOKENS.make(1, counter.clock.now())
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    read = {told.token for letter in letters if (told := MOVE_TOKENS.read(token[:-1] + letter))}
    assert read == {token}


async def test_who_the_shop_has_named_in_the_chat_is_who_wrote_in_public(counter: CounterDesk) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    invited = await counter.invite()
    await counter.hear(chat.starts(invited.token), post.writes("The lamp came broken"), post.writes("stop"))
    stranger = (await owners(counter))["post"]
    case = await case_of(counter, post)
    await counter.hear(chat.starts(await link_from(counter, post)))
    assert set((await owners(counter)).values()) == {invited.customer_id}
    assert (await cases(counter))[case].customer_id == invited.customer_id
    assert {row.customer_id for table in (Answer, Dialog, Consent) for row in await counter.rows(table)} == {invited.customer_id}
    assert stranger != invited.customer_id


async def test_two_whom_the_shop_has_named_stay_two(counter: CounterDesk) -> None:
    anna, bert = counter.person("anna"), counter.person("bert")
    one, other = await counter.invite(), await counter.invite()
    await counter.hear(anna.starts(one.token), bert.starts(other.token))
    await counter.hear(bert.starts(await link_from(counter, anna)))
    assert await owners(counter) == {"anna": one.customer_id, "bert": other.customer_id}
    assert (await bert.texts())[-1] == phrase("link_spent", "en", shop=SHOP)


async def test_open_cases_are_answered_at_the_new_address_also_where_both_had_one(counter: CounterDesk) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    await counter.hear(post.writes("The lamp came broken"), chat.writes("The box came broken"))
    theirs, own = await case_of(counter, post), await case_of(counter, chat)
    await counter.hear(chat.starts(await link_from(counter, post)))
    found = await cases(counter)
    here = next(row.id for row in await counter.rows(Address) if row.native_id == "chat")
    assert {case.address_id for case in found.values()} == {here}
    assert found[theirs].matter == "general" and found[own].matter.startswith("general~")
    assert len({case.customer_id for case in found.values()}) == 1


async def test_what_was_told_to_the_old_address_and_shown_nowhere_is_told_at_the_new_one(counter: CounterDesk) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    await counter.hear(post.writes("The lamp came broken"))

    customer = (await counter.only(Customer)).id

    def send(conn: Connection) -> None:
        conn.execute(update(TABLES[Message]).values(state="sent", sent_at=counter.clock.now()))
        place: dict[str, Any] = {"channel": "telegram", "account": ACCOUNT, "address": "post", "customer_id": customer}
        for number, text in enumerate(("We are sorry", "Shown already", "Waits")):
            row = message_row(Say(text), **place, priority=Priority.CASE, now=counter.clock.now())
            conn.execute(insert(TABLES[Message]), [row | ({"state": "sent", "platform_id": "7" if number else None} if number < 2 else {})])

    await counter.database.write(send)
    await counter.hear(chat.starts(await link_from(counter, post)))
    texts = await chat.texts()
    assert texts[:2] == ["We are sorry", "Waits"] and texts[2].startswith(phrase("came_over", "en"))
    assert "Shown already" in await post.texts()
    rows = [row for row in await counter.rows(Message) if row.address == "chat"]
    assert {row.state for row in rows} == {"due"}, "and in this order"


async def test_a_case_is_answered_also_where_a_link_has_told_since_whose_the_address_is(counter: CounterDesk) -> None:
    chat, invited = counter.person("chat"), await counter.invite()
    await counter.hear(chat.writes("The lamp came broken"))
    case = await case_of(counter, chat)
    await counter.hear(chat.starts(invited.token))
    async with counter.database.read() as conn:
        view = await conn.run_sync(case_view, case)
    assert view is not None and view.address.native_id == "chat"


async def test_whoever_has_nothing_open_is_greeted_and_heard_as_the_same_customer(counter: CounterDesk) -> None:
    post, chat = counter.person("post"), counter.person("chat")
    await counter.hear(post.writes("stop"))
    await counter.hear(chat.starts(await link_from(counter, post)))
    assert (await chat.texts())[-1] == phrase("came_over", "en")
    assert len(set((await owners(counter)).values())) == 1
