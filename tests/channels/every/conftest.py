"""The shop on the channels that a test's mark names: where it names none, on every channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.every.bluesky import Bluesky
from tests.channels.every.mastodon import Mastodon
from tests.channels.every.platform import Platform
from tests.channels.every.shop import Shop, opened
from tests.channels.every.slack import Slack
from tests.channels.every.telegram import Telegram
from tests.channels.every.webchat import Webchat
from tests.channels.every.x import X
from tests.channels.proofs import CHANNELS

PLATFORMS: dict[str, type[Platform]] = {
    "telegram": Telegram,
    "slack": Slack,
    "x": X,
    "mastodon": Mastodon,
    "bluesky": Bluesky,
    "webchat": Webchat,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What a mark says is proven of a channel is run on that channel: the page and the suite cannot say different things."""
    if "shop" in metafunc.fixturenames:
        marks = list(metafunc.definition.iter_markers("proves"))
        channels = dict.fromkeys(channel for mark in reversed(marks) for channel in mark.args[1:] or CHANNELS)
        metafunc.parametrize("shop", channels, indirect=True)


@pytest.fixture
async def shop(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Shop]:
    async with opened(PLATFORMS[request.param](), tmp_path, sqlite_template) as shop:
        yield shop
