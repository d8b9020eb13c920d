"""Whether the shop's own system can be told of promises. No event is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

from channels.clock import Clock
from channels.contract import Finding, NoAnswer
from channels.examining import Asking, is_here

__all__ = ["ShopHookExamination"]

_LOOK = "look whether the shop's system runs, and whether [complaints.hook] url is its address as this machine reaches it"


class ShopHookExamination:
    def __init__(self, url: str, *, clock: Clock) -> None:
        self._url, self._clock = url, clock

    async def examine(self) -> AsyncIterator[Finding]:
        async with Asking(self._url, self._clock) as asking:
            if self._url.startswith("https://") or is_here(self._url):
                yield Finding.ok("address", f"at {asking.host}")
            else:
                remedy = "[complaints.hook] url: write its https address"
                yield Finding.warning("address", f"what {asking.host} is told can be read on the way: it has no https", remedy)
            try:
                status = (await asking.ask("HEAD", "")).status_code
            except NoAnswer as none:
                yield Finding.error("answer", none.finding.found, _LOOK)
                return
            yield asking.clock()
            yield _answered(status)


def _answered(status: int) -> Finding:
    if 300 <= status < 400:
        remedy = "[complaints.hook] url: write the address that it leads to; an event is never sent on to another one"
        return Finding.error("answer", f"it leads elsewhere ({status})", remedy)
    if status in (404, 410):
        return Finding.warning("answer", f"it answers {status} to a question without an event: perhaps there is no such page", _LOOK)
    # Most take nothing but events, and say so (405, 401).
    return Finding.ok("answer", f"it answers ({status}); whether it takes our signature shows with the first event")
