"""Comment cards to print: what is on the paper, and where the code leads."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
import segno
from PIL import Image

from bot.cli.main import main
from channels.contract import card_token
from tests.simulators.telegram import TelegramSimulator

TOKEN = "1234567:card-token_ABCDEFGHIJKLMNOPQRSTUV"
SHOP = """[shop]
name = "Ķiršu dārzs & Œuvre"
url = "https://shop.example"
timezone = "UTC"
languages = ["lv", "en"]
"""
CHAT = '[channels.chat]\nkind = "webchat"\n'
PUBLIC = '[server]\npublic_url = "https://feedback.shop.example"\n'
DOTS = 300 / 25.4
"""A millimetre."""


def card(capsys: pytest.CaptureFixture[str], folder: Path, config: str, file: str, *arguments: str) -> tuple[int | str | None, str]:
    (folder / "config.toml").write_text(config, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["card", str(folder / file), *arguments, "--config", str(folder / "config.toml")])
    told = capsys.readouterr()
    return ended.value.code, told.out + told.err


def modules_on(file: Path, link: str) -> tuple[list[bytes], list[bytes]]:
    """The modules of the code as they are on the picture, and those of that link."""
    expected = [bytes(row) for row in segno.make_qr(link, error="m").matrix]
    with Image.open(file) as picture:
        assert picture.size == (round(105 * DOTS), round(148 * DOTS))
        middle = picture.convert("L").crop((round(25 * DOTS), round(56 * DOTS), round(80 * DOTS), round(115 * DOTS)))
    dark = middle.point(lambda light: 255 if light < 60 else 0)
    left, top, right, bottom = dark.getbbox() or (0, 0, 0, 0)
    size = len(expected)
    across, down = (right - left) / size, (bottom - top) / size
    places = [[(int(left + (x + 0.5) * across), int(top + (y + 0.5) * down)) for x in range(size)] for y in range(size)]
    return [bytes(dark.getpixel(place) == 255 for place in row) for row in places], expected


def test_the_code_on_the_picture_leads_to_the_card_of_that_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, said = card(capsys, tmp_path, SHOP + CHAT + PUBLIC, "till.png", "--place", "TILL-3")
    assert (code, said) == (0, f"{tmp_path / 'till.png'}\n")
    printed, expected = modules_on(tmp_path / "till.png", "https://feedback.shop.example/chat/comment/TILL-3")
    assert printed == expected


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads the PDF with poppler's pdftotext")
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("", "Katru vārdu izlasīs cilvēks."),
        ("fr", "Une vraie personne lit chaque mot."),
        ("sv", "Ris eller ros, berätta för oss på en minut."),
    ],
)
def test_what_stands_on_the_paper_is_text_in_the_language(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str, words: str
) -> None:
    assert card(capsys, tmp_path, SHOP + CHAT + PUBLIC, "card.pdf", "--lang", lang)[0] == 0
    text = subprocess.run(["pdftotext", str(tmp_path / "card.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    assert {"Ķiršu dārzs & Œuvre", words, "feedback.shop.example/chat/comment"} <= set(text.splitlines())
    written = (tmp_path / "card.pdf").read_bytes()
    assert (b"/MediaBox [0 0 297.64 419.53]" in written, b"SourceSansPro" in written, len(written) < 60_000) == (True, True, True)


async def test_a_card_to_telegram_bears_the_name_that_telegram_tells(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    async with TelegramSimulator() as telegram:
        bot = f'[channels.shop_bot]\nkind = "telegram"\ntoken = "{TOKEN}"\napi_base = "{telegram.url}"\n'
        telegram.world.bot(TOKEN).username = "cherry_bot"
        code, _ = await asyncio.to_thread(card, capsys, tmp_path, SHOP + bot + CHAT, "card.png", "--channel", "telegram")
    assert code == 0
    printed, expected = modules_on(tmp_path / "card.png", "https://t.me/cherry_bot?start=comment")
    assert printed == expected


def test_what_cannot_be_printed_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bot = f'[channels.shop_bot]\nkind = "telegram"\ntoken = "{TOKEN}"\napi_base = "http://127.0.0.1:9"\n'
    for config, arguments, words in (
        (SHOP + CHAT, ("card.pdf",), "[server] public_url is missing"),
        (SHOP + bot, ("card.pdf",), "Telegram does not tell the name of the bot [channels.shop_bot]"),
        (SHOP, ("card.pdf",), 'add one with kind = "telegram" or kind = "webchat"'),
        (SHOP + bot + CHAT, ("card.pdf",), "write --channel and one of shop_bot, chat"),
        (SHOP + CHAT + PUBLIC, ("card.pdf", "--channel", "slack"), 'no account "slack" that a code can lead to\nchoose one of chat'),
        (SHOP + CHAT + PUBLIC, ("card.jpg",), "end the file's name in .pdf or .png"),
        (SHOP + CHAT + PUBLIC, ("card.pdf", "--lang", "de"), "choose one of en, sv, lv, fr"),
        (SHOP + CHAT + PUBLIC, ("card.pdf", "--place", "Till 3"), '"Till 3" cannot be a place'),
        (SHOP + CHAT + PUBLIC, ("no/where.pdf",), "cannot be written: No such file"),
    ):
        code, said = card(capsys, tmp_path, config, *arguments)
        assert (code, words in said) == (1, True), said
        assert TOKEN not in said


def test_no_place_makes_a_link_that_telegram_would_not_carry() -> None:
    assert len(card_token("x" * 40)) <= 64
    with pytest.raises(ValueError, match="1 to 40"):
        card_token("x" * 41)
