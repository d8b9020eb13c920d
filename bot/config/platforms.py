"""The accounts on platforms that people are met on: a section for each kind."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.config.contradictions import Contradiction, raise_if
from bot.config.section import Section
from bot.config.values import (
    BlueskyHandle,
    BlueskyPassword,
    MastodonToken,
    SlackAppToken,
    SlackBotToken,
    SlackSigningSecret,
    TelegramToken,
    WebAddress,
    WebhookSecret,
    WebOrigin,
    XSecret,
    XToken,
)

__all__ = ["Bluesky", "Channel", "Mastodon", "Slack", "StaffTelegram", "Telegram", "Webchat", "X"]

_TELEGRAM_API = "https://api.telegram.org"
_SLACK_API = "https://slack.com/api"
_X_API = "https://api.twitter.com"
_BLUESKY = "https://bsky.social"


class Telegram(Section):
    """A bot that customers talk to."""

    kind: Literal["telegram"]
    token: TelegramToken
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: WebhookSecret | None = None
    api_base: WebAddress = _TELEGRAM_API

    @model_validator(mode="after")
    def _a_webhook_has_its_secret(self) -> Self:
        if self.mode == "webhook" and self.webhook_secret is None:
            why = 'is compulsory with mode = "webhook": without it anybody could post updates; make one with: openssl rand -hex 32'
            raise_if([Contradiction(("webhook_secret",), why)])
        return self


class Slack(Section):
    """An app in a Slack workspace: for customers, or another one for staff."""

    kind: Literal["slack"]
    bot_token: SlackBotToken
    mode: Literal["socket", "http"] = "socket"
    app_token: SlackAppToken | None = None
    signing_secret: SlackSigningSecret | None = None
    api_base: WebAddress = _SLACK_API

    @model_validator(mode="after")
    def _each_way_has_its_secret(self) -> Self:
        if self.mode == "socket" and self.app_token is None:
            why = 'is compulsory with mode = "socket": make one in the app\'s settings, Basic Information, App-Level Tokens'
            raise_if([Contradiction(("app_token",), why)])
        if self.mode == "http" and self.signing_secret is None:
            why = 'is compulsory with mode = "http": it is in the app\'s settings, Basic Information, Signing Secret'
            raise_if([Contradiction(("signing_secret",), why)])
        return self


class Mastodon(Section):
    """An account on a Mastodon server, which customers mention."""

    kind: Literal["mastodon"]
    server: WebAddress
    access_token: MastodonToken


class X(Section):
    """An account on X, which customers mention or write to."""

    kind: Literal["x"]
    api_key: XSecret
    api_secret: XSecret
    access_token: XToken
    access_secret: XSecret
    mode: Literal["polling", "webhook"] = "polling"
    budget: float = Field(default=5.0, gt=0, le=100_000)
    """US dollars a day."""
    api_base: WebAddress = _X_API


class Bluesky(Section):
    """An account on Bluesky, which customers mention."""

    kind: Literal["bluesky"]
    handle: BlueskyHandle
    app_password: BlueskyPassword
    service: WebAddress = _BLUESKY


class Webchat(Section):
    """The chat on our own web page."""

    kind: Literal["webchat"]
    framed_by: tuple[WebOrigin, ...] = ()
    """Origins of pages that may show the chat in a frame."""


Channel = Annotated[Telegram | Webchat | Slack | Mastodon | X | Bluesky, Field(discriminator="kind")]


class StaffTelegram(Section):
    """The bot that staff talk to, under a token of its own."""

    kind: Literal["telegram"]
    token: TelegramToken
    api_base: WebAddress = _TELEGRAM_API
