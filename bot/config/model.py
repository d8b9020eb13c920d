"""The whole configuration as one typed object."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Self

from pydantic import Field, model_validator

from bot.config.complaints import Complaints
from bot.config.contradictions import Contradiction, raise_if
from bot.config.pictures import Pictures
from bot.config.platforms import Bluesky, Channel, Slack, StaffTelegram, Telegram, Webchat, X
from bot.config.section import Section
from bot.config.sections import (
    Ask,
    Console,
    Database,
    Logging,
    Name,
    Policy,
    Promoters,
    Server,
    Shop,
    Staff,
    Touchpoints,
)
from bot.toml.places import Path
from bot.toml.times import in_units

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
    promoters: Promoters = Promoters()
    touchpoints: Touchpoints = Touchpoints()
    complaints: Complaints = Complaints()
    pictures: Pictures = Pictures()
    console: Console = Console()
    logging: Logging = Logging()

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        checks = (
            _shared_names,
            _shared_tokens,
            _webhooks_nowhere,
            _nowhere_private,
            _open_to_all,
            _asked_twice,
            _asked_too_late,
            _no_account,
        )
        raise_if([found for check in checks for found in check(self)])
        return self


def _shared_names(config: Config) -> Iterator[Contradiction]:
    for name in config.staff.channels:
        if name in config.channels:
            yield Contradiction(("staff", "channels", name), f"has the name of [channels.{name}]; give it another, such as {name}_staff")


def _shared_tokens(config: Config) -> Iterator[Contradiction]:
    owners: dict[str, Path] = {}
    for place, channel in _accounts(config):
        match channel:
            case Telegram() | StaffTelegram():
                key, token, remedy = "token", channel.token, "every bot needs its own: make another with @BotFather"
            case Slack():
                key, token, remedy = "bot_token", channel.bot_token, 'every account needs an app of its own: see "makegood slack manifest"'
            case X():
                key, token, remedy = "access_token", channel.access_token, "one account is listened to once"
            case _:
                continue
        owner = owners.setdefault(token.get_secret_value(), place)
        if owner != place:
            yield Contradiction((*place, key), f"is also the token of [{'.'.join(map(str, owner))}]; {remedy}")


def _webhooks_nowhere(config: Config) -> Iterator[Contradiction]:
    for place, channel in _accounts(config):
        match channel:
            case Telegram(mode="webhook" as mode):
                platform, other = "Telegram", "polling"
            case X(mode="webhook" as mode):
                platform, other = "X", "polling"
            case Slack(mode="http" as mode):
                platform, other = "Slack", "socket"
            case _:
                continue
        if config.server.public_url is None:
            where = f'[{".".join(map(str, place))}] has mode = "{mode}"'
            yield Contradiction(
                ("server", "public_url"), f'is missing, and {where}; write where {platform} shall post to, or mode = "{other}"'
            )


def _nowhere_private(config: Config) -> Iterator[Contradiction]:
    if any(isinstance(channel, Webchat) for channel in config.channels.values()):
        return
    for name, channel in config.channels.items():
        if isinstance(channel, Bluesky):
            why = 'is in public, and dialogs begun there go on in the web chat: add a [channels.chat] with kind = "webchat"'
            yield Contradiction(("channels", name), why)


def _accounts(config: Config) -> Iterator[tuple[Path, Section]]:
    for name, channel in config.channels.items():
        yield ("channels", name), channel
    for name, door in config.staff.channels.items():
        yield ("staff", "channels", name), door


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


def _asked_too_late(config: Config) -> Iterator[Contradiction]:
    most = config.policy.stale_after
    for number, ask in enumerate(config.ask):
        if ask.delay >= most:
            remedy = f'write less than [policy] stale_after = "{in_units(most).replace(" ", "")}", or ask by a campaign: docs/campaigns.md'
            yield Contradiction(("ask", number, "delay"), f"is so long that nobody would ever be asked; {remedy}")


def _no_account(config: Config) -> Iterator[Contradiction]:
    for number, name in enumerate(config.policy.fallback):
        if name not in config.channels:
            yield Contradiction(("policy", "fallback", number), f"is no account of customers; choose among {', '.join(config.channels)}")
