"""The commands of polls, panels and focus groups, on a shop's file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Connection

from bot.campaigns.polls.definition import read_poll
from bot.campaigns.polls.result import PlaceResult, PollResult, Tally
from bot.cli.main import main
from bot.cli.poll_views import print_result
from channels.customers.telegram.polls import POLL_RULES
from storage.bulk import insert_many
from storage.customers import Customer
from storage.database import open_database
from storage.queries.panels import write_consent

CONFIG = """[shop]
name = "Northlight"
url = "https://shop.example"
timezone = "UTC"
[database]
url = "sqlite:///{folder}/shop.db"
[channels.shop_bot]
kind = "telegram"
token = "1234567:example"
"""
POLL = """name = "colour"
question = "Which colour?"
options = ["Blue", "Green"]
[[place]]
account = "shop_bot"
place = "@shopnews"
"""
PANEL = 'name = "taste"\n[about]\nen = "new teas"\n'
GROUP = """name = "basket"
panel = "taste"
account = "shop_bot"
place = "-1001"
join = "https://t.me/+abc"
at = 2099-03-03T10:00:00
about = "a new basket"
questions = ["What do you like?"]
[concept]
text = "One basket."
[[seats]]
count = 2
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in (("config", CONFIG.format(folder=tmp_path)), ("poll", POLL), ("panel", PANEL), ("group", GROUP)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], shop: Path, *arguments: str) -> tuple[int | str | None, str]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--config", str(shop / "config.toml")])
    told = capsys.readouterr()
    return ended.value.code, " ".join((told.out + told.err).split())


