"""The web chat: a page of our own that holds the conversation in any browser, with or without a script."""

from channels.customers.webchat.channel import WebChat
from channels.customers.webchat.lines import Line, PhotoRefused, Photos, Transcript

__all__ = ["Line", "PhotoRefused", "Photos", "Transcript", "WebChat"]
