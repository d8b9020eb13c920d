"""Words and addresses as an operator writes them, checked as far as they can be without asking anybody."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.console.passwords import is_hash
from bot.touchpoints.signature import LEAST_SECRET

__all__ = [
    "BlueskyHandle",
    "BlueskyPassword",
    "Country",
    "DatabaseUrl",
    "Languages",
    "MastodonToken",
    "PasswordHash",
    "SharedSecret",
    "SlackAppToken",
    "SlackBotToken",
    "SlackSigningSecret",
    "TelegramToken",
    "WebAddress",
    "WebOrigin",
    "WebhookSecret",
    "XSecret",
    "XToken",
]


def _shaped(pattern: str, why: str) -> AfterValidator:
    """A secret of that shape, in ASCII; `why` tells the operator what it should be."""

    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value(), re.ASCII):
            raise ValueError(why)
        return value

    return AfterValidator(check)


def _slack_token(prefix: str, where: str) -> AfterValidator:
    return _shaped(rf"{prefix}-[A-Za-z0-9-]+", f"should begin with {prefix}-, copied whole from the app's settings, {where}")


def _bluesky_handle(value: str) -> str:
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?", value, re.ASCII | re.IGNORECASE):
        raise ValueError('should be the account\'s handle without the @, such as "northlight.bsky.social"')
    return value


def _country(value: str) -> str:
    # Imported where a country is named, and only its register: a calendar brings those of all countries along, in 0.2 s.
    from holidays.registry import EntityLoader

    if not re.fullmatch(r"[A-Z]{2}", value, re.ASCII) or value not in EntityLoader.get_country_codes():
        raise ValueError('should be a country by its two capital letters (ISO 3166-1), such as "SE"')
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", value, re.ASCII):
        raise ValueError('should be a language by its two small letters (ISO 639-1), such as "sv"')
    return value


def _separated(value: Any) -> Any:
    return [word.strip() for word in value.split(",")] if isinstance(value, str) else value


def _shared_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < LEAST_SECRET:
        raise ValueError(f"should have at least {LEAST_SECRET} characters; make one with: openssl rand -hex 32")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise ValueError('should be a web address with its http:// or https://, such as "https://shop.example"')
    return value.rstrip("/")


def _web_origin(value: str) -> str:
    value = _web_address(value)
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?", value, re.ASCII):
        raise ValueError('should be the beginning of a web address and no page, such as "https://shop.example"')
    return value.lower()


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ValueError('should be "sqlite:///FILE" or "postgresql://USER:PASSWORD@HOST/DATABASE"')
    return value


def _password_hash(value: SecretStr) -> SecretStr:
    if not is_hash(value.get_secret_value()):
        raise ValueError("should be what this command writes: makegood password")
    return value


BlueskyHandle = Annotated[str, AfterValidator(_bluesky_handle)]
BlueskyPassword = Annotated[
    SecretStr,
    _shaped(
        r"[a-z0-9]{4}(-[a-z0-9]{4}){3}",
        "should be an app password, four times four signs joined by -, and never the account's own password",
    ),
]
Country = Annotated[str, AfterValidator(_country)]
Languages = Annotated[tuple[Annotated[str, AfterValidator(_language)], ...], BeforeValidator(_separated), Field(min_length=1)]
"""A list, or words separated by commas as the environment has them."""
PasswordHash = Annotated[SecretStr, AfterValidator(_password_hash)]
SharedSecret = Annotated[SecretStr, AfterValidator(_shared_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
WebOrigin = Annotated[str, AfterValidator(_web_origin)]
MastodonToken = Annotated[
    SecretStr, _shaped(r"[\w-]{16,}", 'should be "Your access token", copied whole from the account\'s Preferences → Development')
]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
SlackAppToken = Annotated[SecretStr, _slack_token("xapp", "Basic Information, App-Level Tokens")]
SlackBotToken = Annotated[SecretStr, _slack_token("xoxb", "OAuth & Permissions, Bot User OAuth Token")]
SlackSigningSecret = Annotated[
    SecretStr,
    _shaped(r"[0-9a-f]{32,64}", "should be 32 digits and letters from a to f, copied whole from the app's settings, Basic Information"),
]
TelegramToken = Annotated[
    SecretStr,
    _shaped(r"\d+:[\w-]+", "should be a Telegram token: digits, a colon, letters and digits, copied whole from @BotFather"),
]
XSecret = Annotated[
    SecretStr,
    _shaped(r"[A-Za-z0-9]{16,}", "should be letters and digits alone, copied whole from the app's page at X, Keys and tokens"),
]
XToken = Annotated[
    SecretStr,
    _shaped(
        r"\d{1,19}-[A-Za-z0-9]{16,}",
        "should be digits, a hyphen, letters and digits, copied whole from the app's page at X, Keys and tokens",
    ),
]
WebhookSecret = Annotated[
    SecretStr,
    _shaped(r"[\w-]{16,256}", "should have 16 to 256 characters of A-Z, a-z, 0-9, _ and -; make one with: openssl rand -hex 32"),
]
"""Telegram takes 1 to 256 of these characters; sixteen hexadecimal ones are the least that cannot be guessed."""
