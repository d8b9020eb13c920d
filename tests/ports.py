"""Ports for programs that are told a number and open the port themselves, some seconds later."""

from __future__ import annotations

import socket
from contextlib import suppress
from random import SystemRandom

__all__ = ["NOWHERE", "free_port"]

NOWHERE = "127.0.0.1:9"
"""Where nobody listens. A port that was free a moment ago may by now be another test's."""


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to whoever asks for any."""
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
