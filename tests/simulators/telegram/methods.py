"""A test tool. The methods of the Bot API that are played, by name; those that write into chats are in `sending.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.simulators.telegram.interface import interface
from tests.simulators.telegram.looking import full_info, membership
from tests.simulators.telegram.refusal import Refusal, bad_request
from tests.simulators.telegram.sending import Sending
from tests.simulators.telegram.updates import allow, get_updates
from tests.simulators.telegram.world import Bot, Json, Webhook, World

__all__ = ["Methods"]

_LARGEST_FILE = 20 * 1024 * 1024
_SECRET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Methods:
    """Carries out one call. `webhook_changed` is awaited after a bot's webhook was set or deleted."""

    def __init__(self, world: World, webhook_changed: Callable[[Bot], Awaitable[None]]) -> None:
        self._world = world
        self._webhook_changed = webhook_changed
        sending = Sending(world)
        self._table: dict[str, Callable[[Bot, Json], Any]] = {
            "getme": lambda bot, _: {
                **bot.user,
                "can_join_groups": True,
                "can_read_all_group_messages": bot.hears_all,
                "supports_inline_queries": False,
                "has_topics_enabled": bot.topics,
            },
            "getmycommands": lambda bot, _: bot.commands,
            "setmycommands": self._set_commands,
            "deletemycommands": self._set_commands,
            "getwebhookinfo": self._webhook_info,
            "getfile": self._get_file,
            "getchat": lambda bot, args: full_info(sending.known(bot, args)),
            "getchatmember": lambda bot, args: membership(bot, sending.known(bot, args), args),
            "sendmessage": sending.send_message,
            "sendphoto": sending.send_photo,
            "sendvoice": sending.send_voice,
            "sendpoll": sending.send_poll,
            "stoppoll": sending.stop_poll,
            "editmessagecaption": sending.edit_message_caption,
            "editmessagetext": sending.edit_message_text,
            "editmessagereplymarkup": sending.edit_message_reply_markup,
            "deletemessage": sending.delete_message,
            "answercallbackquery": sending.answer_callback_query,
            "sendchataction": sending.send_chat_action,
        }

    async def call(self, bot: Bot, method: str, args: Json, files: frozenset[str]) -> Any:
        """The `result` of the call. Raises `Refusal`."""
        name = method.lower()
        if name != "getupdates":
            self._world.latest.append((method, args))
        known = interface()
        plain = {key: value for key, value in args.items() if not isinstance(value, bytes)}
        if known and (fault := known.fault_of_call(method, plain, files)):
            self._world.faults.append(fault)
            raise Refusal(404, "Not Found") if "no method" in fault else bad_request(f"not in the interface description: {fault}")
        match name:
            case "getupdates":
                return await get_updates(self._world, bot, args)
            case "setwebhook":
                return await self._set_webhook(bot, args)
            case "deletewebhook":
                return await self._drop_webhook(bot, args)
            case _ if name in self._table:
                return self._table[name](bot, args)
        raise Refusal(404, "Not Found")

    def _set_commands(self, bot: Bot, args: Json) -> bool:
        bot.commands[:] = args.get("commands", ())
        return True

    async def _set_webhook(self, bot: Bot, args: Json) -> bool:
        url, secret = str(args.get("url", "")), str(args.get("secret_token", ""))
        if not url:
            return await self._drop_webhook(bot, args)
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > 256 or not _SECRET.issuperset(secret):
            raise bad_request("secret token contains unallowed characters")
        allow(bot, args)
        bot.webhook = Webhook(url, secret, min(max(int(args.get("max_connections", 40)), 1), 100))
        return await self._webhook_is_now_another(bot, args)

    async def _drop_webhook(self, bot: Bot, args: Json) -> bool:
        bot.webhook = None
        return await self._webhook_is_now_another(bot, args)

    async def _webhook_is_now_another(self, bot: Bot, args: Json) -> bool:
        if args.get("drop_pending_updates"):
            bot.updates.clear()
        await self._webhook_changed(bot)
        bot.bell.ring()
        return True

    def _webhook_info(self, bot: Bot, args: Json) -> Json:
        hook = bot.webhook
        info: Json = {"url": hook.url if hook else "", "has_custom_certificate": False, "pending_update_count": len(bot.updates)}
        if hook:
            info |= {"max_connections": hook.max_connections}
            if hook.last_error:
                info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
        if bot.allowed is not None:
            info["allowed_updates"] = list(bot.allowed)
        return info

    def _get_file(self, bot: Bot, args: Json) -> Json:
        file_id = str(args.get("file_id", ""))
        if file_id not in self._world.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        path, content = self._world.files[file_id]
        if len(content) > _LARGEST_FILE:
            raise bad_request("file is too big")
        return {"file_id": file_id, "file_unique_id": file_id[-8:], "file_size": len(content), "file_path": path}
