"""Links that the shop hands out: as many as there are customers, and nothing stands still for them."""

from __future__ import annotations

from sqlalchemy import update

from bot.campaigns.handing_out import links_file
from bot.invitations.links import Links
from storage.invitations import Invitation
from storage.queries.campaigns import campaign_named
from tests.campaigns.campaign import begun, people, plan, waves_in
from tests.invitations.shop import TABLES, Shop


async def test_the_links_come_piece_by_piece_and_each_once(shop: Shop) -> None:
    opened, *others = await people(shop, 6, writable=False)
    for name in ("spring", "summer"):
        await begun(shop.database, name=name)
    await plan(shop)
    invitations = TABLES[Invitation]
    sent = update(invitations).values(state="sent", reason="link").where(invitations.c.customer_id != opened)
    await shop.database.write(lambda conn: conn.execute(sent))
    spring = await shop.database.write(lambda conn: campaign_named(conn, "spring"))
    assert spring is not None
    (wave,) = [one.id for one in await waves_in(shop) if one.campaign_id == spring.id]
    tokens = {one.customer_id: one.token for one in await shop.rows(Invitation) if one.wave_id == wave}
    links = links_file(shop.database, spring.id, Links(telegram={"shop_bot": "northlight_bot"}), chunk=2)
    header, *pieces = [piece.splitlines() async for piece in links]
    assert header == ["customer,lang,account,link"]
    assert max(len(piece) for piece in pieces) == 2
    lines = [line for piece in pieces for line in piece]
    assert sorted(lines) == sorted(f",en,shop_bot,https://t.me/northlight_bot?start={tokens[one]}" for one in others)
