"""The same conversation while the platform misbehaves: it goes to its end, every answer counts once, and nothing is said twice unmarked."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.every.platform import Told, Trouble
from tests.channels.every.shop import Shop
from tests.channels.every.talking import ANSWERS, BROKEN, REPEATED, answers_all
from tests.patience import PATIENCE


async def _said_amid(shop: Shop, *troubles: Trouble) -> list[Told]:
    """What the shop said while these troubles met the first message, one after the other, and once more one in the middle."""

    async def trouble(key: str) -> None:
        for one in troubles if key in ("", "delivery_speed") else ():
            shop.platform.misbehave(one)

    await trouble("")
    await shop.anna.begins(await shop.invited())
    said = await answers_all(shop, trouble)
    assert await shop.answers_kept("after-purchase") == ANSWERS
    unmarked = [one.text for one in said if REPEATED not in one.text]
    assert len(set(unmarked)) == len(unmarked)
    return said


@pytest.mark.proves("429", "telegram", "slack", "x", "mastodon", "bluesky")
@pytest.mark.proves("500", "telegram", "slack", "x", "mastodon", "bluesky")
async def test_a_platform_that_refuses_for_a_while_is_told_everything_once(shop: Shop) -> None:
    said = await _said_amid(shop, "429", "500")
    assert not any(REPEATED in one.text for one in said)


@pytest.mark.proves("timeout", "telegram", "slack", "x", "mastodon", "bluesky")
@pytest.mark.proves("dropped", "telegram", "slack", "x", "mastodon", "bluesky")
async def test_a_line_that_breaks_leaves_no_question_unasked_and_none_repeated_without_saying_so(shop: Shop) -> None:
    await _said_amid(shop, "timeout", "dropped")


@pytest.mark.proves("duplicated", "telegram", "slack", "webchat")
async def test_what_comes_twice_counts_once(shop: Shop) -> None:
    await _said_amid(shop, "duplicated")


@pytest.mark.proves("late", "telegram", "slack")
@pytest.mark.proves("reordered", "telegram", "slack")
async def test_words_that_come_late_behind_those_that_followed_them_are_kept_with_them(shop: Shop) -> None:
    async def wrong() -> set[str]:
        return set(str((await shop.answers_kept("after-purchase"))["what_went_wrong"]).splitlines())

    async def in_two_messages(key: str) -> None:
        if key == "what_went_wrong":
            shop.platform.misbehave("late")
            await shop.anna.says("It was thrown over the fence.")
        if key == "needs":
            async with asyncio.timeout(PATIENCE):
                while len(await wrong()) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    await shop.anna.begins(await shop.invited())
    await answers_all(shop, in_two_messages)
    assert await wrong() == {"It was thrown over the fence.", BROKEN}
    assert (await shop.answers_kept("after-purchase")) | {"what_went_wrong": BROKEN} == ANSWERS
