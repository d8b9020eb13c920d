"""What somebody bought, as the shop told it, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from babel.numbers import format_currency

from bot.complaints.words import STAFF_WORDS

__all__ = ["days_late", "purchase_line"]


def purchase_line(bought: Mapping[str, Any], lang: str) -> str:
    """The touchpoint's attributes that staff need: product, order, price, and how late it came. Empty where nothing is known."""
    return " · ".join(_parts(bought, lang))


def _parts(bought: Mapping[str, Any], lang: str) -> Iterator[str]:
    if product := bought.get("product"):
        yield str(product)
    if order := bought.get("order"):
        yield STAFF_WORDS("card.order", lang, order=order)
    if (amount := bought.get("amount")) not in (None, ""):
        yield _price(amount, str(bought.get("currency") or ""), lang)
    if late := days_late(bought):
        yield STAFF_WORDS("card.one_late", lang) if late == 1 else STAFF_WORDS("card.late", lang, days=late)


def _price(amount: Any, currency: str, lang: str) -> str:
    try:
        return format_currency(float(amount), currency.upper(), locale=lang) if currency else str(amount)
    except (ValueError, LookupError):
        return f"{amount} {currency}"


def days_late(bought: Mapping[str, Any]) -> int:
    """Whole days from the promised to the actual delivery; 0 where it was in time or one of the two is not known."""
    try:
        promised, delivered = (datetime.fromisoformat(str(bought[name])) for name in ("promised_at", "delivered_at"))
    except (KeyError, ValueError):
        return 0
    return max(0, (delivered.date() - promised.date()).days)
