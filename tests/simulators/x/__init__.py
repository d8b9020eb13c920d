"""A test tool: plays X's API v2 for one account under test and the people who mention it or write to it.

The account's library reaches it in place of https://api.twitter.com, with calls that are signed for that address; a test plays
the people. Its state outlives the channel.

    async with XSimulator(now=clock.now) as x:
        anna = x.person("Anna", "anna_k", lang="sv")
        anna.post("@shop my chair came broken")
        anna.message("4")
        assert anna.inbox() == ["How was it?"]

What it does not do, so that nobody trusts it with that:

* It knows these calls alone: mentions, direct messages of all and of one conversation, a direct message, a post; who the account is,
  which webhooks there are, and whether the account is subscribed to one. What it would push, a test makes and pushes itself.
* Pictures lie in its stores of them at one size each, and as long as the test lets them. Films cannot be had.
* Signatures are checked as OAuth 1.0a has them, for the address that the library signs; a nonce may be used again.
* Limits are those that X publishes for a user (15 direct messages and 15 looks at them in 15 minutes, 1,440 messages a day,
  300 looks at mentions, 100 posts); a window begins with its first call.
* Money is counted by the published prices, for every thing that is given back, each time: X bills a thing that is read again
  on the same day once, and does not promise it. A refused call costs nothing here; X does not say.
* Of a post's language and of who may be written to it knows what the test says. Nobody is suspended, nothing is searched.
* A link is not shortened, a text not trimmed, but & < > are escaped as X escapes them.
* Calls are checked against X's interface description where it is there; the older names that tweepy has for fields
  (`tweet.fields`) are taken for the newer ones, as X takes them.
"""

from tests.simulators.x.person import Person
from tests.simulators.x.server import XSimulator
from tests.simulators.x.world import KEYS, SHOP

__all__ = ["KEYS", "SHOP", "Person", "XSimulator"]
