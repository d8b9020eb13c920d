"""A test tool. Somebody on X: what they do, and what they see."""

from __future__ import annotations

import html

from tests.simulators.x.world import SHOP, Json, User, World

__all__ = ["Person"]


class Person:
    def __init__(self, world: World, user: User) -> None:
        self._world, self.user = world, user

    @property
    def id(self) -> str:
        return self.user.id

    def post(self, text: str, *, lang: str = "", answers: str = "", media: tuple[bytes, ...] = ()) -> Json:
        return self._world.add_post(self.id, text, lang=lang or self.user.lang, answers=answers, media=media)

    def message(self, text: str, *, media: tuple[bytes, ...] = ()) -> Json:
        # Whoever writes to an account can be answered by it.
        self.user.takes_messages = True
        return self._world.add_message(self.id, SHOP, text, media=media)

    def attached(self, said: Json) -> list[Json]:
        """What they attached to a post or message, as X pushes it."""
        return [self._world.media[key].pushed() for key in said.get("attachments", {}).get("media_keys", ())]

    def vote(self, post: Json, option: str) -> None:
        (poll,) = post["attachments"]["poll_ids"]
        (chosen,) = (one for one in self._world.polls[poll]["options"] if one["label"] == option)
        chosen["votes"] += 1

    def inbox(self) -> list[str]:
        """What the account has written to them in private, oldest first."""
        talk = "-".join(sorted((SHOP, self.id), key=int))
        ours = (one for one in self._world.messages if one["dm_conversation_id"] == talk and one["sender_id"] == SHOP)
        return [html.unescape(one["text"]) for one in ours]

    def answered(self) -> list[Json]:
        """The account's public answers to their posts."""
        own = {post["id"] for post in self._world.posts if post["author_id"] == self.id}
        return [post for post in self._world.posts if post["author_id"] == SHOP and post["answers"] in own]
