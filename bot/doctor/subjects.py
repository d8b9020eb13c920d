"""What there is to examine, from the configuration. A platform's library is not needed for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.config import Config
from bot.config.platforms import Slack, StaffTelegram, Telegram
from bot.data_folder import data_folder
from bot.doctor.database import DatabaseExamination
from bot.doctor.machine import MachineExamination
from bot.logs import secrets_in
from channels.clock import Clock
from channels.contract import Examines

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
        *_customers(config, clock),
        *_staff(config, clock),
    ]


def _customers(config: Config, clock: Clock) -> Iterator[Subject]:
    for name, account in config.channels.items():
        match account:
            case Telegram():
                yield Subject(name, "Telegram, customers", _telegram(name, account, config, clock))
            case Slack():
                yield Subject(name, "Slack, customers", _slack(name, account, config, clock, commands=False))


def _staff(config: Config, clock: Clock) -> Iterator[Subject]:
    for name, account in config.staff.channels.items():
        if isinstance(account, Slack):
            yield Subject(name, "Slack, staff", _slack(name, account, config, clock, commands=True))
        else:
            yield Subject(name, "Telegram, staff", _staff_telegram(name, account, clock))


def _telegram(name: str, account: Telegram, config: Config, clock: Clock) -> Examines:
    from channels.customers.telegram.examining import CustomerExamination
    from channels.telegram.webhook import Webhook

    webhook = None
    if account.mode == "webhook" and account.webhook_secret is not None:
        webhook = Webhook(config.server.address, account.webhook_secret.get_secret_value())
    return CustomerExamination(name, account.token.get_secret_value(), clock=clock, api_base=account.api_base, webhook=webhook)


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
        api_base=account.api_base,
    )
