"""Pictures for the tests, as cameras and strangers make them."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image

__all__ = ["VOICE", "noise", "photo", "size_of"]

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
VOICE = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(200)


def photo(wide: int = 64, high: int = 48, *, form: str = "JPEG", camera: str = "Secret Camera", turned: int = 1) -> bytes:
    """A photo with a place, a camera's name and perhaps a turn in its EXIF."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = camera, turned
    exif.get_ifd(GPS)[2] = (56.0, 57.0, 0.0)
    written = BytesIO()
    Image.new("RGB", (wide, high), (200, 30, 40)).save(written, form, exif=exif)
    return written.getvalue()


def noise(wide: int, high: int) -> bytes:
    """A picture that no format makes small."""
    written = BytesIO()
    Image.frombytes("RGB", (wide, high), Random(1).randbytes(wide * high * 3)).save(written, "PNG")
    return written.getvalue()


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(picture)) as opened:
        return opened.size
