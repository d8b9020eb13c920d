"""A test tool. What people attach to posts and messages, and where the played X keeps it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

__all__ = ["PRIVATE", "PUBLIC", "Medium", "kept_at"]

Json = dict[str, Any]
PUBLIC, PRIVATE = "https://pbs.twimg.com", "https://ton.twitter.com"
"""X's own hosts for what is attached to posts, and for what is attached to messages."""
_KINDS = {"photo": "3", "video": "7"}


@dataclass(slots=True)
class Medium:
    number: str
    content: bytes
    private: bool
    gone: bool = False

    @property
    def kind(self) -> str:
        return "video" if self.content[4:8] == b"ftyp" else "photo"

    @property
    def key(self) -> str:
        return f"{_KINDS[self.kind]}_{self.number}"

    @property
    def path(self) -> str:
        return f"/1.1/ton/data/dm/{self.number}1/{self.number}/aB-c_{self.number}.jpg" if self.private else f"/media/aB-c_{self.number}.jpg"

    @property
    def address(self) -> str:
        return f"{PRIVATE if self.private else PUBLIC}{self.path}"

    def shown(self, fields: Collection[str]) -> Json:
        """As X's API gives it: an address of pictures alone."""
        has_address = "url" in fields and self.kind == "photo"
        return {"media_key": self.key, "type": self.kind} | ({"url": self.address} if has_address else {})

    def pushed(self) -> Json:
        """As an object of the older API: of a film, the address of a picture of it."""
        plain = self.address if self.private else self.address.replace("https:", "http:")
        return {"id_str": self.number, "type": self.kind, "media_url": plain, "media_url_https": self.address}


def kept_at(path: str) -> str:
    """Which store of X's has this path: what calls to it are counted as, empty where it is none."""
    return "picture" if path.startswith("/media/") else "private_picture" if path.startswith("/1.1/ton/data/dm/") else ""
