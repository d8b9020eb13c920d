"""`makegood understand`."""

import json
import subprocess
import sys
from pathlib import Path


def run(arguments: list[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "understand", *arguments], input=text, capture_output=True, timeout=60, check=False
    )


def test_a_line_in_is_a_json_object_out() -> None:
    done = run(["--survey", "after-purchase", "--question", "csat", "--lang", "sv"], b"fyra\n8 or 9\nSTOPP\n\n4 eller 5\r\n")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.decode().splitlines()] == [
        {"text": "fyra", "value": 4, "ask_back": False, "command": None},
        {"text": "8 or 9", "value": None, "ask_back": True, "command": None},
        {"text": "STOPP", "value": None, "ask_back": False, "command": "stop"},
        {"text": "", "value": None, "ask_back": True, "command": None},
        {"text": "4 eller 5", "value": None, "ask_back": True, "command": None},
    ]


def test_a_survey_of_one_s_own_is_read_from_its_file(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "bot" / "surveys" / "bank" / "made-good.toml"
    file = tmp_path / "mine.toml"
    file.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    done = run(["--survey", str(file), "--question", "made_good", "--lang", "lv"], "daļēji\n".encode())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"text": "daļēji", "value": "partly", "ask_back": False, "command": None}


def test_bytes_that_are_no_text_do_not_end_it() -> None:
    done = run(["--survey", "relationship", "--question", "nps"], b"\xff\xfe 9\n10\n")
    assert [json.loads(line)["value"] for line in done.stdout.splitlines()] == [9, 10]


def test_an_unknown_survey_or_question_is_answered_with_those_there_are() -> None:
    nothing = run(["--survey", "nope", "--question", "csat"], b"")
    assert nothing.returncode == 1
    assert b'no survey "nope"' in nothing.stderr and b"after-purchase" in nothing.stderr
    nowhere = run(["--survey", "relationship", "--question", "nope"], b"")
    assert nowhere.returncode == 1
    assert b'no question "nope"' in nowhere.stderr and b"nps" in nowhere.stderr
