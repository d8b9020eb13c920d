"""The desk's pages: what staff see, what they can do, and what they are told when somebody was quicker."""

from __future__ import annotations

import pytest

from bot.files.received import numbered, received_row
from channels.contract import Heard, HeardKind, Media, MediaKind
from storage.bulk import insert_many
from storage.cases import CaseState
from storage.customers import Address
from storage.files import KeptFile
from storage.ids import short
from storage.queries.cases import CaseView
from storage.queries.staff import set_active
from tests.complaints.world import CUSTOMERS, Person, World
from tests.console.house import ADDRESS, House
from tests.pictures import VOICE, photo, size_of

_address = Address.__table__  # type: ignore[attr-defined]


@pytest.fixture
def world(house: House) -> World:
    return house.world


@pytest.fixture
async def anna(world: World) -> Person:
    return await world.customer(name="Anna Berg", lang="sv")


async def complaint(world: World, person: Person, words: str = "", **more: object) -> CaseView:
    await world.says(person, "delivery_condition", 1, words, **more)
    return (await world.cases())[-1]


def place(case: CaseView) -> str:
    return f"/desk/cases/{short(case.id)}"


async def test_the_list_shows_who_what_how_bad_and_how_long_the_worst_first(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    await complaint(world, anna, "Lådan var blöt")
    await complaint(world, await world.customer(name="Bo Ek", lang="en"), "The kettle gave me an electric shock, I will call a lawyer")
    world.pass_time(minutes=12)
    browser = await house.signed_in("Maria")
    await browser.get("/desk")
    assert browser.words.index("Bo Ek") < browser.words.index("Anna Berg")
    for shown in ("most urgent", "delivery condition", "blå vattenkokare · order 4711", "“Lådan var blöt”", "1 of 5"):
        assert shown in browser.words, shown
    assert browser.words.count("waits for 12 minutes") == 2
    assert "Nobody has taken it yet." in browser.words


async def test_an_empty_desk_says_so_kindly(house: House, world: World) -> None:
    await world.staff("Maria")
    browser = await house.signed_in("Maria")
    for show in ("", "?show=mine", "?show=closed"):
        assert (await browser.get(f"/desk{show}")).status_code == 200
    await browser.get("/desk")
    assert "Nobody is waiting" in browser.words
    assert (await browser.get("/desk?show=everything")).status_code == 404


async def test_what_customers_write_is_shown_and_never_run(house: House, world: World) -> None:
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    await world.staff("Maria")
    person = await world.customer(name=attack, product=attack, order='4"onclick="x')
    case = await complaint(world, person, f"broken {attack}")
    browser = await house.signed_in("Maria")
    for path in ("/desk", place(case), f"{place(case)}?fix=refund"):
        await browser.get(path)
        assert "<script>alert" not in browser.page
        assert "<img src=x" not in browser.page
        assert attack in browser.words


async def test_a_case_is_taken_answered_in_the_customers_language_and_kept(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(place(case))
    await browser.send_form(f"{place(case)}/take")
    assert "It is yours." in browser.words
    await browser.get(f"{place(case)}?fix=refund")
    assert "Message in Swedish" in browser.words
    assert "Hej Anna Berg" in browser.words
    await browser.send_form(f"{place(case)}/respond", text="Hej Anna! Pengarna är på väg.\r\nMaria")
    assert "Sent to Anna Berg." in browser.words
    assert [say.text for say in await world.messages(anna.native_id, CUSTOMERS)][-1] == "Hej Anna! Pengarna är på väg.\nMaria"
    assert "Refund" in browser.words
    await browser.send_form(f"{place(case)}/kept")
    assert "Anna Berg is asked whether it was made good." in browser.words
    assert (await world.case()).case.state == CaseState.FIXED
    assert house.woken == 3


async def test_the_promise_falls_due_when_the_page_said(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=call_back&due=2")
    due = browser.page.partition('name="due" value="')[2].partition('"')[0]
    text = browser.page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    await browser.send_form(f"{place(case)}/respond", text=text)
    (promised,) = (await world.case()).promises
    assert (promised.fix, promised.due_at.isoformat()) == ("call_back", due)


async def test_who_comes_second_is_told_who_was_quicker(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    await world.staff("Olle")
    case = await complaint(world, anna)
    maria, olle = await house.signed_in("Maria"), await house.signed_in("Olle")
    await maria.get(place(case))
    await olle.get(place(case))
    await maria.send_form(f"{place(case)}/take")
    world.pass_time(minutes=3)
    await olle.send_form(f"{place(case)}/take")
    assert "Maria took it 3 minutes ago." in olle.words
    assert (await world.case()).owner.name == "Maria"  # type: ignore[union-attr]
    assert "I take it" not in olle.words


async def test_words_that_came_too_late_are_given_back_and_not_sent(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=refund")
    await world.write_out_of_the_blue(anna, "Nu har det gått sönder också")
    said = len(await world.messages(anna.native_id, CUSTOMERS))
    answer = await browser.send_form(f"{place(case)}/respond", text="My own careful words")
    assert answer.status_code == 409
    for shown in ("Something has happened in this case since", "My own careful words", "Nu har det gått sönder också"):
        assert shown in browser.words, shown
    assert len(await world.messages(anna.native_id, CUSTOMERS)) == said


async def test_an_answer_without_words_is_not_sent(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=refund")
    answer = await browser.send_form(f"{place(case)}/respond", text="  ")
    assert (answer.status_code, "Please write something." in browser.words) == (409, True)
    assert (await world.case()).promises == ()


async def test_a_form_sent_twice_acts_once(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    page = (await browser.get(f"{place(case)}?fix=refund")).text
    for _ in range(2):
        browser.page = page
        await browser.send_form(f"{place(case)}/respond", text="Once is enough")
    assert [say.text for say in await world.messages(anna.native_id, CUSTOMERS)].count("Once is enough") == 1
    assert len((await world.case()).promises) == 1


async def test_a_note_is_for_colleagues_and_never_for_the_customer(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    said = len(await world.messages(anna.native_id, CUSTOMERS))
    browser = await house.signed_in("Maria")
    await browser.get(place(case))
    await browser.send_form(f"{place(case)}/note", text="Called twice, nobody there")
    assert "Called twice, nobody there" in browser.words
    assert len(await world.messages(anna.native_id, CUSTOMERS)) == said


async def test_a_case_goes_to_a_colleague_or_to_another_department(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    olle = await world.staff("Olle", "returns")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(place(case))
    await browser.send_form(f"{place(case)}/hand-over", to=f"staff:{olle}", text="You know this one")
    assert "Olle has it now." in browser.words
    assert "hand-over" not in browser.page
    colleague = await house.signed_in("Olle")
    await colleague.get(place(case))
    await colleague.send_form(f"{place(case)}/hand-over", to="department:returns", text="The hinge again")
    assert "The hinge again" in colleague.words
    assert ((await world.case()).case.department, (await world.case()).owner) == ("returns", None)


async def test_words_for_a_colleague_who_has_left_meanwhile_are_given_back_with_the_mistake_beside_them(
    house: House, world: World, anna: Person
) -> None:
    await world.staff("Maria")
    await world.staff("Bengt")
    olle = await world.staff("Olle", "returns")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(place(case))
    await world.database.write(lambda conn: set_active(conn, olle, active=False))
    answer = await browser.send_form(f"{place(case)}/hand-over", to=f"staff:{olle}", text="You & I know this one")
    form = browser.page.partition('id="hand-over" open>')[2].partition("</form>")[0]
    assert answer.status_code == 409 and 'role="alert"' in form and "You &amp; I know this one</textarea>" in form


async def test_words_whose_form_is_no_longer_offered_are_given_back_all_the_same(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    olle = await world.staff("Olle")
    case = await complaint(world, anna)
    maria = await house.signed_in("Maria")
    await maria.get(place(case))
    await house.desk.take(olle, case.id)
    answer = await maria.send_form(f"{place(case)}/hand-over", to=f"staff:{olle}", text="My own careful words")
    assert answer.status_code == 409 and "hand-over" not in maria.page
    assert "Olle took it" in maria.words and "My own careful words" in maria.words


async def test_only_a_lead_is_offered_to_close_and_needs_a_reason(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    await world.staff("Lena", role="lead")
    case = await complaint(world, anna)
    agent, lead = await house.signed_in("Maria"), await house.signed_in("Lena")
    await agent.get(place(case))
    assert f"{place(case)}/close" not in agent.page
    await lead.get(place(case))
    await lead.send_form(f"{place(case)}/close", text="")
    assert "Please give a reason." in lead.words
    await lead.send_form(f"{place(case)}/close", text="Settled by telephone")
    assert (await world.case()).case.state == CaseState.CLOSED
    assert "Anna Berg" in (await lead.get("/desk?show=closed")).text


async def _sent(house: House, world: World, person: Person, content: bytes, kind: MediaKind = MediaKind.PHOTO) -> Media:
    """What this customer sent, kept."""
    kept = await house.files.keep(content)
    heard = Heard(
        "telegram", CUSTOMERS, person.native_id, "1", HeardKind.MEDIA, world.clock.now(), media=Media(kind, "a", digest=kept.digest)
    )
    media = numbered(heard).media
    assert media
    row = received_row(heard, media, world.clock.now(), customer_id=person.customer_id) | {"mime": kept.mime}
    await world.database.write(lambda conn: insert_many(conn, KeptFile.__table__, [row]))  # type: ignore[attr-defined]
    return media


async def test_a_photo_of_a_customer_is_shown_with_the_case_to_staff_alone(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    media = await _sent(house, world, anna, photo())
    case = await complaint(world, anna, media=media)
    browser = await house.signed_in("Maria")
    await browser.get(place(case))
    address = f"{place(case)}/photo/{short(media.file)}"
    assert f'src="{address}"' in browser.page
    shown = await browser.get(address)
    assert (size_of(shown.content), shown.headers["content-type"]) == ((64, 48), "image/jpeg")
    for wrong in (
        f"{place(case)}/photo/{short(4711)}",
        f"{place(case)}/photo/..%2F..%2Fserver.secret",
        f"/desk/cases/1/photo/{short(media.file)}",
    ):
        assert (await browser.get(wrong)).status_code == 404, wrong
    stranger = house.browser()
    assert (await stranger.get(address)).headers["content-type"].startswith("text/html")


async def test_a_lead_erases_a_customers_files_for_good(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    await world.staff("Lena", role="lead")
    media = await _sent(house, world, anna, photo())
    case = await complaint(world, anna, media=media)
    agent, lead = await house.signed_in("Maria"), await house.signed_in("Lena")
    await agent.get(place(case))
    assert f"{place(case)}/erase-files" not in agent.page
    await lead.get(place(case))
    await lead.send_form(f"{place(case)}/erase-files")
    assert "The photos and voice notes are erased." in lead.words and "Lena: erased the customer’s photos" in lead.words
    assert (await lead.get(f"{place(case)}/photo/{short(media.file)}")).status_code == 404


async def test_a_file_of_one_case_is_not_shown_with_another(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    await complaint(world, anna, media=(media := await _sent(house, world, anna, photo())))
    other = await complaint(world, await world.customer(name="Bo Ek"), "Trasig")
    browser = await house.signed_in("Maria")
    assert (await browser.get(f"{place(other)}/photo/{short(media.file)}")).status_code == 404


async def test_a_voice_note_can_be_heard_with_the_case(house: House, world: World, anna: Person) -> None:
    await world.staff("Maria")
    media = await _sent(house, world, anna, VOICE, MediaKind.VOICE)
    case = await complaint(world, anna, media=media)
    browser = await house.signed_in("Maria")
    await browser.get(place(case))
    assert f'<audio controls preload="metadata" src="{place(case)}/photo/{short(media.file)}"' in browser.page
    assert "📎 sent a voice note" in browser.words


async def test_a_signed_link_shows_its_file_for_a_week_and_nothing_else(house: House, world: World, anna: Person) -> None:
    media = await _sent(house, world, anna, photo())
    link, stranger = house.file_links.link(media.file, world.clock.now()), house.browser()
    assert size_of((await stranger.get(link)).content) == (64, 48)
    for forged in (link[:-1], link.replace("files/", "files/1"), f"{ADDRESS}/files/{short(media.file)}"):
        assert (await stranger.get(forged)).status_code == 404
    world.pass_time(days=7, seconds=1)
    assert (await stranger.get(link)).status_code == 404


@pytest.mark.parametrize("ref", ["0", "zzzzzzzzzzzzzz", "1", "å", "-1"])
async def test_a_case_that_does_not_exist_is_said_to(house: House, world: World, ref: str) -> None:
    await world.staff("Maria")
    browser = await house.signed_in("Maria")
    assert (await browser.get(f"/desk/cases/{ref}")).status_code == 404


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("respond", {"fix": "bribe"}),
        ("respond", {"due": "soon"}),
        ("respond", {"due": "2026-03-02T09:00:00"}),
        ("respond", {"seen": "x"}),
        ("hand-over", {"to": "staff:"}),
        ("hand-over", {"to": "staff:²"}),
    ],
)
async def test_a_form_that_is_not_whole_is_refused(house: House, world: World, anna: Person, act: str, fields: dict[str, str]) -> None:
    await world.staff("Maria")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=refund")
    answer = await browser.send_form(f"{place(case)}/{act}", **{"text": "Hello"} | fields)
    assert (answer.status_code, "Something was missing" in browser.words) == (400, True)
