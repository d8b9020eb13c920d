"""How well each tier finds complaints, set by set and language by language, with VADER as the floor.

Sets that were learned from are marked; `--unseen` learns five times without a fifth of them and measures that fifth.
The texts lie beside the project and are no part of it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.detection.measures import figures
from benchmarks.detection.speed import speed_table
from benchmarks.detection.tiers import Tier, core, floor, labelled_rows, semantic, unseen
from benchmarks.training.texts import DATA, OWN, rows_of
from bot.complaints.model.opinion import COMPLAINT_FROM
from bot.complaints.model.semantic import is_there

LEARNED = ("own", "xci_complaints", "nhs_feedback_p1", "nhs_fft_v6", "mabsa_aspects")
MEASURED = (
    "en_service_reviews",
    "airline_tweets",
    "sv_reviews",
    "fr_shop_reviews",
    "fr_retail_reviews",
    "fr_insurance_reviews",
    "lv_tweets",
    "olist_classified",
    "olist_reviews",
    "germeval2017_bahn",
)
COLUMNS = {
    "n": "n",
    "auc": "AUC",
    "recall_at_10": "recall at 10 % false alarms",
    "macro_f1": "macro-F1",
    "false_alarms": "false alarms",
    "found": "found",
    "hidden_found": "found behind 4–5 stars",
    "severity_exact": "severity exact",
    "severity_near": "±1",
    "severity_off": "mean error",
    "top_1": "routing top-1",
    "top_2": "top-2",
}
Rows = list[dict[str, Any]]


def measured(name: str, tiers: dict[str, Tier]) -> list[tuple[str, str, dict[str, float]]]:
    """The figures of one set, by language and tier."""
    told = []
    for lang, rows in _by_language(name).items():
        for tier, judge in tiers.items():
            judged = judge(name, rows)
            if judged:
                told.append((lang, tier, figures(rows, judged)))
    return told


def _by_language(name: str) -> dict[str, Rows]:
    """The labelled rows; of `lv_tweets` those that nothing was learned from."""
    found: dict[str, Rows] = {}
    for row in labelled_rows() if name == OWN else rows_of(name):
        if row["complaint"] is not None and not str(row.get("corpus", "")).startswith(("LTEC", "FnTm")):
            found.setdefault(str(row["lang"]), []).append(row)
    return found


def show(name: str, which: str) -> None:
    """Texts that tier one got wrong, to learn why."""
    for rows in _by_language(name).values():
        wrong = [
            (one.complaint, row["text"])
            for row, one in zip(rows, core(name, rows), strict=True)
            if bool(row["complaint"]) == (which == "missed") and (one.complaint < COMPLAINT_FROM) == (which == "missed")
        ]
        for probability, text in wrong[:40]:
            print(f"{probability:.2f} {text[:300]}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", nargs="*", default=[*LEARNED, *MEASURED])
    options.add_argument("--unseen", action="store_true", help="measure the learned sets by five folds (takes minutes)")
    options.add_argument("--show", choices=("alarm", "missed"), default="", help="print forty texts that tier one judged so")
    options.add_argument("--report", type=Path, help="write the figures as JSON")
    chosen = options.parse_args()
    console = Console(width=220)
    if not DATA.is_dir():
        console.print(f"Nothing is measured: the labelled sets are expected in {DATA}.")
        return
    tiers: dict[str, Tier] = {"floor": floor, "core": core}
    if is_there():
        tiers["semantic"] = semantic
    if chosen.unseen:
        tiers |= unseen()
    if chosen.show:
        for name in chosen.sets:
            show(name, chosen.show)
        return
    table = Table("set", "language", "tier", *COLUMNS.values())
    report: dict[str, Any] = {}
    for name in chosen.sets:
        for lang, tier, told in measured(name, tiers):
            learned = " (learned from)" if name in LEARNED and "unseen" not in tier and tier != "floor" else ""
            shown = (f"{told[key]:.3f}" if key != "n" and key in told else str(int(told[key])) if key in told else "" for key in COLUMNS)
            table.add_row(name, lang, tier + learned, *shown)
            report[f"{name} {lang} {tier}"] = told
        table.add_section()
    console.print(table)
    console.print(speed_table())
    if chosen.report:
        chosen.report.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
