from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest

from bot.cli.main import main
from storage.customers import Customer
from storage.database import open_database
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from tests.touchpoints.shop import rows

CONFIG = """
[shop]
name = "Fjord & Field"
url = "https://shop.example"
timezone = "Europe/Riga"

[database]
url = "sqlite:///{folder}/shop.db"

[channels.chat]
kind = "webchat"

[[ask]]
touchpoint = "delivery"
survey = "after-purchase"

[touchpoints.secrets]
shop = "correct-horse-battery-staple"
"""
ORDERS = """order_id,customer_id,name,lang,delivered_at,amount,gift wrap
A-1,C-1,Jānis,lv,2026-02-02 09:30,12.50,red
A-2,C-2,Åsa,sv,2026-02-03T10:00:00Z,7,
A-3,C-1,Jānis,lv,3.2.2026 18:00,99,blue
"""


class Workplace:
    """A folder with a configuration, in which commands are run."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
        self._capsys = capsys

    def write(self, content: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        file = self.folder / name
        file.write_bytes(content.encode(encoding))
        return file

    def run(self, file: Path, *options: str) -> tuple[int, str, str]:
        """Exit code, output, messages."""
        with pytest.raises(SystemExit) as ended:
            main(["import", str(file), *options, "--config", str(self.config)])
        said = self._capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    def rejected(self, name: str = "orders.rejected.csv") -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as text:
            return list(csv.DictReader(text))

    def stored(self) -> list[tuple[str, str, object]]:
        """External id, customer's name and attributes of every touchpoint."""
        return asyncio.run(self._stored())

    async def _stored(self) -> list[tuple[str, str, object]]:
        database = await open_database(f"sqlite:///{self.folder}/shop.db")
        names = {row.id: row.name for row in await rows(database, Customer)}
        self.customers = {row.external_id: row.attributes for row in await rows(database, Customer)}
        touchpoints = [(row.external_id, names[row.customer_id], row.attributes) for row in await rows(database, Touchpoint)]
        self.invitations = await rows(database, Invitation)
        await database.close()
        return touchpoints


