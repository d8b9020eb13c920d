"""What every channel and the bot say to each other. Imports nothing of ours.

A person does something: the channel tells it as `Heard`. The bot has something to tell: it is a `Say`,
free of any platform, and the channel renders it as well as its platform can. Sending ends in a platform
message id or in one of four errors, each of which tells the sender what to do next.
"""

from channels.contract.admission import Admission, Admitted
from channels.contract.card import card_place, card_token, written_card
from channels.contract.channel import Capabilities, Channel, Fetches, FileWay, Hear, Pace, TopicChannel
from channels.contract.finding import Examines, Finding, Level, NoAnswer, PublicPlace, PublicPlaces
from channels.contract.group import GroupEars, GroupMoved, GroupSaid, HearGroup, split_place
from channels.contract.heard import Heard, HeardKind, Media, MediaKind
from channels.contract.home import Home, HomeChannel, HomeItem, HomePart, Homes
from channels.contract.poll import Counted, HearVote, Poll, PollPlaces, PollRules, Posted, Voted
from channels.contract.say import CHOICE_REF_LIMIT, Choice, Layout, Link, Say, Upload
from channels.contract.send_error import Cause, Rejected, Retry, SendError, TooLarge, Unknown, Unreachable, WordsOnly
from channels.contract.vitals import Ailment, Allowance, HasVitals, Vitals
from channels.contract.window import Visit, Window, WindowChannel, WindowField, Windows

__all__ = [
    "CHOICE_REF_LIMIT",
    "Admission",
    "Admitted",
    "Ailment",
    "Allowance",
    "Capabilities",
    "Cause",
    "Channel",
    "Choice",
    "Counted",
    "Examines",
    "Fetches",
    "FileWay",
    "Finding",
    "GroupEars",
    "GroupMoved",
    "GroupSaid",
    "HasVitals",
    "Hear",
    "HearGroup",
    "HearVote",
    "Heard",
    "HeardKind",
    "Home",
    "HomeChannel",
    "HomeItem",
    "HomePart",
    "Homes",
    "Layout",
    "Level",
    "Link",
    "Media",
    "MediaKind",
    "NoAnswer",
    "Pace",
    "Poll",
    "PollPlaces",
    "PollRules",
    "Posted",
    "PublicPlace",
    "PublicPlaces",
    "Rejected",
    "Retry",
    "Say",
    "SendError",
    "TooLarge",
    "TopicChannel",
    "Unknown",
    "Unreachable",
    "Upload",
    "Visit",
    "Vitals",
    "Voted",
    "Window",
    "WindowChannel",
    "WindowField",
    "Windows",
    "WordsOnly",
    "card_place",
    "card_token",
    "split_place",
    "written_card",
]
