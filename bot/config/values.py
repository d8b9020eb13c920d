"""Values as an operator writes them: `"2h"`, `"21:00-09:00"`, `"Europe/Stockholm"`."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from holidays import list_supported_countries
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

__all__ = [
    "ClockTime",
    "Country",
    "DatabaseUrl",
    "Hours",
    "HoursOfDay",
    "Languages",
    "Period",
    "SharedSecret",
    "TelegramToken",
    "TimeZone",
    "WebAddress",
    "WebhookSecret",
    "in_units",
]

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PERIOD = re.compile(r"(?:\d+[wdhms])+", re.ASCII)


def _period(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = value.replace(" ", "") if isinstance(value, str) else ""
    if not _PERIOD.fullmatch(text):
        raise ValueError('should be a length of time: write a number and its unit (w, d, h, m, s), such as "2h", "3d" or "1h 30m"')
    return timedelta(seconds=sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([wdhms])", text)))


def in_units(period: timedelta) -> str:
    """The period as an operator would write it, whole seconds: `"1h 30m"`."""
    left, parts = int(period.total_seconds()), []
    for unit in "dhms":
        count, left = divmod(left, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _clock_time(value: Any) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise ValueError('should be a time of day in quotes, from "00:00" to "23:59", such as "09:30"')
    return time.fromisoformat(value)


class Hours(NamedTuple):
    """A stretch of the day in local time, from `start` until before `end`; over midnight where `end` is the earlier one."""

    start: time
    end: time


def _hours(value: Any) -> Hours | None:
    if isinstance(value, Hours):
        return value
    if value == "none":
        return None
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = Hours(_clock_time(start.strip()), _clock_time(end.strip()))
    except ValueError:
        raise ValueError('should be a stretch of the day: two times and a hyphen, such as "21:00-09:00", or "none"') from None
    if hours.start == hours.end:
        raise ValueError('should begin and end at different times; write "none" for no such hours')
    return hours


def _hours_written(hours: Hours | None) -> str:
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else "none"


def _timezone(value: Any) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if value not in available_timezones():
        raise ValueError('should be a timezone by its name in the IANA database, such as "Europe/Stockholm"')
    return ZoneInfo(value)


def _telegram_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
        raise ValueError("should be a Telegram token: digits, a colon, letters and digits, copied whole from @BotFather")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.ASCII):
        raise ValueError("should have 16 to 256 characters of A-Z, a-z, 0-9, _ and -; make one with: openssl rand -hex 32")
    return value


def _country(value: str) -> str:
    if value not in list_supported_countries():
        raise ValueError('should be a country by its two capital letters (ISO 3166-1), such as "SE"')
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", value, re.ASCII):
        raise ValueError('should be a language by its two small letters (ISO 639-1), such as "sv"')
    return value


def _separated(value: Any) -> Any:
    return [word.strip() for word in value.split(",")] if isinstance(value, str) else value


def _shared_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 16:
        raise ValueError("should have at least 16 characters; make one with: openssl rand -hex 32")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise ValueError('should be a web address with its http:// or https://, such as "https://shop.example"')
    return value.rstrip("/")


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ValueError('should be "sqlite:///FILE" or "postgresql://USER:PASSWORD@HOST/DATABASE"')
    return value


Period = Annotated[timedelta, BeforeValidator(_period), PlainSerializer(in_units, return_type=str)]
ClockTime = Annotated[time, BeforeValidator(_clock_time), PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)]
TimeZone = Annotated[ZoneInfo, BeforeValidator(_timezone), PlainSerializer(str, return_type=str)]
HoursOfDay = Annotated[Hours | None, BeforeValidator(_hours), PlainSerializer(_hours_written, return_type=str)]
Country = Annotated[str, AfterValidator(_country)]
Languages = Annotated[tuple[Annotated[str, AfterValidator(_language)], ...], BeforeValidator(_separated), Field(min_length=1)]
"""A list, or words separated by commas as the environment has them."""
SharedSecret = Annotated[SecretStr, AfterValidator(_shared_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
TelegramToken = Annotated[SecretStr, AfterValidator(_telegram_token)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
"""Telegram takes 1 to 256 of these characters; sixteen hexadecimal ones are the least that cannot be guessed."""
