"""Which of the things that people send are fetched, and the row that says so. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from channels.contract import Heard, Media, MediaKind
from storage.files import CUSTOMER, FileState
from storage.ids import new_id

__all__ = ["numbered", "received_row"]


def numbered(heard: Heard) -> Heard:
    """The same, with a number of ours for the picture or voice note that came with it, where one did."""
    media = heard.media
    return replace(heard, media=replace(media, file=new_id())) if media and _is_wanted(media) else heard


def _is_wanted(media: Media) -> bool:
    return media.kind in (MediaKind.PHOTO, MediaKind.VOICE) or (media.kind is MediaKind.DOCUMENT and media.mime.startswith("image/"))


def received_row(heard: Heard, media: Media, now: datetime, *, customer_id: int, sender: str = CUSTOMER, **where: Any) -> dict[str, Any]:
    """The row of a file that was sent, by its number; `where` are its `dialog_id` and `case_id`."""
    return {
        "id": media.file,
        "account": heard.account,
        "address": heard.address,
        "ref": media.ref,
        "customer_id": customer_id,
        "sender": sender,
        "kind": (MediaKind.VOICE if media.kind is MediaKind.VOICE else MediaKind.PHOTO).value,
        "mime": media.mime,
        "size": (media.size or 0) if media.digest else 0,
        "sha256": media.digest or None,
        "state": (FileState.KEPT if media.digest else FileState.WANTED).value,
        "due_at": now,
        "at": now,
        "dialog_id": where.get("dialog_id"),
        "case_id": where.get("case_id"),
    }
