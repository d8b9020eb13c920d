"""A test tool. What a person does in the direct messages with an app, and what the person sees there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tests.patience import PATIENCE
from tests.simulators.slack.payloads import block_actions, event, im_message, rich_text, slash_command
from tests.simulators.slack.visitor import Pushes, Visitor
from tests.simulators.slack.world import App, Conversation, Entry, File, Json, User, World

__all__ = ["Person", "Refused"]


class Refused(Exception):
    """A person cannot do this in Slack: tap a button that is not there."""


class Person:
    def __init__(self, world: World, app: App, user: User, push: Pushes) -> None:
        self._world, self._app, self._push = world, app, push
        self.user = user
        self.at = Visitor(world, app, user, push)
        """What they see and do in windows, and on the app's home page."""
        self._seen = 0

    @property
    def address(self) -> str:
        return f"{self.user.team}:{self.user.id}"

    @property
    def conversation(self) -> Conversation:
        return self._world.conversation(self._app, self.user)

    def text(self, words: str, *, thread: str = "") -> str:
        """Write; gives back the message's ts."""
        text, blocks = rich_text(words)
        return self._write(text=text, blocks=blocks, **({"thread_ts": thread} if thread else {}))

    def command(self, command: str, text: str = "") -> None:
        """Send a command that begins with a slash. It stands in no transcript, as in Slack."""
        self._push(self._app, slash_command(self._world, self.conversation, command, text))

    def file(self, mimetype: str = "image/jpeg", words: str = "", content: bytes = b"", **more: object) -> str:
        """Send a file; with `content` it can be fetched."""
        known = File(f"F0{next(self._world.numbers)}", "file", len(content), content=content or None, mimetype=mimetype)
        self._world.files[known.id] = known
        thread = {"thread_ts": more.pop("thread_ts")} if "thread_ts" in more else {}
        file = {**known.shown(self._world.address), "size": len(content) or 4321, **more}
        return self._write(subtype="file_share", text=rich_text(words)[0], files=[file], **thread)

    def correct(self, ts: str, words: str) -> None:
        """Edit a message that the person wrote."""
        conversation, entry = self.conversation, self.conversation.entries[ts]
        if entry.from_app:
            raise Refused("somebody else's message cannot be edited")
        text, blocks = rich_text(words)
        before = entry.message
        entry.earlier.append(before)
        entry.message = {**before, "text": text, "blocks": blocks, "edited": {"user": self.user.id, "ts": self._world.next_ts()}}
        inner = {"type": "message", "subtype": "message_changed", "channel": conversation.id, "channel_type": "im", "hidden": True}
        change = {**inner, "message": entry.message, "previous_message": before, "ts": entry.message["edited"]["ts"]}
        self._push(self._app, event(self._world, self._app, change))

    def tap(self, *, label: str = "", ref: str = "", ts: str = "", channel: str = "") -> None:
        """Tap a button, or choose an option of a menu, by its label or its value: on the newest message that has one, here or
        in a channel."""
        place = self._world.conversations[channel] if channel else self.conversation
        for entry in [place.entries[ts]] if ts else reversed(place.entries.values()):
            # The person's screen may lag behind an edit: what was there before can still be tapped by its value.
            shown = [entry.message, *entry.earlier] if ref else [entry.message]
            for message in shown:
                for element, option in _tappable(message):
                    if (label and _label(option) == label) or (ref and option.get("value") == ref):
                        self._tapped(place, entry, element, option)
                        return
        raise Refused(f"there is nothing to tap called {label or ref!r}")

    async def hears(self, within: float = PATIENCE) -> Json:
        """The next message of the app that was not seen yet, once it is there: `ts`, `text`, `buttons`, `links`, the
        `thread` it stands in, and whether it is seen outside of it too (`aloud`)."""
        async with asyncio.timeout(within):
            while True:
                news = self.conversation.news
                while self._seen < len(news):
                    what, ts = news[self._seen]
                    self._seen += 1
                    if what == "new":
                        return shown(self.conversation.entries[ts])
                await self.conversation.bell.wait(0.5)

    def sees(self, ts: str) -> bytes:
        """What is in the file of a message."""
        (file,) = self.conversation.entries[ts].message["files"]
        return self._world.files[file["id"]].content or b""

    def transcript(self) -> list[Json]:
        return [shown(entry) for entry in self.conversation.entries.values()]

    def _write(self, **content: object) -> str:
        ts = self._world.next_ts()
        message = im_message(self.conversation, ts, **content)
        self.conversation.entries[ts] = Entry(message, from_app=False)
        self._push(self._app, event(self._world, self._app, message))
        return ts

    def _tapped(self, place: Conversation, entry: Entry, element: Json, option: Json) -> None:
        done = {"selected_option": option} if element["type"] == "static_select" else {}
        self._push(self._app, block_actions(self._world, place, self.user, entry.message, element, **done))


def shown(entry: Entry) -> Json:
    """A message as a person sees it."""
    message = entry.message
    tappable = list(_tappable(message))
    sections = [block["text"]["text"] for block in message.get("blocks", ()) if block["type"] == "section"]
    return {
        "ts": message["ts"],
        "from": "app" if entry.from_app else "person",
        "thread": message.get("thread_ts", ""),
        "aloud": "thread_ts" not in message or message.get("subtype") == "thread_broadcast",
        "text": "\n".join(sections) if entry.from_app and sections else message["text"],
        "files": [file["mimetype"] for file in message.get("files", ())],
        "buttons": [_label(option) for element, option in tappable if "url" not in element],
        "links": [element["url"] for element, _ in tappable if "url" in element],
    }


def _tappable(message: Json) -> Iterator[tuple[Json, Json]]:
    """Every button (twice) and every menu with each of its options."""
    for block in message.get("blocks", ()):
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            for option in element.get("options", [element]):
                yield element, option


def _label(option: Json) -> str:
    return str(option["text"]["text"])
