"""Signs that customers put to our messages, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, update

from bot.dialogs.reactions import is_unhappy
from bot.surveys.wording import phrase
from channels.contract import HeardKind
from storage.dialogs import Answer, Dialog
from storage.outbox import Message
from tests.dialogs.counter import ACCOUNT, SHOP, TABLES, CounterDesk, Person
from tests.dialogs.test_receive_out_of_the_blue import ENTRY, open_case

ASKS = phrase("unhappy_sign", "en", shop=SHOP)


async def shown(counter: CounterDesk) -> list[str]:
    """Every message has arrived; its platform's id is its place in the outbox."""
    rows, table = await counter.rows(Message), TABLES[Message]

    def arrive(conn: Connection) -> None:
        for place, row in enumerate(rows):
            conn.execute(update(table).where(table.c.id == row.id).values(platform_id=str(place)))

    await counter.database.write(arrive)
    return [str(place) for place, _ in enumerate(rows)]


async def asked(counter: CounterDesk) -> tuple[Person, str]:
    """Somebody before the first question of their survey."""
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    return anna, (await shown(counter))[-1]


async def kept(counter: CounterDesk) -> list[str]:
    return [row.say["reaction"] for row in await counter.rows(Message) if "reaction" in row.say]


@pytest.mark.parametrize(("signs", "unhappy"), [("👎", True), ("👍 😢", True), ("🖕", True), ("👍", False), ("🤔", False), ("", False)])
def test_plainly_unhappy_signs_are_known(signs: str, unhappy: bool) -> None:
    assert is_unhappy(signs) is unhappy


async def test_a_sign_is_kept_with_its_message_and_answers_nothing(counter: CounterDesk) -> None:
    anna, question = await asked(counter)
    before = await counter.only(Dialog)
    await counter.hear(anna.does(HeardKind.REACTION, text="👍", message=question))
    assert await kept(counter) == ["👍"] and await counter.rows(Answer) == []
    assert await counter.only(Dialog) == before and ASKS not in await anna.texts()
    await counter.hear(anna.does(HeardKind.REACTION_BACK, text="👍", message=question))
    assert await kept(counter) == []


async def test_unhappy_signs_are_asked_about_once_also_where_they_come_at_once(counter: CounterDesk) -> None:
    anna, question = await asked(counter)
    counter.post.adopted.add(ACCOUNT)
    angry = [anna.does(HeardKind.REACTION, text=sign, message=question) for sign in ("😡", "👎")]
    await counter.hear(*angry)
    await counter.hear(*angry, anna.does(HeardKind.REACTION, text="🤮", message=question))
    assert (await anna.texts()).count(ASKS) == 1
    assert len([row for row in counter.post.taken if str(row["key"]).startswith("sign.")]) == 1, "none is sent that is not written down"
    assert await kept(counter) == ["🤮"]
    *_, our_asking = await shown(counter)
    await counter.hear(anna.does(HeardKind.REACTION, text="👎", message=our_asking))
    assert (await anna.texts()).count(ASKS) == 1


async def test_signs_to_what_is_not_ours_or_of_those_who_said_stop_ask_nothing(counter: CounterDesk) -> None:
    anna, question = await asked(counter)
    stranger = counter.person("43")
    await counter.hear(anna.does(HeardKind.REACTION, text="👎", message="4711"))
    await counter.hear(stranger.does(HeardKind.REACTION, text="👎", message=question))
    await counter.hear(anna.writes("STOP"))
    await counter.hear(anna.does(HeardKind.REACTION, text="👎", message=question))
    assert ASKS not in await anna.texts() and await stranger.texts() == []


async def test_an_unhappy_sign_is_told_to_those_who_handle_the_case_with_what_it_was_put_to(counter: CounterDesk) -> None:
    anna, question = await asked(counter)
    dialog = await counter.only(Dialog)
    await open_case(counter, dialog.customer_id, dialog.address_id)
    await counter.hear(anna.does(HeardKind.REACTION, text="👎", message=question))
    (told,) = counter.ear.tolds
    assert told.words == "👎" and told.quoted and (await anna.texts())[0].startswith(told.quoted.removesuffix(" …")[:40])
    assert ASKS not in await anna.texts()
    await counter.hear(anna.does(HeardKind.REACTION, text="❤", message=question))
    async with counter.database.read() as conn:
        assert (await conn.execute(ENTRY.select())).all() == [], "it was put to nothing of the case's"
    await counter.hear(anna.does(HeardKind.REACTION_BACK, text="👎", message=question))
    async with counter.database.read() as conn:
        (entry,) = (await conn.execute(ENTRY.select())).all()
    assert (entry.kind, entry.author, entry.words.split()[0]) == ("reaction_back", "makegood", "👎")
