"""A real browser for the few tests that need one: Debian's chromium, driven by playwright."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.patience import PATIENCE

__all__ = ["chromium", "needs_chromium"]

_FOUND = shutil.which("chromium")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

needs_chromium = [pytest.mark.browser, pytest.mark.skipif(_FOUND is None, reason="no chromium here: apt-get install chromium")]

expect.set_options(timeout=PATIENCE * 1000)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_FOUND, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
