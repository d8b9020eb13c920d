"""How the customers' bot is in a group or a channel at which a poll or a focus group is aimed.

https://core.telegram.org/bots/api#chatmember
"""

from __future__ import annotations

from channels.contract import Finding, PublicPlace, split_place
from channels.customers.telegram.polls import where_of
from channels.examining import Asking, Json

__all__ = ["place_found"]

_MEMBERS = ("creator", "administrator", "member", "restricted")
_ADMINISTRATORS = ("creator", "administrator")
_HEAR = "make the bot an administrator of the group; or @BotFather, /setprivacy, Disable, and then take it out of the group and add it anew"


async def place_found(asking: Asking, me: Json, place: PublicPlace) -> Finding:
    """One place, by questions that nobody there notices. `me` is the bot itself."""
    chat_id, topic = where_of(place.place)["chat_id"], split_place(place.place)[1]
    told = asking.content(await asking.post("/getChat", json={"chat_id": chat_id}))
    if not told.get("ok"):
        return _unknown(place.place, told)
    chat: Json = told["result"]
    told = asking.content(await asking.post("/getChatMember", json={"chat_id": chat_id, "user_id": me["id"]}))
    member: Json = told["result"] if told.get("ok") else {}
    named = f"{place.place}, “{chat.get('title')}”"
    if wrong := _wrong(chat, member, me, place, topic):
        what, remedy = wrong
        return Finding.error("place", f"{named}: {what}", remedy)
    can = "it may write there and hears all that is said" if place.hears else "it may post polls there"
    if topic and topic != "1":
        can += f"; whether its topic {topic} is there and open, Telegram tells no bot before it writes"
    return Finding.ok("place", f"{named}: {can}")


def _wrong(chat: Json, member: Json, me: Json, place: PublicPlace, topic: str) -> tuple[str, str] | None:
    """What is wrong, and what to do; None where all is well."""
    status, channel = member.get("status"), chat.get("type") == "channel"
    if channel and place.hears:
        return "a focus group is to be held there, and it is a channel, where only its owners speak", "name a group in its place"
    if status not in _MEMBERS or not member.get("is_member", True):
        how = "as an administrator who may post messages" if channel else "as a member"
        return "the bot is not in it", f"add the bot there {how}"
    if channel and (status not in _ADMINISTRATORS or (status == "administrator" and not member.get("can_post_messages"))):
        return "the bot may not post in this channel", "make it an administrator of the channel who may post messages"
    if topic and not chat.get("is_forum"):
        return (
            f"it has no topics, and the topic {topic} of it is meant",
            "switch topics on in the group's settings, or name the group alone",
        )
    if status not in _ADMINISTRATORS:
        rights = member if status == "restricted" else chat.get("permissions") or {}
        if not rights.get("can_send_messages", True):
            return "the bot may not write there", "allow it in the group's permissions, or make the bot an administrator"
        if not place.hears and not rights.get("can_send_polls", True):
            return "the bot may not send polls there", "allow polls in the group's permissions, or make the bot an administrator"
        if place.hears and not me.get("can_read_all_group_messages"):
            return "the focus group would be heard by nobody: the bot hears only what is said to it", _HEAR
    return None


def _unknown(name: str, told: Json) -> Finding:
    if moved := (told.get("parameters") or {}).get("migrate_to_chat_id"):
        remedy = f"name {moved} in what you write from now on; a poll finds its way, and a focus group follows while Makegood runs"
        return Finding.warning("place", f"{name}: the group has become a supergroup, {moved}", remedy)
    found = f"{name}: Telegram shows the bot no such group or channel ({told.get('description')})"
    return Finding.error("place", found, "add the bot to it, and look whether its name or number is right")