def test_a_poll_goes_from_a_file_to_its_chart(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    file = str(shop / "poll.toml")
    assert "all right, for 1 places" in run(capsys, shop, "poll", "check", file)[1]
    assert "is a draft" in run(capsys, shop, "poll", "new", file)[1]
    assert "is posted as soon as Makegood runs" in run(capsys, shop, "poll", "post", "colour")[1]
    _, told = run(capsys, shop, "poll", "status", "colour")
    assert "Which colour?" in told and "n = 0 people" in told and "@shopnews" in told and "chose to" in told
    assert "is closed" in run(capsys, shop, "poll", "close", "colour")[1]
    assert "closed" in run(capsys, shop, "poll", "list")[1]
    (shop / "poll.toml").write_text(POLL.replace("@shopnews", "news"), encoding="utf-8")
    code, told = run(capsys, shop, "poll", "check", file)
    assert code == 1 and "line 6" in told


def test_a_draft_is_discarded_and_what_was_posted_is_not(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    file = str(shop / "poll.toml")
    run(capsys, shop, "poll", "new", file)
    assert run(capsys, shop, "poll", "discard", "colour") == (0, 'the draft "colour" is discarded')
    assert "colour" not in run(capsys, shop, "poll", "list")[1]
    assert run(capsys, shop, "poll", "discard", "colour")[0] == 1
    run(capsys, shop, "poll", "new", file)
    run(capsys, shop, "poll", "post", "colour")
    code, told = run(capsys, shop, "poll", "discard", "colour")
    assert code == 1 and "is running" in told and "while it is draft" in told


def test_of_a_poll_whose_account_is_gone_it_is_said_that_it_can_be_read_no_more(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    for command in (("new", str(shop / "poll.toml")), ("post", "colour")):
        assert run(capsys, shop, "poll", *command)[0] == 0
    assert "read no more" not in run(capsys, shop, "poll", "status", "colour")[1]
    config = (shop / "config.toml").read_text(encoding="utf-8")
    (shop / "config.toml").write_text(config.replace("[channels.shop_bot]", "[channels.new_bot]"), encoding="utf-8")
    code, told = run(capsys, shop, "poll", "status", "colour")
    assert code == 0 and "read no more" in told
    assert "is closed" in run(capsys, shop, "poll", "close", "colour")[1]


def test_of_a_place_that_was_refused_it_is_said_what_to_do_and_what_the_platform_said(capsys: pytest.CaptureFixture[str]) -> None:
    definition = read_poll(POLL, {"shop_bot": POLL_RULES})
    refused = PlaceResult("shop_bot", "@shopnews", "refused", "channel_not_found", Tally((0, 0), 0), gone=False)
    stands = PlaceResult("shop_bot", "@others", "posted", "", Tally((0, 0), 0), gone=False)
    print_result(Console(width=200), PollResult("colour", "running", definition, None, 0, (), (refused, stands)), UTC)
    told = capsys.readouterr().out
    assert "refused (channel_not_found)" in told and "stands there" in told and "Let the account in there" in told


def test_a_panel_is_founded_and_a_focus_group_planned_from_it(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    assert "is founded" in run(capsys, shop, "panel", "new", str(shop / "panel.toml"))[1]
    asyncio.run(_known(shop, _anna))
    assert 'The campaign "panel-taste-1" invites' in run(capsys, shop, "panel", "invite", "taste", "--yes")[1]
    assert "taste 0 2 × in 30d" in run(capsys, shop, "panel", "list")[1]
    assert run(capsys, shop, "panel", "members", "taste")[0] == 0
    code, told = run(capsys, shop, "panel", "leave", "taste", "nobody")
    assert code == 1 and 'nobody is known as "nobody"' in told
    assert "is planned" in run(capsys, shop, "group", "new", str(shop / "group.toml"))[1]
    asyncio.run(_known(shop, _joins))
    assert "focus-basket-1-1" in run(capsys, shop, "group", "invite", "basket", "--yes")[1]
    assert "planned" in run(capsys, shop, "group", "list")[1]
    for command in ("transcript", "summary", "end"):
        assert run(capsys, shop, "group", command, "basket")[0] == 0
    assert "Lines deleted: 0" in run(capsys, shop, "group", "erase", "basket", "--yes")[1]
    assert run(capsys, shop, "promoter", "quotes")[0] == 0
    assert "nobody has the code" in run(capsys, shop, "promoter", "referral", "FRIEND-ABC")[1]


def test_a_groups_words_are_erased_only_by_whoever_means_it(
    capsys: pytest.CaptureFixture[str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (("panel", "new", str(shop / "panel.toml")), ("group", "new", str(shop / "group.toml"))):
        assert run(capsys, shop, *command)[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, told = run(capsys, shop, "group", "erase", "basket")
    assert code == 1 and 'everything that was said in "basket"? It cannot be undone' in told and "Lines deleted" not in told
    for arguments, missing in ((["sugar"], 'no focus group "sugar"'), (["basket", "--who", "7"], "nobody is called P7")):
        code, told = run(capsys, shop, "group", "erase", *arguments)
        assert code == 1 and missing in told and "cannot be undone" not in told, "there is nothing to be sure about"


def test_a_focus_group_begins_on_the_shops_clock_and_not_on_the_machines(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    config = (shop / "config.toml").read_text(encoding="utf-8")
    (shop / "config.toml").write_text(config.replace('"UTC"', '"Asia/Kathmandu"'), encoding="utf-8")
    for command in (("panel", "new", str(shop / "panel.toml")), ("group", "new", str(shop / "group.toml"))):
        assert run(capsys, shop, *command)[0] == 0
    assert "03 Mar 2099, 10:00" in run(capsys, shop, "group", "list")[1]


def test_nobody_is_invited_before_it_was_told_how_many_and_asked(
    capsys: pytest.CaptureFixture[str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (("panel", "new", str(shop / "panel.toml")), ("group", "new", str(shop / "group.toml"))):
        assert run(capsys, shop, *command)[0] == 0
    asyncio.run(_known(shop, _anna))
    code, told = run(capsys, shop, "panel", "invite", "taste", "--audience", "customer.teir == 'gold'", "--yes")
    assert code == 1 and "customer.teir is known of 0 of 1" in told and "nobody fits" in told and "write another --audience" in told
    code, told = run(capsys, shop, "group", "invite", "basket", "--yes")
    assert code == 1 and "0 of 1 customers would be invited" in told and "invite to its panel first" in told
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, told = run(capsys, shop, "panel", "invite", "taste")
    assert code == 1 and "1 of 1 customers would be invited" in told and "Anna" in told and "Invite them?" in told
    assert "panel-taste" not in run(capsys, shop, "campaign", "list")[1], "a no is a no"
    asyncio.run(_known(shop, _joins))
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    code, told = run(capsys, shop, "group", "invite", "basket")
    assert code == 0 and "1 of 1 customers would be invited" in told and "These campaigns invite: focus-basket-1-1" in told


_ANNA = 3766484324990965761


def _anna(conn: Connection) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    row = {"id": _ANNA, "name": "Anna", "lang": "en", "timezone": "", "country": "", "attributes": {}, "created_at": now}
    insert_many(conn, Customer.__table__, [row])  # type: ignore[attr-defined]


def _joins(conn: Connection) -> None:
    write_consent(conn, _ANNA, "taste", True, "test", datetime(2026, 3, 2, tzinfo=UTC))


async def _known(shop: Path, *changes: Callable[[Connection], None]) -> None:
    database = await open_database(f"sqlite:///{shop}/shop.db")
    for change in changes:
        await database.write(change)
    await database.close()


def test_a_member_is_called_what_other_commands_know_them_by(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    run(capsys, shop, "panel", "new", str(shop / "panel.toml"))
    asyncio.run(_known(shop, _anna))
    run(capsys, shop, "panel", "invite", "taste", "--yes")
    asyncio.run(_known(shop, _joins))
    called = run(capsys, shop, "panel", "members", "taste")[1].split()[4]
    assert called in run(capsys, shop, "promoter", "referral", f"FRIEND-{called}")[1].split()
    code, told = run(capsys, shop, "why", called)
    assert code == 0 and "A new invitation that falls due now: " in told and "Nothing was ever planned for them." in told
    assert "panel-taste-1 has said yes or no to panel_taste already" in told
    code, told = run(capsys, shop, "why", "nobody")
    assert code == 1 and 'there is no customer "nobody"' in told
    run(capsys, shop, "panel", "leave", "taste", called)
    assert "Anna" not in run(capsys, shop, "panel", "members", "taste")[1]
