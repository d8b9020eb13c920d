"""A test tool: plays Bluesky (a personal data server with the app's views behind it) for a channel under test.

A channel reaches it as it reaches Bluesky (`<address>/xrpc/<method>`); a test plays the people. Its state outlives the
channel, and its clock is the test's.

    async with BlueskySimulator(now=clock.now) as bluesky:
        shop = bluesky.world.account("northlight.test", password="abcd-efgh-ijkl-mnop")
        anna = bluesky.world.account("anna.test", name="Anna")
        post = bluesky.world.say(anna, "@northlight.test my lamp came broken", langs=("en",))
        replies = bluesky.world.replies_to(post)

What it does not do, so that nobody trusts it with that:

* Posts alone, in one server: no likes, follows, quotes, lists, feeds, images' bytes, no federation, no firehose.
* Records are checked by the rules that this project's posts can break: graphemes, bytes, facets' places, languages,
  the reply's references, the record's key. They are not checked against the lexicons, and have no real hash.
* Tokens are well-formed and expire, and are not signed. App passwords have no scopes.
* Rate limits as published: points of writes an hour and a day, sessions in five minutes. The limit of calls by address
  on the internet is not played.
* A mention is what a facet says; a person's words get theirs where a handle of an account stands.
* Blocking hides a blocker's posts from whom they blocked, and does nothing else.
"""

from tests.simulators.bluesky.server import BlueskySimulator
from tests.simulators.bluesky.world import Account, Post, World

__all__ = ["Account", "BlueskySimulator", "Post", "World"]
