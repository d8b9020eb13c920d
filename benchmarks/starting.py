"""How long an operator waits for the command line, beside what is bearable.

Run with `python -m benchmarks.starting`. It exits with an error when a limit is missed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

RUNS = 10
LIMIT = 0.3
"""Seconds for `makegood --help`: what feels like at once."""


def seconds(*command: str | Path) -> list[float]:
    """What each of the runs took, a first one left out that fills the caches."""
    taken = []
    for _ in range(RUNS + 1):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - begun)
    return sorted(taken[1:])


def main() -> int:
    python = Path(sys.executable)
    bare, told = seconds(python, "-c", ""), seconds(python.with_name("makegood"), "--help")
    table = Table("", "median", "slowest", "limit", title=f"{RUNS} runs each, in milliseconds")
    table.add_row("python, doing nothing", f"{statistics.median(bare) * 1000:.0f}", f"{bare[-1] * 1000:.0f}", "")
    table.add_row("makegood --help", f"{statistics.median(told) * 1000:.0f}", f"{told[-1] * 1000:.0f}", f"{LIMIT * 1000:.0f}")
    Console().print(table)
    return 0 if told[-1] < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
