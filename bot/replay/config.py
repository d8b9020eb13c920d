"""The shop of the replay: two bots on the played Telegram, and a survey that asks what the file has answers to."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bot.config import Config
from bot.surveys.definition import Survey

__all__ = ["CUSTOMERS_BOT", "SHOP", "STAFF_BOT", "ZONE", "order_review", "replay_config"]

CUSTOMERS_BOT = "5000001:replay-customers-bot-0000000000000000"
STAFF_BOT = "5000002:replay-staff-bot-0000000000000000000"
SHOP = "Loja Replay"
ZONE = "America/Sao_Paulo"
"""Where the wall clocks of the order file hang."""


def order_review() -> Survey:
    return Survey.model_validate(tomllib.loads(Path(__file__).with_name("order-review.toml").read_text(encoding="utf-8")))


def replay_config(telegram: str, folder: Path) -> Config:
    """`telegram` is the played platform's address, `folder` where the database is kept."""
    return Config.model_validate(
        {
            "shop": {"name": SHOP, "url": "https://shop.example", "languages": ["en"], "timezone": ZONE, "country": "BR"},
            "database": {"url": f"sqlite:///{folder / 'replay.db'}"},
            "channels": {"telegram": {"kind": "telegram", "token": CUSTOMERS_BOT, "api_base": telegram}},
            "staff": {"channels": {"desk": {"kind": "telegram", "token": STAFF_BOT, "api_base": telegram}}},
            "policy": {"quiet_hours": "21:00-09:00", "stale_after": "90d"},
            "ask": [
                # The receipt carries the link from the start; news of the order brings the asking forward.
                {"touchpoint": "purchase", "survey": "order-review", "delay": "60d"},
                {"touchpoint": "delivery", "survey": "order-review", "delay": "2h"},
                {"touchpoint": "late", "survey": "order-review"},
            ],
        }
    )
