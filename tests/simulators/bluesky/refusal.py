"""How this Bluesky says no."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(Exception):
    """An answer with an HTTP status and Bluesky's name for the error."""

    def __init__(self, status: int, error: str, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {error}: {message}")
        self.status, self.error, self.message, self.headers = status, error, message, headers or {}
