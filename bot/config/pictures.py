"""How much is taken of what people send beside words, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from bot.config.section import Section
from bot.toml.times import Period

__all__ = ["Pictures"]

_DAY = timedelta(days=1)


class Pictures(Section):
    max_mb: int = Field(default=10, ge=1, le=20)
    """The largest photo or voice note as it is sent. Telegram hands 20 MB to a bot at most."""
    daily_mb: int = Field(default=50, ge=1, le=10_000)
    """All that one customer may send within 24 hours, as it is kept."""
    keep_for: Period = Field(default=180 * _DAY, ge=_DAY)
