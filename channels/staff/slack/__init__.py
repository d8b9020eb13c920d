"""Slack as the staff's door, with slack-bolt and an app of its own, so that no customer ever reaches what staff can do.

Importing it takes a second: import it when an account needs it.
"""

from channels.slack.bot import SlackBot as StaffSlack
from channels.slack.credentials import Credentials

__all__ = ["Credentials", "StaffSlack"]
