"""A file as it may be kept and passed on: pictures are painted anew, so that nothing but the picture is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from bot.files.sniffing import PICTURES, type_of
from channels.contract import MediaKind

__all__ = ["Clean", "Unfit", "cleaned"]

LONGEST_SIDE = 2560
"""Pixels: as sharp as any screen shows it, and below what platforms take (Telegram: width and height together 10,000)."""
_MOST_PIXELS = 60_000_000
"""What a picture may unfold to: a phone's largest are 50 million. A small file can claim to be far more."""
_JPEG_QUALITY = 88
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class Unfit(Exception):
    """This cannot be kept: `reason` is `wrong_type` or `damaged`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Clean:
    data: bytes
    mime: str
    kind: MediaKind


def cleaned(data: bytes) -> Clean:
    """The file without what it tells beside its picture: place, time, camera, names, and whatever was hidden behind it.

    Pictures become JPEG, or PNG where they were PNG or can be seen through; an animation keeps its first picture. Voice
    notes stay as they are. Takes up to a second for a large photo: call it in a thread.

    Raises:
        Unfit: neither a picture nor a voice note of the types we take, or one that cannot be read.
    """
    mime = type_of(data)
    if not mime:
        raise Unfit("wrong_type")
    if mime not in PICTURES:
        return Clean(data, mime, MediaKind.VOICE)
    try:
        return _painted_anew(data)
    except Unfit:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unfit("damaged") from error  # what Pillow raises for files that are cut off, made up or enormous


def _painted_anew(data: bytes) -> Clean:
    with Image.open(BytesIO(data), formats=_FORMATS) as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise Unfit("damaged")
        was_png = picture.format == "PNG"
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then read in the size that is wanted
        upright = ImageOps.exif_transpose(picture)
        seen_through = upright.has_transparency_data
        plain = upright.convert("RGBA" if seen_through else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain.info.clear()  # the colour profile too: it may name the camera, and a screen shows the picture almost the same without
    written = BytesIO()
    if was_png or seen_through:
        plain.save(written, "PNG")
        return Clean(written.getvalue(), "image/png", MediaKind.PHOTO)
    plain.save(written, "JPEG", quality=_JPEG_QUALITY)
    return Clean(written.getvalue(), "image/jpeg", MediaKind.PHOTO)
