"""A test tool. What a person does in a chat with a bot, and what the person sees there."""

from __future__ import annotations

import base64
from copy import deepcopy

from tests.patience import PATIENCE
from tests.simulators.telegram.keyboards import buttons_of
from tests.simulators.telegram.misbehaviour import Misbehaviour
from tests.simulators.telegram.topics import topic_of_person
from tests.simulators.telegram.updates import queue_update
from tests.simulators.telegram.watching import shown, watch
from tests.simulators.telegram.world import Bot, Chat, Entry, Json, World

__all__ = ["PICTURE", "REACTIONS", "Person", "Refused"]

PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

_EMOJI = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 "
    "😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_EMOJI.split())
"""All that Telegram has (https://core.telegram.org/bots/api#reactiontypeemoji)."""
_VOICE = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(200)


class Refused(Exception):
    """A person cannot do this in Telegram: write to a bot they blocked, tap a button that never was."""


class Person:
    """One person in one chat with one bot. Telegram numbers a private chat as its person."""

    def __init__(self, world: World, bot: Bot, misbehaviour: Misbehaviour, user: Json) -> None:
        self._world, self._bot, self._misbehaviour = world, bot, misbehaviour
        self.user = world.people.setdefault(user["id"], {"is_bot": False, "first_name": f"Person {user['id']}"})
        self.user.update(user)
        self._seen = 0

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def chat(self) -> Chat:
        """Raises KeyError before the person has opened it."""
        return self._bot.chats[self.id]

    def start(self, payload: str = "") -> Json:
        """Press Start, perhaps behind a deep link with its payload. Opens the chat, and ends a block."""
        if payload and (len(payload) > 64 or not payload.replace("-", "_").replace("_", "a").isalnum() or not payload.isascii()):
            raise Refused(f"a start payload is at most 64 of A-Z a-z 0-9 _ -: {payload!r}")
        info = {"id": self.id, "type": "private", "first_name": self.user["first_name"]}
        chat = self._bot.chats.setdefault(self.id, Chat(info))
        if chat.blocked:
            self.unblock()
        chat.started = True
        text = f"/start {payload}".strip()
        return self._write({"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": 6}]})

    def text(self, text: str, *, reply_to: int = 0, thread: int = 0, chat: int = 0) -> Json:
        """Write, perhaps in a topic, by its number. `chat` is a group's, without it, here."""
        content: Json = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        there = self._bot.chats[chat] if chat else None
        try:
            content |= topic_of_person(there or self.chat, thread)
        except KeyError:
            raise Refused(f"there is no open topic {thread}") from None
        if reply_to:
            content["reply_to_message"] = there.entries[reply_to].message if there else self._entry(reply_to).message
        return self._write_in_group(there, content) if there else self._write(content)

    def edit(self, message: int, text: str) -> Json:
        """Edit a text the person sent."""
        entry = self._entry(message)
        if entry.from_bot or "text" not in entry.message:
            raise Refused(f"message {message} is not a text of this person")
        entry.earlier.append(entry.message)
        entry.message = {**entry.message, "text": text, "edit_date": self._world.seconds()}
        return self._tell("edited_message", entry.message)

    def photo(self, caption: str = "", content: bytes = PICTURE) -> Json:
        sizes = [{**self._file("photo", "photos", "jpg", content), "width": width, "height": width} for width in (90, 800)]
        return self._write({"photo": sizes} | ({"caption": caption} if caption else {}))

    def voice(self, seconds: int = 3, content: bytes = _VOICE) -> Json:
        return self._write({"voice": {**self._file("voice", "voice", "oga", content), "duration": seconds, "mime_type": "audio/ogg"}})

    def video(self, caption: str = "") -> Json:
        video = {**self._file("video", "videos", "mp4"), "width": 320, "height": 240, "duration": 4, "mime_type": "video/mp4"}
        return self._write({"video": video} | ({"caption": caption} if caption else {}))

    def document(self, name: str = "receipt.pdf", caption: str = "") -> Json:
        document = {**self._file("document", "documents", "pdf"), "file_name": name, "mime_type": "application/pdf"}
        return self._write({"document": document} | ({"caption": caption} if caption else {}))

    def sticker(self, emoji: str = "👍") -> Json:
        look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": emoji}
        return self._write({"sticker": {**self._file("sticker", "stickers", "webp"), **look}})

    def tap(self, message: int = 0, *, data: str = "", label: str = "") -> Json:
        """Tap a button by its data or its label, on the newest message with buttons where none is named.

        A button that was there before an edit can still be tapped by its data: the person's screen may lag.
        """
        self._must_be_open()
        entry = self._entry(message) if message else self._newest_with_buttons()
        if not data:
            found = [button for button in buttons_of(entry.message) if button["text"] == label and "callback_data" in button]
            if not found:
                raise Refused(f"no button says {label!r} on message {entry.message['message_id']}")
            data = found[0]["callback_data"]
        elif data not in entry.offered:
            raise Refused(f"message {entry.message['message_id']} never had a button with {data!r}")
        query = self._world.new_id("query")
        self._bot.queries[query] = (self.id, self._world.now())
        content = {"id": query, "from": self.user, "message": entry.message, "chat_instance": str(7_000_000 + self.id), "data": data}
        return self._tell("callback_query", content) | {"message_id": entry.message["message_id"], "query": query}

    def vote(self, message: int, *options: int, chat: int = 0) -> Json:
        """Vote in a poll of the bot's, again, or, with no option, take the vote back. An anonymous poll tells the bot the
        counts and not who it was. `chat` is a group's or a channel's number; without it, here."""
        entry = self._bot.chats[chat].entries.get(message) if chat else self._entry(message)
        if entry is None or "poll" not in entry.message:
            raise Refused(f"there is no poll {message}")
        poll = entry.message["poll"]
        if poll["is_closed"] or (len(options) > 1 and not poll["allows_multiple_answers"]):
            raise Refused("the poll is closed, or takes one option only")
        votes = self._bot.votes.setdefault(poll["id"], {})
        for change, chosen in ((-1, votes.get(self.id, ())), (1, options)):
            for option in chosen:
                poll["options"][option]["voter_count"] += change
        votes[self.id] = options
        poll["total_voter_count"] = sum(bool(chosen) for chosen in votes.values())
        told = self._tell("poll", deepcopy(poll))
        if not poll["is_anonymous"]:
            persistent = [str(option) for option in options]
            told = self._tell(
                "poll_answer", {"poll_id": poll["id"], "user": self.user, "option_ids": [*options], "option_persistent_ids": persistent}
            )
        return told

    def react(self, message: int, emoji: str = "", *, chat: int = 0, anonymous: bool = False) -> Json:
        """Put an emoji to a message, in place of the one before; without one, take that back. A bot is told where it may see it:
        in private, and as an administrator; who is `anonymous` speaks in the name of the chat."""
        there = self._bot.chats[chat] if chat else self.chat
        if message not in there.entries or (emoji and emoji not in REACTIONS):
            raise Refused(f"there is no message {message}, or {emoji!r} is no reaction")
        put = there.entries[message].reactions
        before, put[self.id] = put.get(self.id, ()), (emoji,) if emoji else ()
        told: Json = {"number": len(self._bot.news)}
        if not (there.private or there.administrator):
            return told
        change: Json = {"chat": there.info, "message_id": message, "date": self._world.seconds()}
        change |= {"actor_chat": there.info} if anonymous else {"user": self.user}
        for name, signs in (("old_reaction", before), ("new_reaction", put[self.id])):
            change[name] = [{"type": "emoji", "emoji": sign} for sign in signs]
        return self._tell("message_reaction", change)

    def block(self) -> Json:
        self._must_be_open()
        self.chat.blocked = True
        return self._membership("member", "kicked")

    def unblock(self) -> Json:
        if not self.chat.blocked:
            raise Refused("the bot is not blocked")
        self.chat.blocked = False
        return self._membership("kicked", "member")

    def deactivate(self) -> Json:
        """Delete the person's account: every bot's messages are refused from now on."""
        self._world.deactivated.add(self.id)
        return {}

    def transcript(self) -> list[Json]:
        """Both sides' messages, oldest first."""
        return [shown(entry) for entry in self.chat.entries.values()] if self.id in self._bot.chats else []

    async def hears(self, within: float = PATIENCE) -> Json:
        """The bot's next new message that this object has not given back yet. Raises TimeoutError."""
        news = await self.news(after=self._seen, within=within)
        if not news:
            raise TimeoutError(f"the bot said nothing to {self.id} for {within:g} s")
        self._seen = news[0]["number"]
        return news[0]

    async def news(self, *, after: int = 0, within: float = 0, edits: bool = False) -> list[Json]:
        """What the bot did here since number `after`: new messages, and edits and deletions too where wished for."""
        if self.id not in self._bot.chats:
            raise Refused(f"{self.id} has not opened this chat")
        return await watch(self._bot, self.chat, after=after, within=within, edits=edits)

    def _write(self, content: Json) -> Json:
        self._must_be_open()
        message = {"message_id": 0, "from": self.user, "chat": self.chat.info, "date": self._world.seconds(), **content}
        self._bot.add(self.chat, message, from_bot=False)
        return self._tell("message", message)

    def _write_in_group(self, group: Chat, content: Json) -> Json:
        """With its privacy mode on, a bot that is no administrator hears only commands and what answers it."""
        message = {"message_id": 0, "from": self.user, "chat": group.info, "date": self._world.seconds(), **content}
        self._bot.add(group, message, from_bot=False)
        answers_it = content.get("reply_to_message", {}).get("from", {}).get("id") == self._bot.id
        if group.administrator or self._bot.hears_all or answers_it or content["text"].startswith("/"):
            return self._tell("message", message)
        return {"number": len(self._bot.news), "message_id": message["message_id"]}

    def _tell(self, kind: str, content: Json) -> Json:
        number = len(self._bot.news)
        update = queue_update(self._world, self._bot, self._misbehaviour, kind, content)
        told: Json = {"update_id": update, "number": number}
        return told | {"message_id": content["message_id"]} if "message_id" in content else told

    def _membership(self, old: str, new: str) -> Json:
        def member(status: str) -> Json:
            return {"status": status, "user": self._bot.user} | ({"until_date": 0} if status == "kicked" else {})

        change = {"chat": self.chat.info, "from": self.user, "date": self._world.seconds()}
        return self._tell("my_chat_member", {**change, "old_chat_member": member(old), "new_chat_member": member(new)})

    def _file(self, kind: str, folder: str, ending: str, content: bytes = PICTURE) -> Json:
        file_id = self._world.new_id(kind)
        self._world.files[file_id] = (f"{folder}/{file_id}.{ending}", content)
        return {"file_id": file_id, "file_unique_id": file_id[-8:], "file_size": len(content)}

    def sees(self, message: int) -> bytes:
        """What is in the photo or voice note of a message, as the person's app loads it."""
        shown = self._entry(message).message
        file = shown["photo"][-1] if "photo" in shown else shown["voice"]
        return self._world.files[file["file_id"]][1]

    def _must_be_open(self) -> None:
        if self.id not in self._bot.chats:
            raise Refused(f"{self.id} has not pressed Start")
        if self.chat.blocked:
            raise Refused(f"{self.id} has blocked the bot")

    def _entry(self, message: int) -> Entry:
        try:
            return self.chat.entries[message]
        except KeyError:
            raise Refused(f"there is no message {message} in the chat of {self.id}") from None

    def _newest_with_buttons(self) -> Entry:
        for entry in reversed(self.chat.entries.values()):
            if not entry.deleted and any(buttons_of(entry.message)):
                return entry
        raise Refused(f"no message to {self.id} has buttons")
