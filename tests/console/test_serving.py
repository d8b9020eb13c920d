"""The web server's socket."""

from __future__ import annotations

import socket

from bot.serving import _listen


def test_the_second_packet_of_a_page_does_not_wait_for_the_receipt_of_the_first() -> None:
    with _listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        answering, _ = listening.accept()
        with answering:
            assert answering.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
