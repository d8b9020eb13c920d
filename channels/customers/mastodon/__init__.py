"""Mastodon for customers: mentions in, and a dialog in messages that only the two can see.

Mastodon has no bots apart from people, no buttons and no start: whoever mentions the account is answered with direct
visibility, and choices are written. A notification is heard once it is stored; the stream only tells when to look.
"""

from channels.customers.mastodon.asking import MastodonChannel
from channels.customers.mastodon.channel import LastHeard

__all__ = ["LastHeard", "MastodonChannel"]