@pytest.fixture
def work(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.chdir(tmp_path)
    return Workplace(tmp_path, capsys)


def test_a_file_goes_in_and_the_second_time_nothing_is_new(work: Workplace) -> None:
    file = work.write(ORDERS)
    code, out, said = work.run(file, "--kind", "delivery")
    assert (code, out) == (0, "3 rows: 3 new, 0 known already, 0 rejected.\n")
    assert "order ← order_id" in said
    assert "Not taken: gift wrap" in said
    assert work.stored() == [
        ("A-1:delivery", "Jānis", {"order": "A-1", "amount": 12.5, "delivered_at": "2026-02-02T09:30:00+02:00"}),
        ("A-2:delivery", "Åsa", {"order": "A-2", "amount": 7, "delivered_at": "2026-02-03T10:00:00+00:00"}),
        ("A-3:delivery", "Jānis", {"order": "A-3", "amount": 99, "delivered_at": "2026-02-03T18:00:00+02:00"}),
    ]
    assert len(work.invitations) == 3
    assert work.run(file, "--kind", "delivery")[:2] == (0, "3 rows: 0 new, 3 known already, 0 rejected.\n")
    assert len(work.stored()) == len(work.invitations) == 3


def test_a_bad_row_is_set_aside_with_its_line_and_remedy_and_mended_goes_in(work: Workplace) -> None:
    bad = 'A-4,,Eva,lv,2026-02-04,1,\nA-5,C-5,Ilze,lv,03/04/2026,1,\nA-6,C-6\nA-7,C-7,Li,svenska,,x,\nA-8,"C-8,Bo,sv,2026-02-04,1,\n'
    code, out, _ = work.run(work.write(ORDERS + bad + "A-9,C-9,Una,lv,2026-02-05,1,\n"), "--kind", "delivery")
    assert code == 0
    assert out.startswith("9 rows: 4 new, 0 known already, 5 rejected.\nThe rejected rows are in ")
    assert [(row["line"], row["reason"], row["write_instead"]) for row in work.rejected()] == [
        ("5", "customer_id is empty", "the shop's own id, 1 to 200 characters for the customer"),
        ("6", "delivered_at is no date that can be read in one way only", "2026-03-02 09:30, or name the form of the dates with --dates"),
        (
            "7",
            "the row has 2 cells and the header has 7",
            "as many cells as columns; put a cell that holds the delimiter in quotation marks",
        ),
        (
            "8",
            "delivered_at is empty; lang is not of that form",
            "when it happened; leave out the row where it has not; two letters: en, sv, lv, fr …",
        ),
        ("9", "a quotation mark opens a cell and none closes it", 'close it, and write a quotation mark inside a cell twice: ""'),
    ]
    assert [row[0] for row in work.stored()] == ["A-1:delivery", "A-2:delivery", "A-3:delivery", "A-9:delivery"]
    mended = (work.folder / "orders.rejected.csv").read_text(encoding="utf-8-sig").replace("03/04/2026", "2026-04-03")
    header, *lines = mended.splitlines()
    again = work.write("\n".join([header, next(line for line in lines if "A-5" in line)]), "orders.rejected.csv")
    assert work.run(again, "--kind", "delivery", "--dates", "%Y-%m-%d")[1] == "1 rows: 1 new, 0 known already, 0 rejected.\n"


def test_a_clean_import_takes_the_old_rejects_away(work: Workplace) -> None:
    work.run(work.write(ORDERS.replace("C-2", "")), "--kind", "delivery")
    assert len(work.rejected()) == 1
    work.run(work.write(ORDERS), "--kind", "delivery")
    assert not (work.folder / "orders.rejected.csv").exists()


@pytest.mark.parametrize(("encoding", "warns"), [("utf-8-sig", False), ("utf-16", False), ("latin-1", True)])
def test_other_encodings_are_read_and_a_doubtful_one_is_said_aloud(work: Workplace, encoding: str, warns: bool) -> None:
    _, _, said = work.run(work.write(ORDERS.replace("Jānis", "Jörg").replace(",", ";"), encoding=encoding), "--kind", "delivery")
    assert ("read as latin-1" in said) is warns
    assert [row[1] for row in work.stored()] == ["Jörg", "Åsa", "Jörg"]


def test_an_encoding_can_be_named(work: Workplace) -> None:
    file = work.write(ORDERS.replace("Åsa", "Anna"), encoding="cp1257")
    work.run(file, "--kind", "delivery", "--encoding", "cp1257")
    assert work.stored()[0][1] == "Jānis"
    assert work.run(file, "--kind", "delivery", "--encoding", "utf-8")[0] == 1
    assert work.run(file, "--kind", "delivery", "--encoding", "klingon")[0] == 1


def test_a_mapping_file_and_options_say_what_is_what(work: Workplace) -> None:
    file = work.write("Nr;Who;When;What\n7;C-1;24/12/2025 18:00;delivery\n")
    mapping = work.write(
        'source = "till"\ndates = "%d/%m/%Y %H:%M"\n[columns]\nNr = ["external_id", "order"]\nWho = "customer"\nWhat = "kind"\n', "map.toml"
    )
    code, out, _ = work.run(file, "--map", str(mapping), "--column", "When=occurred_at")
    assert (code, out) == (0, "1 rows: 1 new, 0 known already, 0 rejected.\n")
    assert work.stored() == [("7", "", {"order": "7"})]


def test_a_column_can_tell_something_of_the_customer(work: Workplace) -> None:
    code, _, said = work.run(work.write(ORDERS), "--kind", "delivery", "--column", "gift wrap=customer.wrap")
    assert code == 0
    assert "customer.wrap ← gift wrap" in said
    assert all("wrap" not in str(attributes) for _, _, attributes in work.stored())
    assert work.customers == {"C-1": {"wrap": "blue"}, "C-2": {}}


def test_the_links_of_the_invitations_can_be_written(work: Workplace) -> None:
    work.run(work.write(ORDERS), "--kind", "delivery", "--links", "links.csv")
    work.stored()
    tokens = [invitation.token for invitation in work.invitations]
    with (work.folder / "links.csv").open(encoding="utf-8", newline="") as text:
        links = list(csv.reader(text))
    assert links[0] == ["external_id", "account", "link"]
    assert links[1:] == [[f"A-{number}:delivery", "chat", f"http://127.0.0.1:8000/chat/{token}"] for number, token in enumerate(tokens, 1)]


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (None, [], "There is no file"),
        ("", [], "is empty"),
        ("a,b\n1,2\n", ["--kind", "delivery"], "No column of the file tells"),
        (ORDERS, [], "--kind delivery"),
        (ORDERS, ["--kind", "delivery", "--column", "order_id"], "--column COLUMN=PART"),
        (ORDERS, ["--kind", "delivery", "--timezone", "Mars"], "There is no time zone 'Mars'"),
        (ORDERS, ["--kind", "delivery", "--map", "nowhere.toml"], "cannot be read"),
        (ORDERS, ["--kind", "delivery", "--map", "config.toml"], "is no key of a mapping file"),
    ],
)
def test_what_cannot_be_begun_is_explained(work: Workplace, content: str | None, options: list[str], says: str) -> None:
    file = work.folder / "nothing.csv" if content is None else work.write(content)
    code, out, said = work.run(file, *options)
    assert (code, out) == (1, "")
    assert says in said
    assert "Traceback" not in said


def test_a_survey_that_does_not_exist_stops_the_import_before_anything_is_stored(work: Workplace) -> None:
    work.config.write_text(work.config.read_text(encoding="utf-8").replace("after-purchase", "afterwards"), encoding="utf-8")
    code, _, said = work.run(work.write(ORDERS), "--kind", "delivery")
    assert code == 1
    assert "afterwards" in said
    assert work.stored() == []


def test_a_large_file_is_read_a_chunk_at_a_time(work: Workplace) -> None:
    lines = [f"B-{number},C-{number % 700},,lv,2026-02-02 09:30,{number},\n" for number in range(2500)]
    code, out, _ = work.run(work.write(ORDERS + "".join(lines)), "--kind", "delivery")
    assert (code, out) == (0, "2503 rows: 2503 new, 0 known already, 0 rejected.\n")
    assert len(work.stored()) == 2503
