from __future__ import annotations

from tests.complaints.world import World
from tests.desk.test_staff_door import Staffroom, alert_of


async def test_a_preview_tells_what_the_customer_may_stumble_over_and_can_be_sent_all_the_same(world: World) -> None:
    await world.staff("Maria", lang="en")
    anna = await world.customer(lang="sv")
    chat = Staffroom(world).chat("Maria")
    alert = await alert_of(world, anna, "Maria")
    await chat.presses_label(alert, "Write")
    preview = await chat.writes("Det stämmer inte, du borde ha läst villkoren.")
    assert preview[0].text.splitlines()[2:] == [
        "Det stämmer inte, du borde ha läst villkoren.",
        "",
        "Before you send it:",
        "• This may read as arguing. Give them the benefit of the doubt: what matters is that it was bad for them.",
        "• This may read as if it were their own fault.",
        "• There is no apology in it yet.",
    ]
    sent = await chat.presses_label(preview, "Send")
    assert sent[0].text.startswith("Sent to ")


async def test_a_prepared_answer_is_shown_without_a_warning(world: World) -> None:
    await world.staff("Maria", lang="en")
    chat = Staffroom(world).chat("Maria")
    alert = await alert_of(world, await world.customer(lang="sv"), "Maria")
    fixes = await chat.presses_label(alert, "Apologise and fix")
    dues = await chat.presses_label(fixes, "Send again")
    preview = await chat.presses(dues[0].choices[0].ref)
    assert "Before you send it" not in preview[0].text
