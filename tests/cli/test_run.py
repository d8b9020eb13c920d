"""`makegood run` with a configuration of one's own: the first start, the first person, and the next start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.ports import free_port

CONFIG = """
[shop]
name = "Northlight"
url = "https://shop.example"
timezone = "Europe/Stockholm"

[logging]
level = "debug"
"""


@contextmanager
def running(folder: Path, *, ended_by: int = signal.SIGINT) -> Iterator[tuple[str, str]]:
    """The program in that folder: what it printed until it was open, and its address."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKEGOOD_")}
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bot.cli.main", "run", "--port", str(port)],
            cwd=folder,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as program,
    ):
        assert program.stdout is not None
        printed = ""
        for line in program.stdout:
            printed += line
            if "is open at" in line:
                break
        try:
            yield printed, f"http://127.0.0.1:{port}"
        finally:
            program.send_signal(ended_by)
            assert (program.wait(30), program.stdout.read()) == (0, "Closed.\n")
    assert "Traceback" not in (folder / "log").read_text()


def test_a_new_operator_gets_in_with_the_password_that_the_first_start_prints_once(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    with running(tmp_path) as (printed, address):
        password = re.search(r"^    ([a-z2-9-]{19})$", printed, re.MULTILINE)
        assert password is not None, printed
        with httpx.Client(base_url=address, follow_redirects=True, timeout=20) as browser:
            asked = browser.get("/sign-in")
            assert "Nobody is on the staff yet" in asked.text
            csrf = asked.text.partition('name="csrf" value="')[2].partition('"')[0]
            form = {"csrf": csrf, "next": "/staff", "name": "Lena", "password": password[1]}
            answer = browser.post("/sign-in", data=form, headers={"Origin": address})
            assert (answer.url.path, answer.status_code) == ("/staff", 200)
            assert "that is you" in answer.text
    with running(tmp_path, ended_by=signal.SIGTERM) as (printed, _):
        assert printed.count("\n") == 1
    kept = "\n".join(file.read_text(errors="replace") for file in tmp_path.rglob("*") if file.is_file())
    assert password[1] not in kept
