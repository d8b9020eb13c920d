"""The pages of the web chat, rendered on the server: the script only puts in place what comes from here."""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from channels.customers.webchat.embedding import frame_ancestors
from channels.customers.webchat.limits import TEXT_CHARACTERS
from channels.customers.webchat.lines import Line, element, fold

__all__ = ["STATIC", "Page", "from_mark", "mark"]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; "
)
_HEADERS = {
    "Cache-Control": "no-store",
    # With "no-referrer" browsers would name no origin on our own posts; the token in a link still stays with us.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def mark(moment: datetime) -> str:
    """A moment as an event's id: whole microseconds since 1970."""
    return str((moment - _EPOCH) // timedelta(microseconds=1))


def from_mark(text: str) -> datetime | None:
    """The moment that `mark` wrote, None for anything else."""
    return _EPOCH + timedelta(microseconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _safe(url: str) -> bool:
    """Whether an address may stand in a link or a picture: ours or on the web, never a script."""
    return bool(url) and urlsplit(url).scheme.lower() in ("", "http", "https")


def _place(line: Line) -> str:
    """The line's place as an id in the page, which may hold no spaces."""
    return "-".join(element(line).split())


def _asset(name: str) -> str:
    """Address of a file of ours, with its digest: cached for good, and new as soon as it changes."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/chat/static/{name}?v={digest}"


class Page:
    """What the page says and how it looks, for one shop."""

    def __init__(self, shop: str, framed_by: Sequence[str] = ()) -> None:
        self._headers = {**_HEADERS, "Content-Security-Policy": _POLICY + frame_ancestors(framed_by)}
        words = tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))
        self._shop = shop
        self.words: dict[str, dict[str, str]] = {
            lang: {key: text.replace("{shop}", shop) for key, text in texts.items()} for lang, texts in words.items()
        }
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        assets = {name: _asset(name) for name in ("chat.css", "chat.js", "icon.svg")}
        self._templates.globals |= {
            "asset": assets.__getitem__,
            "once": lambda: secrets.token_urlsafe(12),
            "place": _place,
            "safe": _safe,
            "shop": shop,
            "text_limit": TEXT_CHARACTERS,
        }

    def words_in(self, lang: str) -> dict[str, str]:
        """The page's words in that language, or in English."""
        return self.words.get(lang) or self.words["en"]

    def chat(self, lang: str, lines: Sequence[Line], token: str, *, begins: bool, by_hand: bool) -> HTMLResponse:
        """The conversation as it stands; `begins` where it waits for the visitor (or, unless `by_hand`, their script) to start it."""
        since = mark(max(line.at for line in lines)) if lines else ""
        return self._page("chat.html", lang, 200, lines=fold(lines), since=since, token=token, begins=begins, by_hand=by_hand)

    def elsewhere(self, lang: str, link: str) -> HTMLResponse:
        """The link by which the conversation goes on on another device, to be opened or photographed."""
        code = segno.make_qr(link, error="m").svg_inline(scale=5)
        return self._page("elsewhere.html", lang, 200, link=link, code=code)

    def trouble(self, lang: str, what: str, status: int) -> HTMLResponse:
        """Says in plain words what went wrong; `what` names the words."""
        return self._page("trouble.html", lang, status, what=self.words_in(lang)[what])

    def line(self, line: Line, lang: str) -> str:
        """One line as it stands in the page."""
        return self._templates.get_template("line.html").render(line=line, words=self.words_in(lang))

    def _page(self, template: str, lang: str, status: int, **more: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(lang=lang if lang in self.words else "en", words=self.words_in(lang), **more)
        return HTMLResponse(html, status, headers=self._headers)
