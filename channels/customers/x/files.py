"""Pictures that people attach, fetched from where X keeps them.

Those of posts are there for everybody; those of direct messages for the two who write to each other, who sign for them
(https://developer.x.com/en/docs/direct-messages/message-attachments/guides/retrieving-media).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from channels.clock import Clock
from channels.contract import Cause, Rejected, Retry, SendError
from channels.customers.x.credentials import Credentials
from channels.customers.x.refusals import TOO_FAST, limit_ends
from channels.customers.x.session import Session
from channels.customers.x.trouble import Trouble, reset_of
from channels.downloading import read_at_most
from channels.outage import Outage

__all__ = ["Files"]

log = logging.getLogger(__name__)

_PUBLIC = re.compile(r"https://pbs\.twimg\.com/[\w./-]+(?:\?[\w.=&-]*)?", re.ASCII)
_PRIVATE = re.compile(r"https://ton\.(?:twitter|x)\.com/(?:1\.1|i)/ton/data/dm/\d+/\d+/\w[\w.-]*", re.ASCII)
"""Nothing else is signed for: with the account's keys, X's other addresses would do what they are asked to."""
_SECONDS = aiohttp.ClientTimeout(total=60)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Files:
    """What an account may fetch. `outage` says how long to wait while X is in trouble."""

    def __init__(self, credentials: Credentials, session: Session, clock: Clock, outage: Outage) -> None:
        self._credentials, self._session, self._clock, self._outage = credentials, session, clock, outage

    async def fetch(self, address: str, most: int) -> bytes:
        """What lies at an address that X gave us, where it is one at which X keeps pictures.

        Raises:
            TooLarge, Retry, Rejected: as the contract says.
        """
        if _PRIVATE.fullmatch(address):
            headers = self._credentials.signed(address)
        elif _PUBLIC.fullmatch(address):
            headers = {}
        else:
            # Its host only: whoever has the rest may see what a customer sent.
            log.warning("x_picture_elsewhere", extra={"host": address.partition("://")[2].partition("/")[0]})
            raise Rejected("this is no address at which X keeps pictures")
        try:
            # Where an answer would lead us to is none of X's addresses, or none that we have signed for.
            async with self._session.request("GET", address, headers=headers, allow_redirects=False, timeout=_SECONDS) as answer:
                if answer.status != HTTPStatus.OK:
                    raise self._refusal(answer.status, answer.headers)
                data = await read_at_most(most, answer.content.iter_any())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Retry(self._outage.pause(), type(error).__name__) from error
        self._outage.over()
        return data

    async def close(self) -> None:
        await self._session.close()

    def _refusal(self, status: int, headers: Mapping[str, str]) -> SendError:
        if status in _GONE:
            return Rejected(f"status {status}")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            now = self._clock.now()
            return Retry(limit_ends(Trouble(TOO_FAST, status=status, reset=reset_of(headers)), now) - now, TOO_FAST, cause=Cause.FLOOD)
        # Keys that X does not take today, it may take once the operator has seen to them.
        return Retry(self._outage.pause(), f"status {status}")
