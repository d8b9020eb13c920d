"""A test tool: plays the Telegram Bot API over HTTP, for bots under test and for the people who talk to them.

A bot reaches it as it reaches Telegram (`<address>/bot<token>/<method>`), a test plays the customers in-process or
over HTTP (`<address>/sim/…`, see `control.py`). Its state outlives the bot: what was not acknowledged is delivered again.

    async with TelegramSimulator() as telegram:
        anna = telegram.person(TOKEN, 42, name="Anna", lang="sv")
        anna.start("invitation-token")
        question = await anna.hears()
        anna.tap(label="4")

What it does not do, so that nobody trusts it with that:

* Text is stored as it is sent: `parse_mode` and `entities` are accepted and not read, so no markup error is found.
* A picture given by address is not fetched, and its size and type are not checked: those at https://nowhere.example are refused, as
  one that is none; an uploaded one is, by what
  Telegram publishes: 10 MB, width and height together 10,000, at most 20 to 1. A voice note's length is not read.
* Only private chats are played in full. A group or a channel can be opened, written to and migrated, and people write and
  vote in it, whether they are members or not; a poll is not closed by itself when its time has come. Of topics, a person
  cannot open any: the test does. Whether an administrator may manage topics is not asked.
* Of reactions there are Telegram's own emoji, one a person; the counts of anonymous ones are not told.
* Update ids rise by one for each bot and never restart at random; nothing is dropped after 24 hours.
* How long a callback query can be answered is not published: here it is 60 seconds.
* Flood limits are not published exactly: here 30 a second (36 are let through, for the jitter of a line) and one a
  second in a chat with a burst of three; only messages count, edits do not. After a 429 there is no further penalty.
* A webhook may be plain HTTP and at any port; a method call in the webhook's answer is not carried out.
* Methods that are not listed in `methods.py` are answered 404, as unknown ones are.
* Buttons of a reply keyboard (the other kind than inline) cannot be tapped: send their text.
"""

from tests.simulators.telegram.person import Person, Refused
from tests.simulators.telegram.server import TelegramSimulator

__all__ = ["Person", "Refused", "TelegramSimulator"]
