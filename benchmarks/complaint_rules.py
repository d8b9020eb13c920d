"""How well the rules of tier one find complaints by words alone: recall, precision and false alarms a data set.

Run with `python -m benchmarks.complaint_rules`. The texts lie beside the project and are not part of it; without them
nothing is measured. Scores are not shown to the rules, and rows that nobody labelled are left out.
Of `lv_tweets` only the rows labelled pos and neu count: the rules must stay quiet there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.complaints.detection import detect

DATA = Path(__file__).parents[2] / "shared" / "data"
SETS = (
    "xci_complaints",
    "nhs_fft_v6",
    "nhs_feedback_p1",
    "en_service_reviews",
    "sv_reviews",
    "lv_tweets",
    "fr_shop_reviews",
    "fr_retail_reviews",
    "olist_reviews",
    "olist_classified",
)
ROUTES = {
    "staff_service": "service",
    "delivery_quality": "delivery_condition",
    "delivery_other": "delivery_speed",
    "website_checkout": "website",
    "product_quality": "product",
    "returns_refund": "returns",
    "trust_privacy_safety": "trust_safety",
}
"""The sets' names for our departments, where they differ."""


def measure(name: str, *, show: str = "", most: int = 40) -> dict[str, Any] | None:
    file = DATA / f"{name}.dev.jsonl"
    if not file.exists():
        return None
    counts: Counter[str] = Counter()
    blamed: Counter[str] = Counter()
    spent = 0.0
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["complaint"] is None:
            continue
        began = time.perf_counter()
        finding = detect(row["lang"], row["text"])
        spent += time.perf_counter() - began
        outcome = ("hit" if finding else "missed") if row["complaint"] else ("alarm" if finding else "quiet")
        counts[outcome] += 1
        if finding and row["complaint"] and row.get("route"):
            counts["routed"] += 1
            counts["routed_right"] += bool({ROUTES.get(route, route) for route in row["route"]} & set(finding.departments))
        if finding and row["complaint"] and row.get("severity"):
            counts["graded"] += 1
            counts["graded_near"] += abs(finding.severity - row["severity"]) <= 1
        if outcome == "alarm" and finding:
            blamed.update(finding.signs)
        if outcome == show and counts[outcome] <= most:
            sys.stdout.write(f"{outcome} {finding.signs if finding else ''} {row['text'][:300]}\n")
    return {"set": name, "micros": 1e6 * spent / max(1, counts.total()), "blamed": blamed, **counts}


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", nargs="*", default=SETS)
    options.add_argument("--show", choices=("alarm", "missed"), default="", help="print texts that were judged so")
    options.add_argument("--most", type=int, default=40, help="how many of them")
    chosen = options.parse_args()
    console = Console(width=140)
    figures = ("recall", "precision", "false alarms (aim: ≤ 5 %)", "department found", "severity ±1", "µs a text")
    table = Table("set", "n", *figures, "most false alarms by")
    for name in chosen.sets:
        found = measure(name, show=chosen.show, most=chosen.most)
        if found is None:
            console.print(f"{name}: not measured, the data is not here")
            continue
        hit, missed, alarm, quiet = (found.get(outcome, 0) for outcome in ("hit", "missed", "alarm", "quiet"))
        table.add_row(
            name,
            f"{hit + missed + alarm + quiet}",
            share(hit, hit + missed),
            share(hit, hit + alarm),
            share(alarm, alarm + quiet),
            share(found.get("routed_right", 0), found.get("routed", 0)),
            share(found.get("graded_near", 0), found.get("graded", 0)),
            f"{found['micros']:.0f}",
            ", ".join(f"{sign} {count}" for sign, count in found["blamed"].most_common(8)),
        )
    console.print(table)


if __name__ == "__main__":
    main()
