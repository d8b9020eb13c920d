"""Links to files on our server for whoever was sent one: signed, and good for a while. Pure: time is passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, Signer

from storage.ids import from_short, short

__all__ = ["FileLinks"]

GOOD_FOR = timedelta(days=7)


class FileLinks:
    """`address` is the server's, without a closing slash; `secret` is its own."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._signer = Signer(secret, salt="a file's link", sep="~")

    def link(self, file_id: int, now: datetime) -> str:
        return f"{self._address}/files/{self._signer.sign(f'{short(file_id)}.{int((now + GOOD_FOR).timestamp())}').decode()}"

    def file_of(self, ticket: str, now: datetime) -> int | None:
        """The file that the last part of such a link opens; None where it is none of ours, or too old."""
        try:
            number, _, until = self._signer.unsign(ticket).decode().partition(".")
        except BadSignature:
            return None
        return from_short(number) if now < datetime.fromtimestamp(int(until), UTC) else None
