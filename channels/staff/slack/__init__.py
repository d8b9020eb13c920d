"""Slack as the staff's door, with slack-bolt and an app of its own, so that no customer ever reaches what staff can do.

Importing it takes a second: import it when an account needs it.
"""

from channels.slack.bot import Credentials
from channels.slack.bot import SlackBot as StaffSlack

__all__ = ["Credentials", "StaffSlack"]
