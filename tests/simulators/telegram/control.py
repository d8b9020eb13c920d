"""A test tool. The played people's side over HTTP, for a driver in another process. Answers are JSON.

POST, arguments as a JSON object (`bot` is a token or a username, and may be left out where there is only one bot):

    /sim/bot         {token, username?, name?, topics?}    make a bot before it first calls
    /sim/revoke      {bot}                                 its token is 401 from now on
    /sim/start       {bot, user, name?, lang?, payload?}   press Start
    /sim/text        {bot, user, text, reply_to?, thread?, chat?}   also /sim/edit {message, text}
    /sim/photo       {bot, user, caption?}                 also /sim/video, /sim/document, /sim/voice, /sim/sticker {emoji?}
    /sim/tap         {bot, user, message?, data? | label?} the newest message with buttons where none is named
    /sim/vote        {bot, user, message, options: [0], chat?}
    /sim/react       {bot, user, message, emoji?, chat?, anonymous?}
    /sim/block       {bot, user}                           also /sim/unblock, /sim/deactivate
    /sim/group       {bot, chat, title?, type?, username?, forum?, administrator?}
                                                           the bot is added to a group or channel; /sim/migrate {chat, to}
    /sim/topic       {bot, chat, topic?, state?}           a new topic, or one that is now closed, open or deleted
    /sim/clock       {now}                                 ISO 8601 with an offset; move it before the bot's own clock
    /sim/misbehave   {how, method?, times?, seconds?, bot?}   see misbehaviour.py

What a person does is answered {update_id, message_id, number}; with `wait` (seconds) among the arguments also `news`:
what the bot did in that chat from then on, as soon as there is a new message. What a person cannot do is answered 409.

GET:

    /sim/news?bot&user?&after&within&edits   what the bot did since `after` (a `number`), in one chat or in all
    /sim/chat?bot&user                        the transcript, both sides
    /sim/chats?bot                            {chat id: number of messages}
    /sim/counters                             calls by method, answers by status, floods, faults, peak per second …
    /sim/clock
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.simulators.telegram.misbehaviour import Fault, Misbehaviour
from tests.simulators.telegram.person import Person, Refused
from tests.simulators.telegram.topics import change_topic, open_topic
from tests.simulators.telegram.updates import queue_update
from tests.simulators.telegram.watching import watch
from tests.simulators.telegram.world import Bot, Chat, Json, World

__all__ = ["Control"]

_DEEDS = frozenset(
    {"start", "text", "edit", "photo", "video", "document", "voice", "sticker", "tap", "vote", "react", "block", "unblock", "deactivate"}
)


class Control:
    def __init__(self, world: World, misbehaviour: Misbehaviour) -> None:
        self._world, self._misbehaviour = world, misbehaviour
        self._posts: dict[str, Callable[[Json], Json]] = {
            "bot": self._make_bot,
            "revoke": self._revoke,
            "group": self.open_group,
            "topic": self.topic,
            "migrate": self._migrate,
            "clock": self._set_clock,
            "misbehave": self._misbehave,
        }

    def person(self, bot: Bot, user: int, *, name: str = "", lang: str = "") -> Person:
        about: Json = {"id": user} | ({"first_name": name} if name else {}) | ({"language_code": lang} if lang else {})
        return Person(self._world, bot, self._misbehaviour, about)

    async def post(self, name: str, args: Json) -> Json:
        """Raises `Refused`, KeyError, TypeError and ValueError for what cannot be done."""
        if name not in _DEEDS:
            return self._posts[name](args)
        bot = self._world.bot_named(args.pop("bot", ""))
        person = self.person(bot, int(args.pop("user")), name=args.pop("name", "") if name == "start" else "", lang=args.pop("lang", ""))
        wait = float(args.pop("wait", 0))
        told: Json = (
            person.vote(args["message"], *args["options"], chat=args.get("chat", 0)) if name == "vote" else getattr(person, name)(**args)
        )
        if wait:
            told["news"] = await person.news(after=told["number"], within=wait)
        return told

    async def get(self, name: str, query: dict[str, str]) -> Any:
        match name:
            case "counters":
                return self._counters()
            case "clock":
                return {"now": self._world.now().isoformat()}
        bot = self._world.bot_named(query.get("bot", ""))
        match name:
            case "chats":
                return {str(chat.id): len(chat.entries) for chat in bot.chats.values()}
            case "chat":
                return self.person(bot, int(query["user"])).transcript()
            case "news":
                chat = bot.chats[int(query["user"])] if "user" in query else None
                after, within = int(query.get("after", 0)), float(query.get("within", 0))
                return await watch(bot, chat, after=after, within=within, edits=query.get("edits", "") in ("1", "true"))
        raise KeyError(name)

    def _counters(self) -> Json:
        world = self._world
        return {
            "calls": dict(world.calls),
            "answers": {str(status): n for status, n in world.answers.items()},
            **{name: world.events[name] for name in ("updates", "conflicts", "floods", "cuts", "webhook_pushes", "webhook_retries")},
            "peak_per_second": world.peak_per_second,
            "faults": world.faults,
            "pending": {bot.username: len(bot.updates) for bot in world.bots.values()},
        }

    def _make_bot(self, args: Json) -> Json:
        bot = self._world.bot(args["token"])
        bot.username, bot.name = args.get("username", bot.username), args.get("name", bot.name)
        bot.topics = bool(args.get("topics", bot.topics))
        return {"id": bot.id, "username": bot.username}

    def _revoke(self, args: Json) -> Json:
        self._world.bot_named(args.get("bot", "")).revoked = True
        return {}

    def open_group(self, args: Json) -> Json:
        bot, number = self._world.bot_named(args.get("bot", "")), int(args["chat"])
        if number >= 0:
            raise Refused("a group's id is negative")
        about = {"id": number, "type": args.get("type", "group"), "title": args.get("title", "Group")}
        about |= {"username": args["username"]} if args.get("username") else {}
        about |= {"is_forum": True} if args.get("forum") else {}
        bot.chats[number] = Chat(about, started=True, administrator=bool(args.get("administrator")))
        return {"chat": number}

    def topic(self, args: Json) -> Json:
        bot = self._world.bot_named(args.get("bot", ""))
        chat, number = bot.chats[int(args["chat"])], int(args.get("topic", 0))
        if not number:
            return {"topic": open_topic(bot, chat, bot.user, self._world.seconds())}
        change_topic(chat, number, args["state"])
        return {"topic": number}

    def _migrate(self, args: Json) -> Json:
        bot = self._world.bot_named(args.get("bot", ""))
        chat, to = bot.chats[int(args["chat"])], int(args["to"])
        bot.chats[to] = Chat({**chat.info, "id": to, "type": "supergroup"}, started=True)
        chat.migrated_to = to
        notice = {"message_id": 0, "chat": chat.info, "date": self._world.seconds(), "migrate_to_chat_id": to}
        bot.add(chat, notice, from_bot=False)
        return {"update_id": queue_update(self._world, bot, self._misbehaviour, "message", notice)}

    def _set_clock(self, args: Json) -> Json:
        moment = datetime.fromisoformat(args["now"])
        if moment.tzinfo is None:
            raise ValueError("the time needs an offset from UTC")
        self._world.set_clock(moment)
        return {"now": self._world.now().isoformat()}

    def _misbehave(self, args: Json) -> Json:
        self._misbehaviour.add(Fault(**args))
        return {}
