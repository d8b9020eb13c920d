"""Where a customer's clock is, from the little that a shop tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

__all__ = ["zone_of"]

_SEASONS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def zone_of(timezone: str, country: str, default: ZoneInfo) -> ZoneInfo:
    """The time zone of that IANA name, else that of the country (ISO 3166-1) where it has but one, else `default`.

    A name that no longer exists or never did is as good as none: it must not keep a customer from being asked.
    """
    return (_zone(timezone) if timezone else None) or _only_zone(country.upper()) or default


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # ZoneInfo raises any of the three, depending on what the name looks like ("Mars", "../x", "Europe").
        return None


@cache
def _only_zone(country: str) -> ZoneInfo | None:
    zones = [ZoneInfo(name) for name in _zones_by_country().get(country, ())]
    clocks = {tuple(season.astimezone(zone).utcoffset() for season in _SEASONS) for zone in zones}
    return zones[0] if len(clocks) == 1 else None


@cache
def _zones_by_country() -> Mapping[str, list[str]]:
    """The IANA database's own table (`zone.tab`): country code, coordinates, zone name, comment."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    zones: dict[str, list[str]] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            zones.setdefault(country, []).append(name)
    return zones
