"""What a poll may be on each configured account. A platform's limits are looked up without making its channel."""

from __future__ import annotations

from bot.config import Config
from bot.config.platforms import Mastodon, Slack, Telegram, X
from channels.contract import PollRules

__all__ = ["poll_rules_of"]


def poll_rules_of(config: Config) -> dict[str, PollRules]:
    """By account; those that can post no polls are left out."""
    found = {name: _rules(account) for name, account in config.channels.items()}
    return {name: rules for name, rules in found.items() if rules is not None}


def _rules(account: object) -> PollRules | None:
    match account:
        case Telegram():
            from channels.customers.telegram.polls import POLL_RULES as telegram

            return telegram
        case Slack():
            from channels.customers.slack.polls import POLL_RULES as slack

            return slack
        case Mastodon():
            from channels.customers.mastodon.polls import POLL_RULES as mastodon

            return mastodon
        case X():
            from channels.customers.x.polls import POLL_RULES as x

            return x
    return None
