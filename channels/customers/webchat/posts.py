"""What the page's forms send, read and checked: nothing is handed on that is not whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile

from channels.contract import CHOICE_REF_LIMIT, HeardKind, card_place
from channels.customers.webchat.limits import PHOTO_BYTES, TEXT_CHARACTERS, image_type

__all__ = ["Photo", "Posted", "Trouble", "chose", "is_token", "photographed", "said", "started"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_ONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Trouble(Exception):
    """Why a post is not taken: `what` names the words that say so, `status` is the HTTP answer."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(what)
        self.what = what
        self.status = status


@dataclass(frozen=True, slots=True)
class Photo:
    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Posted:
    """One thing done on the page. `once` is the page's own name for it: posted again it is the same event."""

    kind: HeardKind
    once: str
    text: str = ""
    choice: str = ""
    token: str = ""
    photo: Photo | None = None


def is_token(text: str) -> bool:
    """Whether this may be an invitation's token at all, or a comment card's."""
    return _TOKEN.fullmatch(text) is not None or card_place(text) is not None


async def started(form: FormData) -> Posted:
    token = _field(form, "token")
    if token and not is_token(token):
        raise Trouble("malformed", 400)
    # An invitation is opened once; a card that hangs on a counter is filled in by the same customer many times.
    once = _once(form) if card_place(token) is not None else ""
    return Posted(HeardKind.START, f"start:{token}{once and ':' + once}", token=token)


async def said(form: FormData) -> Posted:
    text = _field(form, "text").replace("\r\n", "\n").strip()
    if not text:
        raise Trouble("empty", 400)
    if len(text) > TEXT_CHARACTERS:
        raise Trouble("too_long", 413)
    return Posted(HeardKind.TEXT, _once(form), text=text)


async def chose(form: FormData) -> Posted:
    ref = _field(form, "choice")
    if not ref or not ref.isascii() or len(ref) > CHOICE_REF_LIMIT:
        raise Trouble("malformed", 400)
    return Posted(HeardKind.CHOICE, f"{_once(form)}:{ref}", choice=ref)


async def photographed(form: FormData) -> Posted:
    once, sent = _once(form), form.get("photo")
    data = await sent.read() if isinstance(sent, UploadFile) else b""
    if not data:
        raise Trouble("empty", 400)
    if len(data) > PHOTO_BYTES:
        raise Trouble("too_big", 413)
    mime = image_type(data)
    if not mime:
        raise Trouble("not_a_photo", 415)
    return Posted(HeardKind.MEDIA, once, photo=Photo(data, mime))


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str):
        raise Trouble("malformed", 400)
    return value


def _once(form: FormData) -> str:
    once = _field(form, "once")
    if not _ONCE.fullmatch(once):
        raise Trouble("malformed", 400)
    return once
