from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bot.invitations.links import Links, qr_png, qr_svg, telegram_link, webchat_link
from storage.ids import new_token

TOKEN = "Zk3-_token0123456789AA"


def test_an_invitation_is_a_link_for_every_way_there_is() -> None:
    links = Links(telegram={"shop_bot": "@FjordFieldBot"}, webchat={"chat": "https://shop.example/feedback/"})
    assert links.of(TOKEN) == {
        "shop_bot": f"https://t.me/FjordFieldBot?start={TOKEN}",
        "chat": f"https://shop.example/feedback/chat/{TOKEN}",
    }
    assert Links().of(TOKEN) == {}


def test_every_token_of_ours_travels_in_a_telegram_link() -> None:
    for _ in range(200):
        token = new_token()
        assert telegram_link("bot", token).endswith(token)


@pytest.mark.parametrize("token", ["", "x" * 65, "a b", "a/b", "ä", "a\n"])
def test_a_token_that_would_not_arrive_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="1 to 64 characters"):
        telegram_link("bot", token)
    with pytest.raises(ValueError, match="1 to 64 characters"):
        webchat_link("https://shop.example", token)


def test_a_qr_code_is_a_whole_picture() -> None:
    link = telegram_link("FjordFieldBot", TOKEN)
    svg = ET.fromstring(qr_svg(link))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert int(svg.attrib["width"]) >= 4 * 25
    small, large = qr_png(link, scale=1), qr_png(link, scale=10)
    assert small.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(large) > len(small)
    assert qr_svg(link) == qr_svg(link) != qr_svg(link + "0")
