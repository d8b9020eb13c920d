"""`makegood doctor`: what an operator reads before the first customer comes."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from starlette.applications import Starlette

from bot.campaigns.polls.steering import draft_poll
from bot.cli.main import main
from bot.doctor import Subject, examined
from bot.doctor.database import DatabaseExamination
from bot.doctor.doors import DoorsExamination
from bot.doctor.incidents import IncidentsExamination
from channels.clock import SystemClock
from channels.contract import Finding, Level
from channels.door import Door
from channels.telegram.webhook import webhook_route
from storage.database import Database, open_database
from storage.queries.focus import add_group
from storage.queries.incidents import note_incidents
from tests.polls.asking import poll
from tests.ports import NOWHERE
from tests.serving import serving
from tests.simulators.telegram import TelegramSimulator

TOKEN = "1234567:doctor-token_ABCDEFGHIJKLMNOPQRST"
CONFIG = """
[shop]
name = "Northlight"
url = "https://shop.example"
timezone = "Europe/Stockholm"

[channels.shop_bot]
kind = "telegram"
token = "{token}"
api_base = "{api}"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
async def telegram_door() -> AsyncIterator[str]:
    async def take(update: dict[str, Any]) -> None:
        raise AssertionError(update)

    route = webhook_route("shop", "a-secret-of-sixteen", take, Door("telegram", "shop"), SystemClock())
    async with serving(Starlette(routes=[route])) as address:
        yield address


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out


def configured(folder: Path, api: str) -> None:
    (folder / "config.toml").write_text(CONFIG.format(token=TOKEN, api=api), encoding="utf-8")
    (folder / "config.toml").chmod(0o600)


