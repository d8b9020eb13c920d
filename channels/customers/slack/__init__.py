"""Slack as a channel to customers, with slack-bolt. Importing it takes a second: import it when an account needs it."""

from channels.slack.bot import Credentials
from channels.slack.bot import SlackBot as SlackChannel

__all__ = ["Credentials", "SlackChannel"]
