"""A test tool. The methods by which a bot writes into a chat, with the rules that Telegram holds it to."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from tests.simulators.telegram.flood import FloodGate
from tests.simulators.telegram.keyboards import checked_keyboard
from tests.simulators.telegram.refusal import Refusal, bad_request, flood, forbidden
from tests.simulators.telegram.topics import topic_of_call
from tests.simulators.telegram.world import Bot, Chat, Entry, Json, World

__all__ = ["Sending"]

_NO_PICTURE = "https://nowhere.example/"
"""Addresses at which lies no picture that Telegram takes."""
_LARGEST_PHOTO = 10 * 1024 * 1024
_LARGEST_UPLOAD = 50 * 1024 * 1024
_QUERY_LIVES = timedelta(seconds=60)
_DELETABLE = timedelta(hours=48)


def _units(text: str) -> int:
    """Length as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _check_photo(photo: bytes) -> None:
    """What Telegram demands of an uploaded photo (https://core.telegram.org/bots/api#sendphoto)."""
    if len(photo) > _LARGEST_PHOTO:
        raise bad_request("file is too big")
    try:
        with Image.open(BytesIO(photo)) as picture:
            wide, high = picture.size
    except OSError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if wide + high > 10_000 or max(wide, high) > 20 * min(wide, high):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


