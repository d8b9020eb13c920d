"""What Anna answers, whose parcel came broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.channels.every.platform import Told
from tests.channels.every.shop import Shop

__all__ = ["ANSWERS", "BROKEN", "REPEATED", "answers_all", "told"]

BROKEN = "The box was wet & the kettle broken 👎"
REPEATED = "You may have received this already; then please just ignore it."
_SAID = {
    "satisfied are you with your purchase overall": ("csat", "2"),
    "how fast the delivery was": ("delivery_speed", "4"),
    "the condition in which it arrived": ("delivery_condition", "1"),
    "Is the product itself": ("product", "3"),
    "what you got for the price": ("price", "4"),
    "What went wrong?": ("what_went_wrong", BROKEN),
    "anything else you would need": ("needs", "A lid that fits"),
}
"""By words of the question: its key and the answer."""
ANSWERS = {key: int(words) if words.isdecimal() else words for key, words in _SAID.values()}


async def answers_all(shop: Shop, before: Callable[[str], Awaitable[None]] | None = None) -> list[Told]:
    """Answer whatever is asked, once, until the shop says thank you; what it said. `before` an answer is told of its question."""
    said: list[Told] = []
    answered: set[str] = set()
    while not said or not said[-1].text.startswith("Thank you"):
        said.append(told := await shop.anna.hears())
        for question, (key, words) in _SAID.items():
            if question in told.text and key not in answered:
                answered.add(key)
                if before:
                    await before(key)
                await shop.answers(told, words)
    return said


async def told(shop: Shop, words: str) -> Told:
    """What the shop says next that holds these words; what it says before is passed over."""
    while words not in (one := await shop.anna.hears()).text:
        pass
    return one
