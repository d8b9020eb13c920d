"""A test tool. How the played Telegram says no."""

from __future__ import annotations

from typing import Any

__all__ = ["Refusal", "bad_request", "conflict", "flood", "forbidden"]


class Refusal(Exception):
    """An answer with `ok: false`: HTTP status, description, and the JSON `parameters` where there are any."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(what: str, **parameters: Any) -> Refusal:
    return Refusal(400, f"Bad Request: {what}", **parameters)


def forbidden(what: str) -> Refusal:
    return Refusal(403, f"Forbidden: {what}")


def conflict(what: str) -> Refusal:
    return Refusal(409, f"Conflict: {what}")


def flood(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
