"""What each channel is proven to do, as the tests themselves say it: the marker `proves`, read from their text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.house.checkout import ROOT, tracked

__all__ = ["CHANNELS", "FEATURES", "NONE", "Proof", "proofs"]

CHANNELS = {
    "telegram": ("Telegram", "our simulator"),
    "slack": ("Slack", "our simulator"),
    "x": ("X", "our simulator"),
    "mastodon": ("Mastodon", "mastodon-mock"),
    "bluesky": ("Bluesky", "our simulator"),
    "webchat": ("Web chat", "our own server, over HTTP"),
}
"""Each channel's name, and what its tests face unless they say otherwise."""

FEATURES: dict[str, dict[str, str]] = {
    "The conversation": {
        "whole dialog": "A customer is invited, answers everything after a purchase and is thanked",
        "complaint answered": "A complaint reaches staff, their answer the customer, and it is put right",
        "mistyped": "An answer that cannot be read is asked for again, kindly",
        "opt-out": "Whoever says stop, or shuts the door, is left alone",
        "deep link": "A link or a code begins the dialog of the invitation",
        "public complaint": "A complaint in public becomes a case, and its conversation private",
    },
    "What is shown": {
        "buttons": "Answers are tapped",
        "numbers in words": "Where nothing can be tapped, choices are numbered in words, and words are understood",
        "edit": "The question, once answered, shows the answer",
        "files in": "Pictures and voice notes of customers are kept and reach staff",
        "files out": "Pictures and voice notes of staff reach customers",
        "polls": "Polls are posted and their results kept",
        "topics": "What is said in a topic of a conversation is answered there",
        "home": "A page of one's own shows the question that waits, and one's rights",
        "reactions": "An emoji put to a message is heard, and an unhappy one asked about",
        "lengths": "Nothing is longer than the platform takes, and nothing of it is lost",
    },
    "How it hears": {
        "webhook": "The platform pushes what happens",
        "polling": "What is new is looked for",
        "streaming": "What is new comes over a line that stays open",
        "restart": "What came while nothing ran, or was not stored, is heard afterwards, once",
        "forged webhook": "What somebody else pushed is refused and counted",
        "old webhook": "What was pushed long ago is refused and counted",
        "replayed webhook": "What is pushed a second time changes nothing",
    },
    "When the platform is in trouble": {
        "flood control": "Its limits are kept, and the wait it names is waited",
        "outage": "An outage is waited out, and told once",
        "429": "429 with a time to wait",
        "500": "500 for a while",
        "timeout": "No answer at all",
        "dropped": "The line breaks after the platform took the message",
        "duplicated": "Updates come twice",
        "late": "Updates come late",
        "reordered": "Updates come in another order",
        "doctor": "What is wrong with its keys, permissions or address is found, and how to mend it told",
    },
}
"""What a test may prove: the marker's word, and the sentence of the table, by chapter."""

_NO_PUSH = "nobody pushes anything to it"
_OWN_PAGE = "it is a page of our own server"
_CHAT = "the conversation is held in the web chat"
_NO_HOME = {(channel, "home"): "it gives an app no page of its own" for channel in ("telegram", "x", "mastodon", "bluesky")}
_UNDIVIDED = {(channel, "topics"): "it does not divide a conversation" for channel in ("slack", "x", "mastodon", "bluesky", "webchat")}
_NO_REACTIONS = {
    ("slack", "reactions"): "the app does not ask to see them",
    ("x", "reactions"): "its interface tells of none in direct messages",
    ("mastodon", "reactions"): "it has none in direct messages",
    ("bluesky", "reactions"): f"a like is of a post in public; {_CHAT}",
    ("webchat", "reactions"): "it has none",
}
NONE: dict[tuple[str, str], str] = (
    {
        ("telegram", "public complaint"): "a bot is only written to in private",
        ("telegram", "numbers in words"): "everything can be tapped; words are understood all the same",
        ("telegram", "streaming"): "it has no such line; a poll waits for what is new",
        ("slack", "public complaint"): "the app reads no channel",
        ("slack", "numbers in words"): "everything can be tapped; words are understood all the same",
        ("slack", "polling"): "it pushes, or keeps a line open",
        ("x", "buttons"): "its interface has none in direct messages",
        ("x", "edit"): "a direct message cannot be changed",
        ("x", "streaming"): "it pushes, or is asked",
        ("mastodon", "buttons"): "a status has none",
        ("mastodon", "webhook"): "it keeps a line open",
        ("bluesky", "buttons"): f"a post has none; {_CHAT}",
        ("bluesky", "numbers in words"): f"nothing is asked in public; {_CHAT}",
        ("bluesky", "edit"): "a post cannot be changed",
        ("bluesky", "polls"): "it has none",
        ("bluesky", "files out"): f"nothing private is shown in public; {_CHAT}",
        ("bluesky", "webhook"): "it is asked for what is new",
        ("webchat", "public complaint"): _OWN_PAGE,
        ("webchat", "numbers in words"): "everything can be tapped; words are understood all the same",
        ("webchat", "polls"): "it has no public place",
        ("webchat", "polling"): _OWN_PAGE,
        ("webchat", "lengths"): _OWN_PAGE,
        ("webchat", "webhook"): _OWN_PAGE,
        ("webchat", "home"): "the conversation is a page already",
        ("webchat", "old webhook"): "a form bears no time; its cookie is good for a year",
        ("webchat", "outage"): _OWN_PAGE,
        ("webchat", "429"): _OWN_PAGE,
        ("webchat", "500"): _OWN_PAGE,
        ("webchat", "timeout"): _OWN_PAGE,
        ("webchat", "dropped"): _OWN_PAGE,
        ("webchat", "reordered"): "a page posts one thing after the other",
    }
    | {(channel, f"{kind} webhook"): _NO_PUSH for channel in ("mastodon", "bluesky") for kind in ("forged", "old", "replayed")}
    | _NO_HOME
    | _UNDIVIDED
    | _NO_REACTIONS
)
"""What a platform does not have, and why."""


@dataclass(frozen=True, slots=True)
class Proof:
    feature: str
    channel: str
    against: str
    file: str
    test: str


def proofs() -> list[Proof]:
    """Every mark of every test."""
    found: list[Proof] = []
    for path in tracked():
        if path.parts[0] == "tests" and path.name.startswith("test_") and path.suffix == ".py":
            text = (ROOT / path).read_text(encoding="utf-8")
            if "mark.proves(" in text:
                found += _proofs_of(str(path), ast.parse(text))
    return found


def _proofs_of(file: str, tree: ast.Module) -> Iterator[Proof]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
                    feature, *channels = (ast.literal_eval(word) for word in mark.args)
                    against = "".join(ast.literal_eval(keyword.value) for keyword in mark.keywords)
                    for channel in channels or CHANNELS:
                        yield Proof(feature, channel, against or CHANNELS[channel][1], file, node.name)
