"""A test tool. What a person sees and does in an app's windows and on its home page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Protocol

from tests.patience import PATIENCE
from tests.simulators.slack.payloads import event, in_view, view_submission
from tests.simulators.slack.screens import Screens
from tests.simulators.slack.world import App, Json, User, World

__all__ = ["Pushes", "Visitor"]


class Pushes(Protocol):
    def __call__(self, app: App, payload: Json, answered: Callable[[Json], None] | None = None) -> None: ...


class Visitor:
    def __init__(self, world: World, app: App, user: User, push: Pushes) -> None:
        self._world, self._app, self._push, self._user = world, app, push, user

    @property
    def window(self) -> Json | None:
        """The topmost window: `title`, `text`, `fields` (what stands in each), `buttons`, `links`, `submit`; None where
        none is open."""
        windows = self._app.windows[self._user.id]
        return _shown(self._app.views[windows[-1]]) if windows else None

    @property
    def home(self) -> Json | None:
        """The home page, as `window`; None until one was published."""
        view = self._app.views.get(f"VHOME{self._user.id}")
        return _shown(view) if view else None

    async def until(self, holds: Callable[[], object], within: float = PATIENCE) -> None:
        """Wait until this is so of what is shown."""
        async with asyncio.timeout(within):
            while not holds():
                await self._world.screens_bell.wait(0.2)

    async def opens(self, *, titled: str = "") -> Json:
        """The window, once there is one that no longer says "wait"."""
        await self.until(lambda: (window := self.window) and window["title"] != "…" and titled in window["title"])
        assert self.window is not None
        return self.window

    def open_home(self, tab: str = "home") -> None:
        inner = {"type": "app_home_opened", "user": self._user.id, "channel": f"D{self._app.number}{self._user.id[1:]}", "tab": tab}
        self._push(self._app, event(self._world, self._app, {**inner, "event_ts": self._world.next_ts()}))

    def fill(self, key: str, words: str) -> None:
        """Type into a field, in place of what stands there."""
        block, element = self._field(key)
        assert len(words) <= element["max_length"], "Slack lets nobody type more"
        self._view["state"]["values"][block["block_id"]][key]["value"] = words

    def choose(self, key: str, label: str) -> None:
        """Choose an option of a field; the app hears of it where it asked to."""
        block, element = self._field(key)
        option = next(option for option in element["options"] if option["text"]["text"] == label)
        self._view["state"]["values"][block["block_id"]][key]["selected_option"] = option
        if block.get("dispatch_action"):
            action = {"type": "static_select", "action_id": key, "block_id": block["block_id"], "selected_option": option}
            self._push(self._app, in_view(self._world, self._app, self._user, self._view, action))

    def tap(self, label: str, *, home: bool = False) -> None:
        view = self._app.views[f"VHOME{self._user.id}"] if home else self._view
        for element in _elements(view):
            if element["text"]["text"].startswith(label):
                action = {key: element[key] for key in ("action_id", "type", "text", "value")}
                self._push(self._app, in_view(self._world, self._app, self._user, view, {**action, "block_id": "b"}))
                return
        raise LookupError(f"there is nothing called {label!r}")

    async def submit(self, *, times: int = 1) -> Json | None:
        """Send the window, perhaps several `times`; gives back the window that is there then."""
        told: asyncio.Queue[Json] = asyncio.Queue()
        empty = [key for key, words in (self.window or {})["fields"].items() if not words and not self._field(key)[0].get("optional")]
        assert not empty, f"Slack sends no window while {empty} is empty"
        payload = view_submission(self._world, self._app, self._user, self._view)
        for _ in range(times):
            self._push(self._app, payload, told.put_nowait)
        async with asyncio.timeout(PATIENCE):
            answers = [await told.get() for _ in range(times)]
        Screens(self._world).sent(self._app, self._user.id, answers[0])
        return self.window

    def close(self) -> None:
        self._app.windows[self._user.id].pop()

    @property
    def _view(self) -> Json:
        return self._app.views[self._app.windows[self._user.id][-1]]

    def _field(self, key: str) -> tuple[Json, Json]:
        block = next(block for block in self._view["blocks"] if block["type"] == "input" and block["element"]["action_id"] == key)
        return block, block["element"]


def _shown(view: Json) -> Json:
    fields = {}
    for values in view["state"]["values"].values():
        for key, field in values.items():
            fields[key] = field.get("value") or ((field.get("selected_option") or {}).get("text") or {}).get("text", "")
    elements = [element for element in _elements(view) if "text" in element]
    return {
        "title": view["title"]["text"] if "title" in view else "",
        "text": "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] in ("header", "section")),
        "fields": fields,
        "buttons": [element["text"]["text"] for element in elements if "url" not in element],
        "links": {element["text"]["text"]: element["url"] for element in elements if "url" in element},
        "submit": view.get("submit", {}).get("text", ""),
    }


def _elements(view: Json) -> Iterator[Json]:
    """Everything on it that can be tapped, from above to below."""
    for block in view["blocks"]:
        yield from block["elements"] if block["type"] == "actions" else [block["accessory"]] if "accessory" in block else []
