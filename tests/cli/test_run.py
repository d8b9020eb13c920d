"""`makegood run` with a configuration of one's own: the first start, the first person, and the next start."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.cli.program import running
from tests.patience import PATIENCE

CONFIG = """
[shop]
name = "Northlight"
url = "https://shop.example"
timezone = "Europe/Stockholm"

[logging]
level = "debug"
"""


def test_a_new_operator_gets_in_with_the_password_that_the_first_start_prints_once(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    with running(tmp_path) as (printed, address):
        password = re.search(r"^    ([a-z2-9-]{19})$", printed, re.MULTILINE)
        assert password is not None, printed
        with httpx.Client(base_url=address, follow_redirects=True, timeout=PATIENCE) as browser:
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


def test_where_the_port_is_taken_it_is_said_how_to_take_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "bot.cli.main", "run", "--port", str(port)]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 1
    assert (
        f"another program listens there already.\nStop the other one, or choose another port: MAKEGOOD_SERVER__PORT={port + 1}"
        in ended.stderr
    )
