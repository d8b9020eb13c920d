"""How long a test waits for what should come at once: a machine that does other work besides may stand still for seconds.

A test that says how fast something is would fail there for nothing; one that fails says that something never came.
"""

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["PATIENCE", "caller"]

PATIENCE = 90.0
"""Seconds."""


def caller(url: str = "", **options: Any) -> httpx.AsyncClient:
    """Somebody who asks over HTTP, and waits for the answer."""
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE, **options)
