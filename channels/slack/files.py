"""Files in Slack: fetching what people send, and sending one along.

The ways: https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from channels.contract import Rejected, Retry, Say, TooLarge, Upload
from channels.slack.calls import Calls
from channels.slack.refusals import code_of, explained, send_error
from channels.slack.rules import escaped

__all__ = ["fetch_file", "show_file"]

log = logging.getLogger(__name__)

_GONE = frozenset({"file_deleted", "file_not_found", "access_denied", "no_permission"})


async def fetch_file(calls: Calls, file_id: str, most: int, pause: Callable[[], timedelta]) -> bytes:
    """What is in a file that somebody sent. Raises TooLarge, Retry and Rejected, as the contract says."""
    try:
        told: Mapping[str, Any] = (await calls.ask("files.info", file=file_id))["file"]
        if int(told.get("size") or 0) > most:
            raise TooLarge
        address = told.get("url_private_download") or told.get("url_private")
        if not address:
            raise Rejected("Slack hands out no address for this file")
        kind, data = await calls.download(str(address), most)
    except (TooLarge, Rejected):
        raise
    except Exception as error:
        if code_of(error) in _GONE:
            raise Rejected(code_of(error)) from error
        raise send_error(error, pause, repeatable=True) from error
    if kind == "text/html":  # the page on which people sign in: the app lacks files:read, or its token has just changed
        raise Retry(pause(), "Slack showed its sign-in page in place of the file")
    return data


async def show_file(
    account: str, calls: Calls, member: str, say: Say, file: Upload, thread_ts: str, pause: Callable[[], timedelta]
) -> bool:
    """Send the message's file, with its words where there is nothing to tap beneath them. False where Slack does not take it,
    and the words must go alone. Raises the contract's errors."""
    try:
        file_id = await _upload(calls, file)
        channel = str((await calls("conversations.open", users=member))["channel"]["id"])
    except Exception as error:
        # Until here nobody has seen anything: it may all be done again.
        trouble = send_error(error, pause, repeatable=True)
        # An app that was installed before it asked to send files still sends words.
        lacks_permission = code_of(error) == "missing_scope"
        if say.text and (lacks_permission or not isinstance(trouble, Retry)):
            log.warning("slack_file_refused", extra={"account": account, "why": explained(error)})
            return False
        raise Rejected(explained(error)) if lacks_permission else trouble from error
    beside = {"initial_comment": escaped(say.text)} if say.text and not say.choices else {}
    beneath = {"thread_ts": thread_ts} if thread_ts else {}
    try:
        await calls("files.completeUploadExternal", files=[{"id": file_id}], channel_id=channel, **beside, **beneath)
    except Exception as error:
        raise send_error(error, pause) from error
    return True


async def _upload(calls: Calls, file: Upload) -> str:
    """Hand a file to Slack, where nobody sees it yet; gives back its id. Raises the library's errors."""
    place = await calls.ask("files.getUploadURLExternal", filename=file.name, length=len(file.data))
    await calls.put(str(place["upload_url"]), file.data, file.mime)
    return str(place["file_id"])
