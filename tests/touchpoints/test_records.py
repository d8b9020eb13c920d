from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.touchpoints.records import LINE_LIMIT, Broken, Record, encoding_of, guess_delimiter, records


def read(text: str, delimiter: str = ",") -> list[Record | Broken]:
    return list(records(io.StringIO(text, newline=""), delimiter))


def test_records_know_the_line_they_begin_on() -> None:
    text = 'a,b\r\n1,"two\r\nlines"\r\n\r\n , \n3,"say ""hi"""'
    assert read(text) == [Record(1, ["a", "b"]), Record(2, ["1", "two\r\nlines"]), Record(6, ["3", 'say "hi"'])]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_only() -> None:
    text = '1,a\n2,"b\n' + "".join(f"{number},c\n" for number in range(3, 300))
    found = read(text)
    assert [one.line for one in found] == list(range(1, 300))
    broken = [one for one in found if isinstance(one, Broken)]
    assert [(one.line, one.text, one.why) for one in broken] == [(2, '2,"b', "a quotation mark opens a cell and none closes it")]


def test_two_of_them_do_not_swallow_what_lies_between() -> None:
    found = read('1,"a\n2,b\n3,c"x\n4,d\n')
    assert [type(one).__name__ for one in found] == ["Broken", "Record", "Record", "Record"]
    assert found[2] == Record(3, ["3", 'c"x'])


def test_inches_are_no_quotation() -> None:
    assert read('1,5" pipe\n2,6" pipe\n') == [Record(1, ["1", '5" pipe']), Record(2, ["2", '6" pipe'])]


def test_a_mark_inside_a_quoted_cell_is_explained() -> None:
    (broken, good) = read('1,"a "b" c"\n2,d\n')
    assert isinstance(broken, Broken)
    assert (broken.line, broken.why) == (1, "a quotation mark stands in the middle of a quoted cell")
    assert good == Record(2, ["2", "d"])


def test_a_line_without_end_is_no_row_and_does_not_fill_the_memory() -> None:
    found = read("1,a\n" + "x" * (LINE_LIMIT + 10) + "\n2,b\n")
    assert [type(one).__name__ for one in found] == ["Record", "Broken", "Record", "Record"]
    assert isinstance(found[1], Broken)
    assert len(found[1].text) == 1000
    assert found[1].why == "the line is too long to be one row"


cells = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=2, max_size=4)


@given(st.lists(cells, max_size=8), st.sampled_from(",;\t|"))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    found = read(text.getvalue(), delimiter)
    assert [one.cells for one in found if isinstance(one, Record)] == [row for row in rows if any(cell.strip() for cell in row)]
    assert len(found) == sum(isinstance(one, Record) for one in found)


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=60))
def test_whatever_stands_in_a_file_every_line_is_accounted_for_in_order(text: str) -> None:
    lines = [one.line for one in read(text)]
    assert lines == sorted(set(lines))
    marked = [f"row{number},x\n" for number in range(5)]
    found = read(text.replace("\r", "").replace('"', "") + "\n" + "".join(marked))
    assert [one.cells[0] for one in found if isinstance(one, Record)][-5:] == [f"row{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("header", "delimiter"), [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ("a|b|c,d", "|"), ('"Price, net";b;c', ";"), ("alone", ",")]
)
def test_the_delimiter_is_what_the_header_has_most_of(header: str, delimiter: str) -> None:
    assert guess_delimiter(header) == delimiter


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Jānis".encode(), "utf-8"),
        ("Jānis".encode("utf-8-sig"), "utf-8-sig"),
        ("Jānis".encode("utf-16"), "utf-16"),
        ("Åsa".encode("latin-1"), "latin-1"),
        (b"a" * (1 << 20) + "ā".encode() + b"a", "utf-8"),
        (b"a" * ((1 << 20) - 1) + "ā".encode(), "utf-8"),
        ("ā".encode()[:1], "latin-1"),
        (b"", "utf-8"),
    ],
)
def test_the_encoding_is_found_by_its_mark_or_by_reading_it_all(tmp_path: Path, content: bytes, encoding: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    assert encoding_of(file) == encoding
