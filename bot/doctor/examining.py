"""All examinations at once, each with its own time, and none that can spoil another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.doctor.subjects import Subject
from channels.contract import Finding, Level, NoAnswer

__all__ = ["PATIENCE", "Report", "examined"]

PATIENCE = timedelta(seconds=30)
"""For one account: three questions that are each answered in their last moment."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of one subject."""

    name: str
    what: str
    findings: Sequence[Finding]

    @property
    def is_well(self) -> bool:
        return all(finding.level is not Level.ERROR for finding in self.findings)


async def examined(subjects: Sequence[Subject], *, patience: timedelta = PATIENCE) -> list[Report]:
    """The reports, in the order of the subjects."""
    return list(await asyncio.gather(*(_examined(subject, patience) for subject in subjects)))


async def _examined(subject: Subject, patience: timedelta) -> Report:
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(patience.total_seconds()):
            async for finding in subject.examination.examine():
                findings.append(finding)  # noqa: PERF401  (those before trouble are kept)
    except NoAnswer as none:
        findings.append(none.finding)
    except TimeoutError:
        found = f"the examination was not done within {patience.total_seconds():g} s, and the rest was not looked at"
        findings.append(Finding.error("line", found, "check this machine's line to the internet, and try again"))
    except Exception as error:
        # A platform may answer in a shape that nobody foresaw: that spoils neither what was found, nor the other reports.
        found = f"something was told that was not understood ({type(error).__name__}), and the rest was not looked at"
        findings.append(Finding.error("examination", found, "update Makegood, or tell its makers"))
    return Report(subject.name, subject.what, findings)
