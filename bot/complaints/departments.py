"""The departments a complaint can belong to, as long as a business names no others."""

from __future__ import annotations

__all__ = ["DEPARTMENTS", "OTHER"]

OTHER = "other"
"""The department of a complaint that names none."""
DEPARTMENTS = (
    "delivery_speed",
    "delivery_condition",
    "product",
    "price_billing",
    "service",
    "website",
    "returns",
    "trust_safety",
    OTHER,
)
