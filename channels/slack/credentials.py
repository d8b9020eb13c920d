"""What Slack and an app know each other by."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Credentials"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Slack and we know each other by: with an `app_token` by Socket Mode, else by requests signed with the secret.

    Raises:
        ValueError: neither is given.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not (self.app_token or self.signing_secret):
            raise ValueError("a Slack app needs an app token (Socket Mode) or its signing secret (HTTP)")
