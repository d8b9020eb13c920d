"""How an account is on Bluesky: its handle, its app password, and whether it is in good standing."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

from channels.clock import Clock
from channels.contract import Finding
from channels.examining import Asking, Json

__all__ = ["BlueskyExamination"]

_WHOLE_ACCOUNT = "com.atproto.access"
"""The scope of a session under the account's own password; those of app passwords are `com.atproto.appPass…`."""
_NEW_PASSWORD = "make another one: Settings → Privacy and security → App passwords, and put it in"  # noqa: S105


class BlueskyExamination:
    """It signs in, which Bluesky allows 300 times a day, and out again."""

    def __init__(self, handle: str, app_password: str, service: str, *, clock: Clock) -> None:
        self._handle, self._password, self._service, self._clock = handle, app_password, service, clock

    async def examine(self) -> AsyncIterator[Finding]:
        async with Asking(f"{self._service}/xrpc/", self._clock) as asking:
            answer = await asking.get("com.atproto.identity.resolveHandle", params={"handle": self._handle})
            told = asking.content(answer)
            did = told.get("did")
            if did is None and answer.status_code != HTTPStatus.BAD_REQUEST:
                found = f"{asking.host} does not tell whose it is: {told.get('error')}"
                yield Finding.error("handle", found, 'look whether "service" is the address of the server that the account lives on')
                return
            if did is None:
                yield Finding.error("handle", f"nobody has the handle {self._handle}", "write the account's handle as its profile shows it")
                return
            yield Finding.ok("handle", f"{self._handle} is an account")
            yield asking.clock()
            signing_in = {"identifier": self._handle, "password": self._password}
            answer = await asking.post("com.atproto.server.createSession", json=signing_in)
            session = asking.content(answer)
            if answer.status_code != HTTPStatus.OK:
                yield _refused(session)
                return
            bearer = {"Authorization": f"Bearer {session.get('refreshJwt')}"}
            await asking.post("com.atproto.server.deleteSession", headers=bearer)
            for finding in _signed_in(session, str(did)):
                yield finding


def _signed_in(session: Json, did: str) -> list[Finding]:
    if session.get("did") != did:
        found = "the handle leads to another account than the one that the password opens"
        return [Finding.error("handle", found, "write the handle of that account, or its own app password")]
    if session.get("active") is False:
        found = f"Bluesky has closed the account: {session.get('status') or 'it does not say why'}"
        return [Finding.error("account", found, "sign in there in a browser, and see to what it asks")]
    if _scope(str(session.get("accessJwt"))) == _WHOLE_ACCOUNT:
        found = "this is the account's own password: whoever reads it has the whole account"
        return [Finding.warning("app_password", found, _NEW_PASSWORD)]
    return [Finding.ok("app_password", "Bluesky lets it in")]


def _refused(told: Json) -> Finding:
    name = str(told.get("error") or "without a reason")
    if name == "AuthFactorTokenRequired":
        return Finding.error("app_password", "this is the account's own password, which needs a code besides", _NEW_PASSWORD)
    if name == "AuthenticationRequired":
        return Finding.error("app_password", "Bluesky does not take it: it is wrong, or was revoked", _NEW_PASSWORD)
    return Finding.error("account", f"Bluesky does not let it in: {name}", "sign in there in a browser, and see to what it asks")


def _scope(token: str) -> str:
    """What a session may do, as its token says; we believe it, for the server itself has just given it out."""
    try:
        told = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    except (IndexError, ValueError):
        return ""
    return str(told.get("scope")) if isinstance(told, dict) else ""
