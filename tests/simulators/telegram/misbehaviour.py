"""A test tool. How the played Telegram is told to misbehave, for the next so many calls or updates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["CallFault", "Fault", "Misbehaviour", "UpdateFault"]

CallFault = Literal["429", "500", "502", "timeout", "drop_before", "drop_after", "slow"]
"""What happens to a call of a bot:

429, 500: refused, with `seconds` as retry_after. 502: a gateway's page instead of JSON. timeout: no answer for
`seconds`, nothing done, then the line is cut. drop_before: the line is cut, nothing done. drop_after: done, and the line
is cut instead of an answer. slow: done, answered after `seconds`.
"""
UpdateFault = Literal["duplicate", "late", "reorder"]
"""What happens to an update: delivered twice, held back for `seconds`, or delivered before the one that precedes it."""


@dataclass(slots=True)
class Fault:
    how: CallFault | UpdateFault
    method: str = "*"
    """The method whose calls are hit, in any case of letters; `*` for all but getUpdates. Updates have none."""
    times: int = 1
    seconds: float = 1.0
    bot: str = ""
    """Token of the bot that is hit; empty for any."""


class Misbehaviour:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if fault.how not in get_args(CallFault) + get_args(UpdateFault):
            raise ValueError(f"no such misbehaviour: {fault.how!r}")
        self._faults.append(fault)

    def of_call(self, token: str, method: str) -> Fault | None:
        """The fault that this call meets, used up by it."""
        return self._take(get_args(CallFault), token, method.lower())

    def of_update(self, token: str) -> Fault | None:
        return self._take(get_args(UpdateFault), token, "")

    def _take(self, hows: tuple[str, ...], token: str, method: str) -> Fault | None:
        for fault in self._faults:
            hits = not method or fault.method.lower() == method or (fault.method == "*" and method != "getupdates")
            if fault.how in hows and hits and fault.bot in ("", token):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None
