"""Windows over a conversation: opened by a tap, kept up with what is chosen in them, and taken when they are sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from channels.contract import Hear, Heard, Visit, Windows
from channels.slack.calls import Calls
from channels.slack.refusals import explained
from channels.slack.views import WAITING, is_choosing, values_of, view_of

__all__ = ["Windowing"]

log = logging.getLogger(__name__)

Json = dict[str, Any]


class Windowing:
    def __init__(self, account: str, calls: Calls, windows: Windows) -> None:
        self._account, self._calls, self._windows = account, calls, windows

    async def take(self, body: Json, address: str, lang: str, heard: Heard | None, hear: Hear) -> Json:
        """Take care of an interaction; gives back what Slack is answered. What is no window's affair is heard."""
        if body["type"] == "view_submission":
            return await self._submitted(body, address, lang)
        if not await self._tapped(body, address, lang, heard, hear) and heard:
            await hear(heard)
        return {}

    async def _submitted(self, body: Json, address: str, lang: str) -> Json:
        """What Slack is answered to a window that was sent: what to show instead, or that all windows close.

        Sent again under the same hash it is the same
        (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
        """
        view = body["view"]
        visit = self._visit(address, lang, view["private_metadata"], f"{view['id']}.{view['hash']}", values_of(view))
        window = await self._windows.sent(visit)
        return {"response_action": "clear"} if window is None else {"response_action": "update", "view": view_of(window)}

    async def _tapped(self, body: Json, address: str, lang: str, heard: Heard | None, hear: Hear) -> bool:
        """Whether the tap was a window's affair, and was taken care of."""
        action, view = body["actions"][0], body.get("view") or {}
        in_window = view.get("type") == "modal"
        if in_window and is_choosing(action):
            visit = self._visit(address, lang, view["private_metadata"], body["trigger_id"], values_of(view))
            window = await self._windows.changed(visit)
            await self._show(view_of(window), view_id=view["id"], hash=view["hash"])
            return True
        if heard is None:
            return False
        if self._windows.opens(heard.choice):
            return await self._open(body, self._visit(address, lang, heard.choice, heard.update_id), upon=in_window)
        if in_window:
            await hear(heard)
            window = await self._windows.opened(self._visit(address, lang, view["private_metadata"], heard.update_id))
            await self._show(view_of(window), view_id=view["id"])
        return in_window

    async def _open(self, body: Json, visit: Visit, *, upon: bool) -> bool:
        """Open a window at once, for that is possible for three seconds only, and then say in it what there is to say."""
        try:
            opened = await self._calls("views.push" if upon else "views.open", trigger_id=body["trigger_id"], view=WAITING)
        except Exception as error:
            # The tap is then heard as in any channel without windows.
            log.warning("slack_window_not_opened", extra={"account": self._account, "why": explained(error)})
            return False
        await self._show(view_of(await self._windows.opened(visit)), view_id=opened["view"]["id"])
        return True

    async def _show(self, view: Json, **which: str) -> None:
        try:
            await self._calls("views.update", view=view, **which)
        except Exception as error:
            # Closed meanwhile, or changed by a later tap: whoever looks at it opens it again.
            log.warning("slack_window_not_shown", extra={"account": self._account, "why": explained(error)})

    def _visit(self, address: str, lang: str, ref: str, update_id: str, values: Mapping[str, str] | None = None) -> Visit:
        return Visit(self._account, address, update_id, ref, lang, values or {})
