"""The rows that could not be taken, in a file beside the one they came from: mended, it can be imported itself."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from bot.touchpoints.rows import Refusal

__all__ = ["Rejects"]


class Rejects:
    """Writes `FILE.rejected.csv`; there is none where nothing was rejected, and an earlier one goes."""

    def __init__(self, file: Path, header: Sequence[str]) -> None:
        self.path = file.with_suffix(".rejected.csv")
        self.count = 0
        self._header = header
        self._open: TextIO | None = None
        self._writer: Any = None
        self.path.unlink(missing_ok=True)

    def add(self, line: int, cells: Sequence[str], refusals: Sequence[Refusal]) -> None:
        """Keep the row of that line with everything that is wrong with it."""
        if self._open is None:
            # With a mark, so that spreadsheets read it as UTF-8.
            self._open = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._open)
            self._writer.writerow(["line", "reason", "write_instead", *self._header])
        reasons = "; ".join(refusal.reason for refusal in refusals)
        self._writer.writerow([line, reasons, "; ".join(refusal.write for refusal in refusals), *cells])
        self.count += 1

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._open is not None:
            self._open.close()
