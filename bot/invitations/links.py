"""An invitation as a link: on a receipt, in the shop's page, as a QR code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

import segno

from channels.contract import card_token

__all__ = ["Links", "card_link", "qr_png", "qr_svg", "telegram_link", "webchat_link"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""What Telegram takes as the payload of a deep link (core.telegram.org/bots/features#deep-linking)."""


def telegram_link(bot: str, token: str) -> str:
    """The address that opens the chat with `bot` (its user name) and hands it the token.

    Raises:
        ValueError: Telegram would not carry this token.
    """
    return f"https://t.me/{bot.removeprefix('@')}?start={_carried(token)}"


def webchat_link(public_url: str, token: str) -> str:
    """The address of the web chat that opens with this invitation."""
    return f"{public_url.rstrip('/')}/chat/{_carried(token)}"


def card_link(public_url: str, place: str = "") -> str:
    """The address of the web chat that opens with a comment card.

    Raises:
        ValueError: there can be no such place.
    """
    return f"{public_url.rstrip('/')}/chat/{card_token(place).replace('-', '/', 1)}"


def _carried(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("a link's token has 1 to 64 characters of A-Z, a-z, 0-9, _ and -")
    return token


@dataclass(frozen=True, slots=True)
class Links:
    """Every way that a customer can follow an invitation: bots' user names and the web chat, by our names for the accounts."""

    telegram: Mapping[str, str] = field(default_factory=dict)
    webchat: Mapping[str, str] = field(default_factory=dict)
    """Public addresses of the servers whose page the web chat is."""

    def of(self, token: str) -> dict[str, str]:
        """The links that carry this token, by account."""
        return {account: telegram_link(bot, token) for account, bot in self.telegram.items()} | {
            account: webchat_link(url, token) for account, url in self.webchat.items()
        }


def qr_svg(link: str) -> str:
    """A QR code as a whole SVG document: for pages and print, sharp at any size."""
    image = BytesIO()
    segno.make_qr(link, error="m").save(image, kind="svg", scale=4, xmldecl=False)
    return image.getvalue().decode()


def qr_png(link: str, *, scale: int = 8) -> bytes:
    """A QR code as PNG, `scale` pixels a dot."""
    image = BytesIO()
    segno.make_qr(link, error="m").save(image, kind="png", scale=scale)
    return image.getvalue()