def test_the_sample_shop_is_told_kindly_how_to_go_on(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    code, said = doctor(capsys)
    assert code == 0
    assert "This is the sample shop" in said
    assert "All is well" in said
    assert list(here.iterdir()) == []  # not even the data folder was made


async def test_every_account_is_reported_and_no_secret_is(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    async with TelegramSimulator() as telegram:
        configured(here, telegram.url)
        code, said = await asyncio.to_thread(doctor, capsys)
        assert code == 0
        assert "shop_bot  Telegram, customers\n  ✓  token" in said
        telegram.world.bot(TOKEN).revoked = True
        code, said = await asyncio.to_thread(doctor, capsys)
        assert (code, "✗  token" in said, "→ copy the bot's token" in said, "1 broken" in said) == (1, True, True, True)
        assert TOKEN not in said
        code, told = await asyncio.to_thread(doctor, capsys, "--json")
        levels = {one["name"]: [finding["level"] for finding in one["findings"]] for one in json.loads(told)["reports"]}
        assert (code, json.loads(told)["well"], levels["shop_bot"]) == (1, False, ["error"])


async def test_where_polls_and_focus_groups_are_aimed_is_looked_at(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "data").mkdir(mode=0o700)
    database = await open_database(f"sqlite:///{here}/data/makegood.db")
    await database.write(lambda conn: draft_poll(conn, poll("shop_bot", "-1001", "-1002/17"), SystemClock().now()))
    await database.write(lambda conn: add_group(conn, "mugs", "shop_bot", "-1001", {}, SystemClock().now()))
    await database.close()
    async with TelegramSimulator() as telegram:
        configured(here, telegram.url)
        telegram.group(TOKEN, -1001)
        code, said = await asyncio.to_thread(doctor, capsys)
    assert code == 1
    assert "✓  place          -1001, “Friends”: it may post polls there" in said
    assert "✗  place          -1001, “Friends”: the focus group would be heard by nobody" in said
    assert "✗  place          -1002/17: Telegram shows the bot no such group" in said


def test_a_server_out_of_reach_is_no_traceback(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    configured(here, f"http://{NOWHERE}")
    (here / "config.toml").chmod(0o644)
    code, said = doctor(capsys)
    assert code == 1
    assert f"could not reach {NOWHERE}" in said
    assert "chmod 600 config.toml" in said
    assert TOKEN not in said


class Odd:
    """An examination that ends as it is told to."""

    def __init__(self, *ends: Exception) -> None:
        self._ends = ends

    async def examine(self) -> AsyncIterator[Finding]:
        yield Finding.ok("token", "well")
        for end in self._ends:
            raise end
        await asyncio.Event().wait()


async def test_what_was_found_is_kept_whatever_ends_an_examination() -> None:
    subjects = [Subject("slow", "", Odd()), Subject("odd", "", Odd(TypeError("Anna said")))]
    slow, odd = await examined(subjects, patience=timedelta(seconds=0.2))
    assert [finding.level for finding in (*slow.findings, *odd.findings)] == [Level.OK, Level.ERROR] * 2
    assert "within 0.2 s" in slow.findings[1].found
    assert "TypeError" in odd.findings[1].found
    assert "Anna" not in odd.findings[1].found


async def test_the_database_is_read_beside_whoever_runs_on_it(database_url: str, database: object) -> None:
    findings = [finding async for finding in DatabaseExamination(database_url).examine()]
    assert [finding.level for finding in findings] == [Level.OK, Level.OK]
    assert findings[0].found.startswith("up to date")


async def test_tables_of_a_newer_makegood_are_told(tmp_path: Path, sqlite_template: Path) -> None:
    file = tmp_path / "makegood.db"
    shutil.copyfile(sqlite_template, file)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    findings = [finding async for finding in DatabaseExamination(f"sqlite:///{file}").examine()]
    assert (findings[0].level, "a newer Makegood" in findings[0].found) == (Level.ERROR, True)
    nobody = DatabaseExamination("postgresql://makegood:hush-hush@127.0.0.1:9/makegood")
    (closed,) = await examined([Subject("database", "", nobody)])
    assert (closed.findings[0].level, "makegood:***@127.0.0.1:9" in closed.findings[0].found) == (Level.ERROR, True), closed
    (broken,) = await examined([Subject("database", "", DatabaseExamination(f"sqlite:///{__file__}"))])
    assert (broken.findings[0].level, "file is not a database" in broken.findings[0].found) == (Level.ERROR, True)


def test_what_others_on_this_machine_could_read_is_told(capsys: pytest.CaptureFixture[str], here: Path, sqlite_template: Path) -> None:
    folder = here / "data"
    folder.mkdir(mode=0o755)
    shutil.copyfile(sqlite_template, folder / "sample.db")
    (folder / "sample.db").chmod(0o644)
    code, said = doctor(capsys)
    assert (code, "can read data/sample.db:" in said, "→ chmod -R o-rwx data" in said) == (0, True, True)
    folder.chmod(0o700)
    assert "closed to other users" in doctor(capsys)[1]


async def test_the_doors_that_platforms_push_to_are_knocked_at(telegram_door: str) -> None:
    doors = {"shop_bot": f"{telegram_door}/hooks/telegram/shop", "other_bot": f"{telegram_door}/hooks/telegram/other"}
    (report,) = await examined([Subject("doors", "", DoorsExamination(doors, SystemClock()))])
    assert [(finding.about, finding.level) for finding in report.findings] == [("shop_bot", Level.OK), ("other_bot", Level.ERROR)]


async def test_what_makegood_has_met_and_is_not_over_is_told(database_url: str, database: Database) -> None:
    async def lately() -> list[Finding]:
        return [finding async for finding in IncidentsExamination(database_url, SystemClock()).examine()]

    assert [finding.level for finding in await lately()] == [Level.OK]
    now = SystemClock().now()
    await database.write(lambda conn: note_incidents(conn, [("token.shop_bot", "Telegram does not know this bot's token", now)]))
    (met,) = await lately()
    assert (met.level, met.found) == (Level.WARNING, "shop_bot is not let in: Telegram does not know this bot's token")
    assert met.remedy.startswith("Make a new token")
