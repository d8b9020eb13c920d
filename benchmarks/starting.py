"""How long an operator waits: for the command line, and for the shop to be open.

Run with `python -m benchmarks.starting`. It exits with an error when a limit is missed.

The shop is `makegood run` in an empty folder and again in the same one: the first start makes the database. The sample
shop has no configuration; the other one talks to customers and staff on Telegram, which here does not answer. A shop
counts as open when the home page has been answered in full.
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
from collections import defaultdict
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


TELEGRAM = """
[shop]
name = "Fjord & Field"
url = "https://shop.example"
timezone = "Europe/Stockholm"
[channels.shop]
kind = "telegram"
token = "1234567:the-shops"
api_base = "http://127.0.0.1:9"
[staff.channels.desk]
kind = "telegram"
token = "7654321:the-desks"
api_base = "http://127.0.0.1:9"
[console]
sign_in = "none"
"""


def seconds_to_open(folder: str) -> float:
    """Start the shop in this folder, wait for its home page, and close it."""
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
        answer.read()
        return answer.status < 400
    except ConnectionError:
        return False
    finally:
        line.close()


def told(taken: list[float]) -> str:
    return f"{statistics.median(taken) * 1000:,.0f} ms  ({min(taken) * 1000:,.0f}…{max(taken) * 1000:,.0f})"


def main() -> int:
    bare, help_told = seconds(sys.executable, "-c", ""), seconds(MAKEGOOD, "--help")
    starts: dict[str, list[float]] = defaultdict(list)
    for _ in range(STARTS):
        for shop, config in (("sample shop", ""), ("shop on Telegram", TELEGRAM)):
            with tempfile.TemporaryDirectory(prefix="makegood-benchmark-") as folder:
                if config:
                    (Path(folder) / "config.toml").write_text(config)
                starts[f"{shop}, first"].append(seconds_to_open(folder))
                starts[f"{shop}, again"].append(seconds_to_open(folder))
    return report(
        "Starting: median and range",
        [
            Figure("python, doing nothing", told(bare)),
            Figure("makegood --help", told(help_told), f"< {HELP_LIMIT * 1000:.0f} ms", statistics.median(help_told) < HELP_LIMIT),
            *(
                Figure(name, told(taken), f"< {START_LIMIT * 1000:,.0f} ms", statistics.median(taken) < START_LIMIT)
                for name, taken in starts.items()
            ),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
