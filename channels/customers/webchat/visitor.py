"""Who is at the other end: the conversation's id in a signed cookie, the page's language, and the origin of a post."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Cookie", "Visitor", "best_lang", "foreign"]

_NAME = "makegood_chat"
_YEAR = 365 * 24 * 3600
_ADDRESS = re.compile(r"[A-Za-z0-9_-]{22}")
_TAG = re.compile(r"[A-Za-z]{2}(-|$)")
_WEIGHT = re.compile(r"[01](\.[0-9]{0,3})?")


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser's conversation. `lang` is the language they read (ISO 639-1), `known` whether it came with a cookie."""

    address: str
    lang: str
    known: bool


class Cookie:
    """The cookie that makes a browser the owner of its conversation.

    It is signed, so that an address read elsewhere (a log, an export, the desk) does not open the conversation.
    """

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._serializer = URLSafeSerializer(secret, salt="webchat-visitor")
        self._secure = secure

    def read(self, request: Request) -> tuple[str, str] | None:
        """The address and language it holds, or None where there is none of ours."""
        try:
            held = self._serializer.loads(request.cookies.get(_NAME, ""))
        except BadSignature:
            return None
        match held:
            case [str(address), str(lang)] if _ADDRESS.fullmatch(address):
                return address, lang
        return None

    def is_forged(self, request: Request) -> bool:
        """Whether it bears a cookie that we have not signed."""
        return _NAME in request.cookies and self.read(request) is None

    def write(self, response: Response, visitor: Visitor) -> None:
        value = self._serializer.dumps([visitor.address, visitor.lang])
        response.set_cookie(_NAME, str(value), max_age=_YEAR, path="/chat", secure=self._secure, httponly=True, samesite="lax")

    def visitor(self, request: Request, langs: Collection[str]) -> Visitor:
        """Whom the cookie names, or somebody new. A `?lang=` of ours changes the language for good."""
        held = self.read(request)
        wanted = request.query_params.get("lang", "")
        address, lang = held or (secrets.token_urlsafe(16), best_lang(request.headers.get("accept-language", ""), langs))
        return Visitor(address, wanted if wanted in langs else lang, known=held is not None)


def best_lang(accepted: str, langs: Collection[str]) -> str:
    """The first language of an `Accept-Language` header (by its weights) that is one of `langs`, else simply the first."""
    weighed: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        if _TAG.match(tag) and _WEIGHT.fullmatch(weight or "1"):
            weighed.append((-float(weight or 1), tag[:2].lower()))
    ordered = [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
    return next((tag for tag in ordered if tag in langs), ordered[0] if ordered else "en")


def foreign(request: Request) -> bool:
    """Whether a post was made by another site's page.

    Browsers name the page's origin on every POST; where it is named it must be this host's. A client that names none
    is no browser and carries nobody's cookie.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
