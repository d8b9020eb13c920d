"""The sample shop: what runs where nothing is configured, on this machine alone."""

from __future__ import annotations

from typing import Any

__all__ = ["SAMPLE"]

SAMPLE: dict[str, Any] = {
    "shop": {
        "name": "Fjord & Field",
        "url": "https://shop.example",
        "languages": ["en", "sv", "lv", "fr"],
        "timezone": "Europe/Stockholm",
        "country": "SE",
    },
    "database": {"url": "sqlite:///data/sample.db"},
    "channels": {"chat": {"kind": "webchat"}},
    "ask": [
        {"touchpoint": "delivery", "survey": "after-purchase", "delay": "2h"},
        {"touchpoint": "support", "survey": "after-support"},
    ],
    "console": {"sign_in": "none"},
}
