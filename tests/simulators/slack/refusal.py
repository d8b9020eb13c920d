"""A test tool. How the played Slack says no."""

from __future__ import annotations

from typing import Any

__all__ = ["Refusal", "flood", "invalid_blocks"]


class Refusal(Exception):
    """An answer with `ok: false`: nearly always with status 200, as Slack's own are."""

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.status, self.headers = status, headers or {}
        self.content = {"ok": False, "error": code} | more


def flood(seconds: int) -> Refusal:
    return Refusal("ratelimited", status=429, headers={"Retry-After": str(seconds)})


def invalid_blocks(faults: list[str]) -> Refusal:
    told = [f"[ERROR] {fault}" for fault in faults]
    return Refusal("invalid_blocks", errors=faults, response_metadata={"messages": told})
