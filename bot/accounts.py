"""The configured accounts as channels. A platform's library is imported when an account of it is configured: they are slow to load."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from bot.config import Config
from bot.config.platforms import Bluesky, Mastodon, Slack, StaffTelegram, Telegram, Webchat, X
from bot.dialogs.move_tokens import MoveTokens, looks_like_move
from bot.files.store import FileStore
from bot.invitations.links import Links
from bot.invitations.ways_over import Recollection, WaysOver
from channels.clock import Clock
from channels.contract import Channel
from channels.telegram.bot import TelegramBot
from storage.database import Database
from storage.queries.updates import last_update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.customers.x import Credentials
    from channels.telegram.webhook import Webhook

__all__ = ["customer_channels", "links_of", "shop_systems", "staff_channels", "telegram_webhook", "x_credentials"]


PUBLIC_LINK_VALID = timedelta(days=7)
"""As long as a silent dialog is kept open."""
PRIVATE_LINK_VALID = timedelta(hours=1)
"""Time enough to fetch the other device."""


def customer_channels(config: Config, database: Database, clock: Clock, secret: str, store: FileStore) -> Sequence[Channel]:
    """Every account that customers can be met on. `secret` is the server's own, from which others are derived."""
    channels: list[Channel] = []
    for name, account in config.channels.items():
        match account:
            case Telegram():
                channels.append(_telegram(name, account, config, clock))
            case Slack():
                channels.append(_slack(name, account, clock))
            case Mastodon():
                channels.append(_mastodon(name, account, database, clock))
            case X():
                channels.append(_x(name, account, config, database, clock))
            case Bluesky():
                channels.append(_bluesky(name, account, config, database, clock, MoveTokens(secret)))
            case Webchat():
                channels.append(_web_chat(name, account, config, database, clock, secret, store))
    return channels


def staff_channels(config: Config, clock: Clock) -> Sequence[Channel]:
    """Every account that staff come in by."""
    return [
        _staff_slack(name, account, clock) if isinstance(account, Slack) else _staff_telegram(name, account, clock)
        for name, account in config.staff.channels.items()
    ]


def shop_systems(config: Config, clock: Clock) -> Sequence[Channel]:
    """The shop's own system, where there is one to be told of promises."""
    hook = config.complaints.hook
    if hook.url is None or hook.secret is None:
        return ()
    from channels.shop_hook import ShopHook

    return [ShopHook(hook.url, hook.secret.get_secret_value(), clock=clock, rng=Random())]  # noqa: S311


def _staff_telegram(name: str, account: StaffTelegram, clock: Clock) -> Channel:
    from channels.staff.telegram import StaffTelegram as Door

    return Door(name, account.token.get_secret_value(), clock=clock, rng=Random(), api_base=account.api_base)  # noqa: S311


def _slack(name: str, account: Slack, clock: Clock) -> Channel:
    from channels.customers.slack import Credentials, SlackChannel

    return SlackChannel(name, Credentials(**_slack_secrets(account)), clock=clock, rng=Random(), api_base=account.api_base)  # noqa: S311


def _staff_slack(name: str, account: Slack, clock: Clock) -> Channel:
    from channels.staff.slack import Credentials, StaffSlack

    return StaffSlack(name, Credentials(**_slack_secrets(account)), clock=clock, rng=Random(), api_base=account.api_base)  # noqa: S311


def _slack_secrets(account: Slack) -> dict[str, str]:
    """The token and what the account's mode goes by; the secret of the other mode is not used."""
    secret = account.app_token if account.mode == "socket" else account.signing_secret
    assert secret is not None  # the configuration was checked
    key = "app_token" if account.mode == "socket" else "signing_secret"
    return {"bot_token": account.bot_token.get_secret_value(), key: secret.get_secret_value()}


def _telegram(name: str, account: Telegram, config: Config, clock: Clock) -> Channel:
    from channels.customers.telegram import TelegramChannel

    token, webhook = account.token.get_secret_value(), telegram_webhook(account, config)
    # Random only spreads retries, so that many clients do not come back at once.
    return TelegramChannel(name, token, clock=clock, rng=Random(), webhook=webhook, api_base=account.api_base)  # noqa: S311


def telegram_webhook(account: Telegram, config: Config) -> Webhook | None:
    """Where Telegram pushes to, where the account is to be pushed to."""
    from channels.telegram.webhook import Webhook

    if account.mode != "webhook" or account.webhook_secret is None:
        return None
    return Webhook(config.server.address, account.webhook_secret.get_secret_value())


def _mastodon(name: str, account: Mastodon, database: Database, clock: Clock) -> Channel:
    from channels.customers.mastodon import MastodonChannel

    async def last_heard() -> str:
        async with database.read() as conn:
            return await conn.run_sync(last_update, name)

    token = account.access_token.get_secret_value()
    return MastodonChannel(name, account.server, token, last_heard=last_heard, clock=clock, rng=Random())  # noqa: S311


def _x(name: str, account: X, config: Config, database: Database, clock: Clock) -> Channel:
    from bot.x_memory import StoredMemory
    from channels.customers.x import XChannel

    return XChannel(
        name,
        x_credentials(account),
        lang=config.shop.languages[0],
        budget=account.budget,
        pushed=account.mode == "webhook",
        memory=StoredMemory(database, name),
        clock=clock,
        rng=Random(),  # noqa: S311
        api_base=account.api_base,
    )


def x_credentials(account: X) -> Credentials:
    from channels.customers.x import Credentials

    keys = (account.api_key, account.api_secret, account.access_token, account.access_secret)
    return Credentials(*(key.get_secret_value() for key in keys))


def _bluesky(name: str, account: Bluesky, config: Config, database: Database, clock: Clock, tokens: MoveTokens) -> Channel:
    from channels.customers.bluesky import BlueskyChannel

    memory = Recollection(WaysOver(database, clock, tokens, config.server.address, name, PUBLIC_LINK_VALID))
    password = account.app_password.get_secret_value()
    return BlueskyChannel(name, account.handle, password, account.service, memory=memory, clock=clock, rng=Random())  # noqa: S311


def _web_chat(name: str, account: Webchat, config: Config, database: Database, clock: Clock, secret: str, store: FileStore) -> Channel:
    from bot.console.webchat import StoredPhotos, stored_transcript
    from channels.customers.webchat import WebChat

    return WebChat(
        name,
        shop=config.shop.name,
        secret=hmac.new(secret.encode(), f"webchat {name}".encode(), hashlib.sha256).hexdigest(),
        transcript=stored_transcript(database, name),
        photos=StoredPhotos(database, store, name, clock),
        clock=clock,
        secure=config.server.address.startswith("https://"),
        way_over=WaysOver(database, clock, MoveTokens(secret), config.server.address, name, PRIVATE_LINK_VALID).link,
        carries_over=looks_like_move,
        framed_by=account.framed_by,
    )


def links_of(config: Config, channels: Sequence[Channel]) -> Links:
    """Where invitations lead, as far as the platforms have told us our own names yet."""
    bots = {channel.account: channel.username for channel in channels if isinstance(channel, TelegramBot) and channel.username}
    return Links(bots, {channel.account: config.server.address for channel in channels if channel.name == "webchat"})
