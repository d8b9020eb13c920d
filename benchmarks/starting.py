"""How long an operator waits: for the command line, and for the shop to be open.

Run with `python -m benchmarks.starting`. It exits with an error when a limit is missed.

The shop is `makegood run` without a configuration, in an empty folder and again in the same one: the first start makes
the database. It counts as open when the home page has been answered in full.
"""

from __future__ import annotations

import http.client
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Figure, report

HELP_RUNS, STARTS = 10, 5
HELP_LIMIT = 0.3
"""Seconds for `makegood --help`: what feels like at once."""
START_LIMIT = 2.0
"""Seconds from the command to the first page."""
MAKEGOOD = Path(sys.executable).with_name("makegood")


def seconds(*command: str | Path) -> list[float]:
    """What each of the runs took, a first one left out that fills the caches."""
    taken = []
    for _ in range(HELP_RUNS + 1):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - begun)
    return taken[1:]


def seconds_to_open(folder: str) -> float:
    """Start the sample shop in this folder, wait for its home page, and close it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun = time.perf_counter()
    shop = subprocess.Popen([MAKEGOOD, "run", "--port", str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(port):
            if shop.poll() is not None:
                raise RuntimeError(f"makegood run ended with {shop.returncode}")
            if time.perf_counter() - begun > 30:
                raise TimeoutError("the shop did not open in 30 seconds")
            time.sleep(0.01)
        return time.perf_counter() - begun
    finally:
        shop.send_signal(signal.SIGINT)
        shop.wait(10)


def answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/")
        answer = line.getresponse()
        return bool(answer.read()) and answer.status == 200
    except ConnectionError:
        return False
    finally:
        line.close()


def told(taken: list[float]) -> str:
    return f"{statistics.median(taken) * 1000:,.0f} ms  ({min(taken) * 1000:,.0f}…{max(taken) * 1000:,.0f})"


def main() -> int:
    bare, help_told = seconds(sys.executable, "-c", ""), seconds(MAKEGOOD, "--help")
    first, again = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory(prefix="makegood-benchmark-") as folder:
            first.append(seconds_to_open(folder))
            again.append(seconds_to_open(folder))
    return report(
        "Starting: median and range",
        [
            Figure("python, doing nothing", told(bare)),
            Figure("makegood --help", told(help_told), f"< {HELP_LIMIT * 1000:.0f} ms", statistics.median(help_told) < HELP_LIMIT),
            *(
                Figure(f"makegood run, {which}", told(taken), f"< {START_LIMIT * 1000:,.0f} ms", statistics.median(taken) < START_LIMIT)
                for which, taken in (("first", first), ("again", again))
            ),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
