"""Bluesky for customers: what they say in public is heard, and the one thing said in public is the way to a private place.

There are no private messages, no buttons and no start. Whoever mentions the account or replies to it gets a single
friendly reply with a link of their own, by which the dialog goes on elsewhere. Nothing of a dialog is ever said here.
"""

from channels.customers.bluesky.channel import BlueskyChannel
from channels.customers.bluesky.memory import Memory

__all__ = ["BlueskyChannel", "Memory"]
