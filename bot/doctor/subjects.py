"""What there is to examine, from the configuration. A platform is imported when an account of it is configured, as in `bot.accounts`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.accounts import telegram_webhook, x_credentials
from bot.config import Config
from bot.config.platforms import Bluesky, Mastodon, Slack, StaffTelegram, Telegram, Webchat, X
from bot.data_folder import data_folder
from bot.doctor.database import DatabaseExamination
from bot.doctor.doors import DoorsExamination
from bot.doctor.incidents import IncidentsExamination
from bot.doctor.machine import MachineExamination
from bot.logs import secrets_in
from channels.clock import Clock
from channels.contract import Examines, PublicPlace, PublicPlaces
from storage.queries.platforms import spent
from storage.queries.public_places import public_places
from storage.reading import NoDatabase, read_beside

__all__ = ["Subject", "subjects"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to examine: the operator's name for it, and what it is."""

    name: str
    what: str
    examination: Examines


def subjects(config: Config, clock: Clock, file: Path | None = None) -> list[Subject]:
    """This machine and every account. `file` is where the configuration was read from."""
    return [
        Subject("this machine", "", MachineExamination(data_folder(config), file, secrets_in(config))),
        Subject("database", "", DatabaseExamination(config.database.url)),
        *_customers(config, clock, tried=file is None),
        *_staff(config, clock),
        *_shop_system(config, clock),
        Subject("doors", "where platforms push to, asked from this machine", DoorsExamination(dict(_doors(config)), clock)),
        Subject("lately", "what Makegood has met while it ran, and is not over", IncidentsExamination(config.database.url, clock)),
    ]


def _customers(config: Config, clock: Clock, *, tried: bool) -> Iterator[Subject]:
    for name, account in config.channels.items():
        match account:
            case Telegram():
                yield Subject(name, "Telegram, customers", _telegram(name, account, config, clock))
            case Slack():
                yield Subject(name, "Slack, customers", _slack(name, account, config, clock, commands=False))
            case Mastodon():
                yield Subject(name, "Mastodon, customers", _mastodon(account, clock))
            case X():
                yield Subject(name, "X, customers", _x(name, account, config, clock))
            case Bluesky():
                yield Subject(name, "Bluesky, customers", _bluesky(account, clock))
            case Webchat():
                yield Subject(name, "web chat, customers", _web_chat(account, config, clock, tried=tried))


def _staff(config: Config, clock: Clock) -> Iterator[Subject]:
    for name, account in config.staff.channels.items():
        if isinstance(account, Slack):
            yield Subject(name, "Slack, staff", _slack(name, account, config, clock, commands=True))
        else:
            yield Subject(name, "Telegram, staff", _staff_telegram(name, account, clock))


def _shop_system(config: Config, clock: Clock) -> Iterator[Subject]:
    if url := config.complaints.hook.url:
        from channels.shop_hook_examining import ShopHookExamination

        yield Subject("complaints.hook", "the shop's own system", ShopHookExamination(url, clock=clock))


def _doors(config: Config) -> Iterator[tuple[str, str]]:
    from channels.slack.rules import webhook_path as slack
    from channels.telegram.webhook import webhook_path as telegram

    for name, account in (config.channels | config.staff.channels).items():
        match account:
            case Telegram(mode="webhook"):
                yield name, f"{config.server.address}{telegram(name)}"
            case Slack(mode="http"):
                yield name, f"{config.server.address}{slack(name)}"
            case X(mode="webhook"):
                from channels.customers.x.webhook import webhook_path

                yield name, f"{config.server.address}{webhook_path(name)}"


def _telegram(name: str, account: Telegram, config: Config, clock: Clock) -> Examines:
    from channels.customers.telegram.examining import CustomerExamination

    token, webhook = account.token.get_secret_value(), telegram_webhook(account, config)
    return CustomerExamination(name, token, clock=clock, places=_places(name, config), api_base=account.api_base, webhook=webhook)


def _places(name: str, config: Config) -> PublicPlaces:
    async def places() -> list[PublicPlace]:
        """Read beside whoever serves; the database's own examination tells of its troubles."""
        with suppress(NoDatabase, SQLAlchemyError, OSError):
            found = await read_beside(config.database.url, lambda conn: public_places(conn, name))
            return [PublicPlace(place, hears) for place, hears in found]
        return []

    return places


def _staff_telegram(name: str, account: StaffTelegram, clock: Clock) -> Examines:
    from channels.telegram.examining import TelegramExamination

    return TelegramExamination(name, account.token.get_secret_value(), clock=clock, api_base=account.api_base)


def _slack(name: str, account: Slack, config: Config, clock: Clock, *, commands: bool) -> Examines:
    from channels.slack.examining import SlackExamination
    from channels.slack.manifest import scopes_of

    return SlackExamination(
        name,
        account.bot_token.get_secret_value(),
        account.app_token.get_secret_value() if account.mode == "socket" and account.app_token else "",
        scopes=scopes_of(commands=commands),
        address=config.server.address,
        clock=clock,
        places=_places(name, config),
        api_base=account.api_base,
    )


def _mastodon(account: Mastodon, clock: Clock) -> Examines:
    from channels.customers.mastodon.examining import MastodonExamination

    return MastodonExamination(account.server, account.access_token.get_secret_value(), clock=clock)


def _bluesky(account: Bluesky, clock: Clock) -> Examines:
    from channels.customers.bluesky.examining import BlueskyExamination

    return BlueskyExamination(account.handle, account.app_password.get_secret_value(), account.service, clock=clock)


def _x(name: str, account: X, config: Config, clock: Clock) -> Examines:
    from channels.customers.x.examining import XExamination

    async def spent_today() -> int:
        """Read beside whoever spends; the database's own examination tells of its troubles."""
        with suppress(NoDatabase, SQLAlchemyError, OSError):
            return await read_beside(config.database.url, lambda conn: spent(conn, name, clock.now().date()))
        return 0

    return XExamination(
        name,
        x_credentials(account),
        budget=account.budget,
        spent=spent_today,
        pushed=account.mode == "webhook",
        address=config.server.address,
        clock=clock,
        api_base=account.api_base,
    )


def _web_chat(account: Webchat, config: Config, clock: Clock, *, tried: bool) -> Examines:
    from channels.customers.webchat.examining import WebchatExamination

    return WebchatExamination(config.server.address, account.framed_by, clock=clock, tried=tried)
