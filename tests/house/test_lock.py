"""The lock names versions and hashes, for every Python we run on, and no place to fetch them from."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import ROOT

LOCKS = {"requirements.txt": ("build",), "requirements-dev.txt": ("build", "dev")}
ENTRY = re.compile(
    r"""[a-z0-9-]+(\[[a-z0-9,-]+\])?==[^\s;]+  # name, extras, version
    (\ ;\ [^\\]+)?                           # where it is needed
    \ \\\n(\ {4}--hash=sha256:[0-9a-f]{64}(\ \\\n)?)+""",
    re.VERBOSE,
)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(lock: str) -> dict[str, Requirement]:
    lines = re.findall(r"^([a-z0-9][^\\\n]*?) *\\$", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert re.findall(r"^\s*-[^-].*|^--.*|.* @ .*", text, re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_in_the_lock_is_exact_and_hashed(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[^\s;]+( ; [^\\]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\\n)?)+", entry), (
            entry
        )


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_the_project_asks_for_is_locked_at_a_version_it_takes(lock: str) -> None:
    asked = PROJECT["project"]["dependencies"] + [one for group in LOCKS[lock] for one in PROJECT["dependency-groups"][group]]
    there = locked(lock)
    for wanted in map(Requirement, asked):
        found = there.get(canonicalize_name(wanted.name))
        assert found is not None, f"{wanted.name} is not in {lock}: run make lock"
        (pin,) = found.specifier
        assert wanted.specifier.contains(pin.version), f"{lock} has {found}, and {wanted} is asked for: run make lock"


def test_what_runs_is_also_what_is_tested() -> None:
    running, developing = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: str(developing.get(name)) for name in running} == {name: str(requirement) for name, requirement in running.items()}
