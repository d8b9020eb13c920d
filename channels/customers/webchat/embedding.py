"""The chat in a frame on the shop's own pages: which pages may show it, and the script that opens it there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["embed_route", "frame_ancestors"]

_SCRIPT = Path(__file__).parent / "embed.js"
_SAID = ("title", "close")


def frame_ancestors(origins: Sequence[str]) -> str:
    """Who may frame the chat, as Content-Security-Policy has it: pages of this server, and of these origins."""
    return " ".join(("frame-ancestors 'self'", *origins))


def embed_route(origins: Sequence[str], words: Mapping[str, Mapping[str, str]]) -> Route:
    """The script at one address for good, so that a shop need not change its pages: looked at anew after an hour."""
    told = {"origins": list(origins), "words": {lang: {key: texts[key] for key in _SAID} for lang, texts in words.items()}}
    script = f"const makegood = {json.dumps(told, ensure_ascii=False)};\n{_SCRIPT.read_text(encoding='utf-8')}"
    body = f"(() => {{\n{script}}})();\n".encode()

    async def endpoint(_: Request) -> Response:
        headers = {
            "Cache-Control": "public, max-age=3600",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(body, media_type="text/javascript", headers=headers)

    return Route("/chat/embed.js", endpoint)
