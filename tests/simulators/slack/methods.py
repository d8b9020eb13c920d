"""A test tool. The methods of the Web API that are played, each with the checks that Slack makes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.simulators.slack.flood import FloodGate
from tests.simulators.slack.interface import fault_of
from tests.simulators.slack.limits import faults_of
from tests.simulators.slack.payloads import event, user_object
from tests.simulators.slack.refusal import Refusal, flood, invalid_blocks
from tests.simulators.slack.screens import Screens
from tests.simulators.slack.world import TEAM, App, Conversation, Entry, File, Json, World

__all__ = ["Methods"]

TEXT_LIMIT = 40_000


class Methods:
    """`push` gives an app an event."""

    def __init__(self, world: World, url: Callable[[App], str], push: Callable[[App, Json], None]) -> None:
        self._world, self._socket_url, self._push = world, url, push
        self._gates: defaultdict[str, FloodGate] = defaultdict(FloodGate)
        screens = Screens(world)
        self._played: dict[str, Callable[[App, Json], Json]] = {
            "apps.connections.open": self._open_socket,
            "auth.test": self._who_am_i,
            "chat.getPermalink": self._permalink,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.info": self._info,
            "conversations.open": self._open_conversation,
            "files.completeUploadExternal": self._share_files,
            "files.getUploadURLExternal": self._place_for_file,
            "files.info": self._file,
            "users.info": self._user,
            "views.open": screens.open,
            "views.publish": screens.publish,
            "views.push": screens.push,
            "views.update": screens.update,
        }

    def call(self, method: str, token: str, arguments: Json) -> Json:
        """The content of an answer. Raises `Refusal`."""
        if method not in self._played:
            raise Refusal("unknown_method", req_method=method)
        app = self._app(method, token)
        if method in self._world.missing_scopes:
            raise Refusal("missing_scope")
        if fault := fault_of(method, arguments):
            self._world.faults.append(fault)
            raise Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}"]})
        names = {"chat.postMessage": "channel", "files.completeUploadExternal": "channel_id"}
        channel = str(arguments.get(names[method], "")) if method in names else ""
        if wait := self._gates[app.bot_token].wait(method, channel and self._id_of(app, channel), self._world.now().timestamp()):
            self._world.events["floods"] += 1
            raise flood(wait)
        return {"ok": True} | self._played[method](app, arguments)

    def _app(self, method: str, token: str) -> App:
        if not token:
            raise Refusal("not_authed")
        by_app_token = method == "apps.connections.open"
        for app in self._world.apps.values():
            if token == (app.app_token if by_app_token else app.bot_token):
                if app.revoked:
                    raise Refusal("account_inactive")
                return app
            if token in (app.app_token, app.bot_token):
                raise Refusal("not_allowed_token_type")
        raise Refusal("invalid_auth")

    def _who_am_i(self, app: App, _: Json) -> Json:
        return {
            "url": "https://home.slack.com/",
            "team": "Home",
            "user": "app",
            "team_id": TEAM,
            "user_id": app.bot_user,
            "bot_id": app.bot_id,
        }

    def _open_socket(self, app: App, _: Json) -> Json:
        if not app.socket_mode:
            raise Refusal("forbidden_team")
        return {"url": self._socket_url(app)}

    def _post(self, app: App, args: Json) -> Json:
        conversation = self._conversation(app, args["channel"])
        message = self._message(app, args)
        if thread := args.get("thread_ts"):
            root = conversation.entries.get(thread)
            if root is None or "thread_ts" in root.message:
                raise Refusal("thread_not_found")
            message |= {"thread_ts": thread, **({"subtype": "thread_broadcast"} if args.get("reply_broadcast") else {})}
        entry = conversation.entries[message["ts"]] = Entry(message, from_app=True)
        conversation.news.append(("new", entry.ts))
        conversation.bell.ring()
        if not conversation.channel:  # an app that listens to direct messages hears its own too
            self._push(app, event(self._world, app, {**message, "channel": conversation.id, "channel_type": "im", "event_ts": entry.ts}))
        return {"channel": conversation.id, "ts": entry.ts, "message": message}

    def _update(self, app: App, args: Json) -> Json:
        conversation = self._conversation(app, args["channel"])
        entry = conversation.entries.get(args["ts"])
        if entry is None:
            raise Refusal("message_not_found")
        if not entry.from_app:
            raise Refusal("cant_update_message")
        before, message = entry.message, self._message(app, args, blocks=entry.message.get("blocks"))
        entry.earlier.append(before)
        entry.message = {**message, "ts": entry.ts, "edited": {"user": app.bot_user, "ts": self._world.next_ts()}}
        conversation.news.append(("edit", entry.ts))
        conversation.bell.ring()
        change = {"type": "message", "subtype": "message_changed", "channel": conversation.id, "channel_type": "im", "hidden": True}
        if not conversation.channel:
            self._push(app, event(self._world, app, {**change, "message": entry.message, "previous_message": before, "ts": message["ts"]}))
        return {"channel": conversation.id, "ts": entry.ts, "text": entry.message["text"], "message": entry.message}

    def _message(self, app: App, args: Json, blocks: Any = None) -> Json:
        blocks, text = args.get("blocks", blocks), args.get("text") or ""
        if not text.strip() and not blocks:
            raise Refusal("no_text")
        if len(text) > TEXT_LIMIT:
            raise Refusal("msg_too_long")
        if blocks and (faults := faults_of(blocks)):
            self._world.events["breaches"] += 1
            raise invalid_blocks(faults)
        message = {"type": "message", "user": app.bot_user, "bot_id": app.bot_id, "app_id": app.id, "team": TEAM, "text": text}
        return message | {"ts": self._world.next_ts()} | ({"blocks": blocks} if blocks else {})

    def _permalink(self, app: App, args: Json) -> Json:
        conversation, ts = self._world.conversations.get(args["channel"]), args["message_ts"]
        if conversation is None or conversation.app is not app:
            raise Refusal("channel_not_found")
        if ts not in conversation.entries:
            raise Refusal("message_not_found")
        return {"channel": conversation.id, "permalink": f"https://home.slack.com/archives/{conversation.id}/p{ts.replace('.', '')}"}

    def _info(self, app: App, args: Json) -> Json:
        found = self._world.conversations.get(args["channel"])
        if found is None or found.app is not app:
            raise Refusal("channel_not_found")
        usual = {"id": found.id, "name": "friends", "is_private": False, "is_archived": False, "is_member": found.channel}
        return {"channel": usual | found.about}

    def _open_conversation(self, app: App, args: Json) -> Json:
        if not args.get("users"):
            raise Refusal("users_list_not_supplied")
        return {"channel": {"id": self._conversation(app, args["users"]).id}}

    def _conversation(self, app: App, channel: str) -> Conversation:
        if found := self._world.conversations.get(channel):
            if found.app is not app:
                raise Refusal("channel_not_found")
            if found.channel:
                return found
            user = found.user
        else:
            user = self._world.users.get(channel)  # type: ignore[assignment]
            if user is None:
                raise Refusal("channel_not_found")
        if user.deleted:
            raise Refusal("user_disabled")
        return self._world.conversation(app, user)

    def _id_of(self, app: App, channel: str) -> str:
        user = self._world.users.get(channel)
        return self._world.conversation(app, user).id if user else channel

    def _user(self, app: App, args: Json) -> Json:
        user = self._world.users.get(str(args.get("user")))
        if user is None:
            raise Refusal("user_not_found")
        return {"user": user_object(user, with_locale=args.get("include_locale") in (True, "1", "true"))}

    def _file(self, app: App, args: Json) -> Json:
        file = self._world.files.get(str(args.get("file")))
        if file is None:
            raise Refusal("file_not_found")
        if file.gone:
            raise Refusal("file_deleted")
        return {"file": file.shown(self._world.address)}

    def _place_for_file(self, app: App, args: Json) -> Json:
        name, length = str(args.get("filename", "")), int(args.get("length", 0))
        if not name or length <= 0:
            raise Refusal("invalid_arguments")
        file = File(f"F0{next(self._world.numbers)}", name, length, ticket=f"t{next(self._world.numbers)}")
        self._world.files[file.id] = file
        return {"upload_url": f"{self._world.address}/upload/v1/{file.ticket}", "file_id": file.id}

    def _share_files(self, app: App, args: Json) -> Json:
        files = [self._world.files.get(str(one.get("id"))) for one in args.get("files") or ()]
        if not files or any(file is None or file.content is None for file in files):
            raise Refusal("file_not_found")
        shown = [file.shown(self._world.address) for file in files if file]
        if channel := args.get("channel_id"):
            conversation = self._world.conversations.get(channel)  # a member's id will not do
            if conversation is None or conversation.app is not app:
                raise Refusal("channel_not_found")
            thread = {"thread_ts": args["thread_ts"]} if args.get("thread_ts") else {}
            about = {"type": "message", "subtype": "file_share", "user": app.bot_user, "bot_id": app.bot_id, "team": TEAM}
            message = about | {"text": args.get("initial_comment", ""), "ts": self._world.next_ts(), "files": shown} | thread
            entry = conversation.entries[message["ts"]] = Entry(message, from_app=True)
            conversation.news.append(("new", entry.ts))
            conversation.bell.ring()
            self._push(app, event(self._world, app, {**message, "channel": conversation.id, "channel_type": "im", "event_ts": entry.ts}))
        return {"files": shown}
