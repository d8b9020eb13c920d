"""`makegood run` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE
from tests.ports import free_port

__all__ = ["running"]


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
            assert (program.wait(PATIENCE), program.stdout.read()) == (0, "Closed.\n")
    assert "Traceback" not in (folder / "log").read_text()
