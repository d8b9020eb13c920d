"""What a file is, by its first bytes: never by its name, nor by what its sender says. Pure.

Signatures are those of https://mimesniff.spec.whatwg.org, of RFC 7845 (Opus in Ogg) and of ISO/IEC 14496-12 (`ftyp`).
"""

from __future__ import annotations

__all__ = ["PICTURES", "type_of"]

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_OGG_PAGE = 64
"""Bytes within which the first page of an Ogg stream names its codec."""


def type_of(data: bytes) -> str:
    """The MIME type of a picture or a voice note that we take; empty for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:4] == b"OggS" and b"OpusHead" in data[:_OGG_PAGE]:
        return "audio/ogg"
    if data[4:8] == b"ftyp":
        return "audio/mp4"
    return next((mime for beginning, mime in _BEGINNINGS if data.startswith(beginning)), "")
