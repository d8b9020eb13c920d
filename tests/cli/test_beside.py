"""Commands steer a Makegood that runs on SQLite, as they do one on PostgreSQL."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import bot.surveys
from bot.cli.main import main
from tests.channels.conftest import TOKEN
from tests.cli.program import running
from tests.patience import caller
from tests.simulators.telegram import TelegramSimulator

CONFIG = """
[shop]
name = "Northlight"
url = "https://shop.example"
timezone = "Europe/Stockholm"

[console]
sign_in = "none"

[channels.shop_bot]
kind = "telegram"
token = "{token}"
api_base = "{api}"
"""

SPRING = """
name = "spring"
survey = "relationship"
audience = "true"

[when]
cron = "0 10 1 1 *"
"""
TRUST = Path(bot.surveys.__file__).parent / "bank" / "trust.toml"


@asynccontextmanager
async def program(folder: Path) -> AsyncIterator[str]:
    """The address of one that runs in that folder, while this loop serves what it talks to."""
    one = running(folder)
    _, address = await asyncio.to_thread(one.__enter__)
    try:
        yield address
    finally:
        await asyncio.to_thread(one.__exit__, None, None, None)


async def test_whoever_runs_is_steered_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def makegood(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, list(arguments))
        said = capsys.readouterr()
        assert ended.value.code in (0, None), said.err
        return " ".join(said.out.split())

    monkeypatch.chdir(tmp_path)
    (tmp_path / "spring.toml").write_text(SPRING)
    (tmp_path / "mended.toml").write_text(TRUST.read_text().replace('name = "trust"', 'name = "mended"'))
    async with TelegramSimulator() as telegram:
        (tmp_path / "config.toml").write_text(CONFIG.format(token=TOKEN, api=telegram.url))
        async with program(tmp_path) as address, caller(address) as browser:
            anna = telegram.person(TOKEN, 7, name="Anna", lang="en")
            anna.start()
            await anna.hears(30)
            assert "published" in await makegood("survey", "publish", "mended.toml")
            assert "is staff now" in await makegood("staff", "add", "Lena")
            assert "is kept as a draft" in await makegood("campaign", "new", "spring.toml")
            assert "spring" in (await browser.get("/campaigns")).text
            for steered, state in (("schedule", "scheduled"), ("pause", "paused"), ("resume", "scheduled"), ("cancel", "cancelled")):
                await makegood("campaign", steered, "spring")
                assert re.search(rf"spring relationship {state}\b", await makegood("campaign", "list"))
            assert await makegood("campaign", "test", "spring.toml", "--to", "7") == "1 on the way, as soon as Makegood runs"
            assert (await anna.hears(30))["text"].startswith("[spring, ")
            assert await makegood("customer", "erase", "7", "--yes") == "Erased. Scores stay in the figures, of nobody any more"
