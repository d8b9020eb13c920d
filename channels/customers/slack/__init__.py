"""Slack as a channel to customers, with slack-bolt. Importing it takes a second: import it when an account needs it."""

from channels.customers.slack.channel import SlackChannel
from channels.slack.credentials import Credentials

__all__ = ["Credentials", "SlackChannel"]