class Sending:
    def __init__(self, world: World) -> None:
        self._world = world
        self._gates: dict[str, FloodGate] = {}

    def send_message(self, bot: Bot, args: Json) -> Json:
        chat = self._writable(bot, args)
        text = str(args.get("text", "")).strip()
        if not text:
            raise bad_request("message text is empty")
        if _units(text) > 4096:
            raise bad_request("message is too long")
        return self._post(bot, chat, args, {"text": text})

    def send_photo(self, bot: Bot, args: Json) -> Json:
        chat = self._writable(bot, args)
        photo = args.get("photo")
        if isinstance(photo, bytes):
            _check_photo(photo)
            file_id = self._world.new_id("photo")
            self._world.files[file_id] = (f"photos/{file_id}.jpg", photo)
        elif photo and photo.startswith(_NO_PICTURE):
            raise bad_request("wrong type of the web page content")
        elif photo and (photo in self._world.files or photo.startswith(("http://", "https://"))):
            file_id = photo if photo in self._world.files else self._world.new_id("photo")
        else:
            raise bad_request("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
        content: Json = {"photo": [{"file_id": file_id, "file_unique_id": file_id[-8:], "width": 90, "height": 90}]}
        return self._post(bot, chat, args, content | self._caption(args))

    def send_voice(self, bot: Bot, args: Json) -> Json:
        chat = self._writable(bot, args)
        voice = args.get("voice")
        if not isinstance(voice, bytes):
            raise bad_request("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
        if len(voice) > _LARGEST_UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        if voice[:4] not in (b"OggS", b"ID3\x03") and voice[4:8] != b"ftyp":
            raise bad_request("wrong type of the voice note")
        file_id = self._world.new_id("voice")
        self._world.files[file_id] = (f"voice/{file_id}.oga", voice)
        content: Json = {"voice": {"file_id": file_id, "file_unique_id": file_id[-8:], "duration": 3}}
        return self._post(bot, chat, args, content | self._caption(args))

    def _caption(self, args: Json) -> Json:
        caption = str(args.get("caption", ""))
        if _units(caption) > 1024:
            raise bad_request("message caption is too long")
        return {"caption": caption} if caption else {}

    def send_poll(self, bot: Bot, args: Json) -> Json:
        chat = self._writable(bot, args)
        options = [option["text"] if isinstance(option, dict) else option for option in args.get("options", ())]
        if not 1 <= _units(str(args.get("question", ""))) <= 300 or not 2 <= len(options) <= 12:
            raise bad_request("wrong poll: a question of 1 to 300 characters and 2 to 12 options are needed")
        if any(not 1 <= _units(text) <= 100 for text in options):
            raise bad_request("poll option's text must be 1 to 100 characters")
        if chat.info["type"] == "channel" and not args.get("is_anonymous", True):
            raise bad_request("non-anonymous polls can't be sent to channel chats")
        if "close_date" in args and not 5 <= args["close_date"] - self._world.seconds() <= 2_628_000:
            raise bad_request("poll close date is out of its limits")
        poll: Json = {
            "id": self._world.new_id("poll"),
            "question": args["question"],
            "options": [{"persistent_id": str(i), "text": text, "voter_count": 0} for i, text in enumerate(options)],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": args.get("is_anonymous", True),
            "type": args.get("type", "regular"),
            "allows_multiple_answers": args.get("allows_multiple_answers", False),
            "allows_revoting": True,
            "members_only": False,
        }
        bot.polls[poll["id"]] = poll
        return self._post(bot, chat, args, {"poll": poll})

    def stop_poll(self, bot: Bot, args: Json) -> Json:
        _, entry = self._own(bot, args, "poll")
        poll: Json = entry.message.get("poll") or {}
        if not poll:
            raise bad_request("message with poll to stop not found")
        if poll["is_closed"]:
            raise bad_request("poll has already been closed")
        poll["is_closed"] = True
        return poll

    def edit_message_text(self, bot: Bot, args: Json) -> Json:
        text = str(args.get("text", "")).strip()
        if not text:
            raise bad_request("message text is empty")
        if _units(text) > 4096:
            raise bad_request("message is too long")
        return self._edit(bot, args, {"text": text})

    def edit_message_caption(self, bot: Bot, args: Json) -> Json:
        caption = str(args.get("caption", "")).strip()
        if _units(caption) > 1024:
            raise bad_request("message caption is too long")
        return self._edit(bot, args, {"caption": caption})

    def edit_message_reply_markup(self, bot: Bot, args: Json) -> Json:
        return self._edit(bot, args, {})

    def delete_message(self, bot: Bot, args: Json) -> bool:
        chat = self.known(bot, args)
        entry = chat.entries.get(int(args.get("message_id", 0)))
        if entry is None or entry.deleted:
            raise bad_request("message to delete not found")
        if self._world.seconds() - entry.message["date"] > _DELETABLE.total_seconds():
            raise bad_request("message can't be deleted")
        entry.deleted = True
        bot.tell(chat, entry.message["message_id"], "delete")
        return True

    def answer_callback_query(self, bot: Bot, args: Json) -> bool:
        if _units(str(args.get("text", ""))) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        query = bot.queries.pop(str(args.get("callback_query_id", "")), None)
        if query is None or self._world.now() - query[1] > _QUERY_LIVES:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return True

    def send_chat_action(self, bot: Bot, args: Json) -> bool:
        self._reachable(bot, self.known(bot, args))
        if args.get("action") not in ("typing", "upload_photo", "record_voice", "upload_voice", "upload_document", "choose_sticker"):
            raise bad_request("wrong parameter action in request")
        return True

    def known(self, bot: Bot, args: Json) -> Chat:
        """The chat that a call names. Raises: chat not found, or 403 for a person who never wrote to this bot."""
        name = args.get("chat_id")
        if name is None or name == "":
            raise bad_request("chat_id is empty")
        public = (chat for chat in bot.chats.values() if name == f"@{chat.info.get('username', '')}")
        chat = bot.chats.get(name) if isinstance(name, int) else next(public, None)
        if chat is None and name in self._world.people:
            raise forbidden("bot can't initiate conversation with a user")
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        return chat

    def _reachable(self, bot: Bot, chat: Chat) -> None:
        if chat.private and chat.id in self._world.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user" if chat.private else "bot was kicked from the group chat")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")

    def _writable(self, bot: Bot, args: Json) -> Chat:
        """The chat, after all that Telegram asks of somebody who sends there, the flood limits last."""
        chat = self.known(bot, args)
        self._reachable(bot, chat)
        gate = self._gates.setdefault(bot.token, FloodGate())
        if wait := gate.wait(chat.id, self._world.now().timestamp()):
            self._world.events["floods"] += 1
            raise flood(wait)
        self._world.peak_per_second = max(self._world.peak_per_second, gate.peak)
        return chat

    def _post(self, bot: Bot, chat: Chat, args: Json, content: Json) -> Json:
        message: Json = {"message_id": 0, "from": bot.user, "chat": chat.info, "date": self._world.seconds(), **content}
        message |= topic_of_call(chat, args.get("message_thread_id"))
        keyboard = checked_keyboard(args.get("reply_markup"))
        if reply := args.get("reply_parameters"):
            answered = chat.entries.get(int(reply["message_id"]))
            if answered is None and not reply.get("allow_sending_without_reply"):
                raise bad_request("message to be replied not found")
            if answered is not None:
                message["reply_to_message"] = {k: v for k, v in answered.message.items() if k != "reply_to_message"}
        if keyboard:
            message["reply_markup"] = keyboard
        _remember_offers(bot.add(chat, message, from_bot=True))
        return message

    def _own(self, bot: Bot, args: Json, what: str) -> tuple[Chat, Entry]:
        """The bot's own message that a call wants to change."""
        chat = self.known(bot, args)
        self._reachable(bot, chat)
        entry = chat.entries.get(int(args.get("message_id", 0)))
        if entry is None or entry.deleted:
            raise bad_request(f"message to {what} not found")
        if not entry.from_bot:
            raise bad_request("message can't be edited")
        return chat, entry

    def _edit(self, bot: Bot, args: Json, content: Json) -> Json:
        chat, entry = self._own(bot, args, "edit")
        if "text" in content and "text" not in entry.message:
            raise bad_request("there is no text in the message to edit")
        if "caption" in content and "photo" not in entry.message:
            raise bad_request("there is no caption in the message to edit")
        changed: dict[str, Any] = {**entry.message, **content}
        changed.pop("reply_markup", None)
        if keyboard := checked_keyboard(args.get("reply_markup")):
            changed["reply_markup"] = keyboard
        if changed == entry.message:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        entry.earlier.append(entry.message)
        entry.message = {**changed, "edit_date": self._world.seconds()}
        _remember_offers(entry)
        bot.tell(chat, entry.message["message_id"], "edit")
        return entry.message


def _remember_offers(entry: Entry) -> None:
    rows = entry.message.get("reply_markup", {}).get("inline_keyboard", ())
    entry.offered.update(button["callback_data"] for row in rows for button in row if "callback_data" in button)
