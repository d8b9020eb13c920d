"""What tier one costs: a text on one core, and what loading it takes in time and memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from rich.table import Table

from benchmarks.training.texts import own_examples
from bot.complaints.model.heads import shipped
from bot.complaints.model.opinion import judged

__all__ = ["speed_table"]

LIMITS = {"a text, mean": "1 ms", "loading": "100 ms", "memory": "30 MB"}
_LOADING = """
import time
from pathlib import Path
from bot.complaints.signs import known_signs
known_signs()
def memory(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
before, began = memory(), time.process_time()
from bot.complaints.model.opinion import opinion
opinion("the parcel never arrived", "en")
print(time.process_time() - began, memory() - before)
"""
"""Of the model alone: the rules' files are read before."""


def speed_table() -> Table:
    """Processor time, so that a busy machine tells the same."""
    heads, texts = shipped(), own_examples()
    spent = []
    for text in texts:
        began = time.process_time()
        judged(heads, text.text, text.lang)
        spent.append(time.process_time() - began)
    loading, memory = map(
        float, subprocess.run([sys.executable, "-c", _LOADING], capture_output=True, text=True, check=True).stdout.split()
    )
    found = {
        "a text, mean": f"{1e3 * statistics.mean(spent):.2f} ms",
        "loading": f"{1e3 * loading:.0f} ms",
        "memory": f"{memory:.1f} MB",
    }
    table = Table(
        "tier one",
        "found",
        "limit",
        title=f"our own {len(texts)} examples, {statistics.mean(len(one.text) for one in texts):.0f} characters",
    )
    for name, limit in LIMITS.items():
        table.add_row(name, found[name], limit)
    return table
