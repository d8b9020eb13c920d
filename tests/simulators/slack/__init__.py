"""A test tool: plays Slack (Web API, Socket Mode, signed pushes) for apps under test and the people who talk to them.

An app reaches it as it reaches Slack (`<address>/api/<method>`); a test plays the people. Its state outlives the app:
what was not acknowledged is pushed again.

    async with SlackSimulator() as slack:
        slack.app(BOT_TOKEN, app_token=APP_TOKEN)
        anna = slack.person(BOT_TOKEN, "U0ANNA", name="Anna", locale="sv-SE")
        anna.text("hello")
        question = await anna.hears()
        anna.tap(label="4")

What it does not do, so that nobody trusts it with that:

* One workspace. Of channels only those an app is a member of, in which it posts and people tap; no reactions, no search. A
  thread is a mark on a message; nobody follows one or leaves it.
* Scopes are not checked, but a test can take a method away (`world.missing_scopes`); a manifest is not read, so a person
  can send any command.
* Of Block Kit it knows sections, actions (buttons, menus), images, headers, dividers, contexts and inputs; others are refused.
* A length is counted in UTF-16 units, for Slack does not say how it counts: an app that passes here passes there.
* Rate limits as published: a message a second in a conversation with a burst of four, and a number a minute for each
  method (for `chat.postMessage` 300: "several hundred"). After a 429 there is no further penalty.
* Events that were not acknowledged are pushed up to three times more; the waits can be shortened. Interactions are not.
* A file is shared at once, where Slack takes a moment; its kind is what the uploader says.
* Windows and home pages know sections, actions, inputs of lines and of menus; errors beside a field are not played, nor is
  the closing of a window told.
* `apps.connections.open` gives a plain `ws://` address, which serves once and expires after 30 seconds.
"""

from tests.simulators.slack.person import Person, Refused
from tests.simulators.slack.server import SlackSimulator

__all__ = ["Person", "Refused", "SlackSimulator"]
