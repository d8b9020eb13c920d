"""What is left of a file when it is kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.files.cleaning import LONGEST_SIDE, Unfit, cleaned
from channels.contract import MediaKind
from tests.pictures import VOICE, photo, size_of

_MP4 = b"\x00\x00\x00\x20ftypM4A " + bytes(64)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_without_place_camera_and_whatever_is_hidden_behind_it(form: str) -> None:
    sent = photo(form=form) + b"<script>hidden</script>"
    clean = cleaned(sent)
    assert b"Secret Camera" in sent and b"Secret Camera" not in clean.data and b"script" not in clean.data
    with Image.open(BytesIO(clean.data)) as kept:
        assert dict(kept.getexif()) == {} and not {"exif", "icc_profile", "comment", "xmp"} & set(kept.info)
        assert kept.size == (64, 48) and kept.convert("RGB").getpixel((10, 10))[0] > 180


def test_a_photo_that_was_held_sideways_is_upright() -> None:
    assert size_of(cleaned(photo(64, 48, turned=6)).data) == (48, 64)


def test_a_large_photo_is_made_as_small_as_a_screen_shows_it() -> None:
    assert size_of(cleaned(photo(6000, 4000)).data) == (LONGEST_SIDE, 1707)


def test_what_can_be_seen_through_stays_so() -> None:
    written = BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(written, "WEBP", lossless=True)
    clean = cleaned(written.getvalue())
    assert clean.mime == "image/png"
    with Image.open(BytesIO(clean.data)) as kept:
        assert kept.getpixel((4, 4))[3] == 0


def test_an_animation_keeps_its_first_picture() -> None:
    written = BytesIO()
    red, blue = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    red.save(written, "GIF", save_all=True, append_images=[blue])
    clean = cleaned(written.getvalue())
    with Image.open(BytesIO(clean.data)) as kept:
        assert getattr(kept, "n_frames", 1) == 1 and kept.convert("RGB").getpixel((4, 4))[0] > 200


@pytest.mark.parametrize(("sent", "mime"), [(VOICE, "audio/ogg"), (_MP4, "audio/mp4")])
def test_a_voice_note_is_known_by_its_first_bytes_and_stays_as_it_is(sent: bytes, mime: str) -> None:
    clean = cleaned(sent)
    assert (clean.data, clean.mime, clean.kind) == (sent, mime, MediaKind.VOICE)


@pytest.mark.parametrize(
    "sent", [b"", b"%PDF-1.7 receipt", b"MZ\x90\x00", b"<svg onload='x'>", b"OggS theora", b"RIFF\x00\x00\x00\x00AVI "]
)
def test_what_is_no_picture_and_no_voice_note_is_not_taken_whatever_it_is_called(sent: bytes) -> None:
    with pytest.raises(Unfit) as unfit:
        cleaned(sent)
    assert unfit.value.reason == "wrong_type"


def _claims_to_be_huge() -> bytes:
    written = BytesIO()
    Image.new("1", (12_000, 12_000)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("sent", [photo()[:300], b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff\xe0rubbish", _claims_to_be_huge()])
def test_a_picture_that_is_cut_off_made_up_or_enormous_is_not_taken(sent: bytes) -> None:
    with pytest.raises(Unfit) as unfit:
        cleaned(sent)
    assert unfit.value.reason == "damaged"
