"""The whole configuration as one typed object."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Self

from pydantic import Field, SecretStr, model_validator

from bot.config.complaints import Complaints
from bot.config.contradictions import Contradiction, raise_if
from bot.config.section import Section
from bot.config.sections import (
    Ask,
    Channel,
    Console,
    Database,
    Logging,
    Name,
    Policy,
    Server,
    Shop,
    Staff,
    Telegram,
    Touchpoints,
)

__all__ = ["Config"]


class Config(Section):
    """Built once, at the edge, and handed on in parts: no room reads files or the environment for itself."""

    shop: Shop
    database: Database = Database()
    server: Server = Server()
    channels: dict[Name, Channel] = Field(default={})
    staff: Staff = Staff()
    policy: Policy = Policy()
    ask: tuple[Ask, ...] = ()
    touchpoints: Touchpoints = Touchpoints()
    complaints: Complaints = Complaints()
    console: Console = Console()
    logging: Logging = Logging()

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        raise_if([*_shared_names(self), *_shared_tokens(self), *_webhooks_nowhere(self), *_open_to_all(self), *_asked_twice(self)])
        return self


def _shared_names(config: Config) -> Iterator[Contradiction]:
    for name in config.staff.channels:
        if name in config.channels:
            yield Contradiction(("staff", "channels", name), f"has the name of [channels.{name}]; give it another, such as {name}_staff")


def _shared_tokens(config: Config) -> Iterator[Contradiction]:
    customers = {name: channel for name, channel in config.channels.items() if isinstance(channel, Telegram)}
    tokens: dict[tuple[str, ...], SecretStr] = {("channels", name, "token"): channel.token for name, channel in customers.items()}
    tokens |= {("staff", "channels", name, "token"): channel.token for name, channel in config.staff.channels.items()}
    owners: dict[str, tuple[str, ...]] = {}
    for place, token in tokens.items():
        owner = owners.setdefault(token.get_secret_value(), place)
        if owner != place:
            why = f"is also the token of [{'.'.join(owner[:-1])}]; every bot needs its own: make another with @BotFather"
            yield Contradiction(place, why)


def _webhooks_nowhere(config: Config) -> Iterator[Contradiction]:
    for name, channel in config.channels.items():
        if isinstance(channel, Telegram) and channel.mode == "webhook" and config.server.public_url is None:
            why = f'is missing, and [channels.{name}] has mode = "webhook"; write where Telegram shall post to, or mode = "polling"'
            yield Contradiction(("server", "public_url"), why)


def _open_to_all(config: Config) -> Iterator[Contradiction]:
    if config.console.sign_in == "none" and not _is_loopback(config.server.host):
        why = (
            f'= "none" would open the desk to everybody who reaches {config.server.host}; write "password", or [server] host = "127.0.0.1"'
        )
        yield Contradiction(("console", "sign_in"), why)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _asked_twice(config: Config) -> Iterator[Contradiction]:
    seen = set()
    for number, ask in enumerate(config.ask):
        pair = (ask.touchpoint, ask.survey)
        if pair in seen:
            yield Contradiction(("ask", number), f'asks "{ask.survey}" after "{ask.touchpoint}" a second time; leave one')
        seen.add(pair)
