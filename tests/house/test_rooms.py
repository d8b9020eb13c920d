"""Every room of the house stands on a floor, and the floors are those that the contracts check."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.house.checkout import ROOT, modules

LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def test_every_room_has_its_floor() -> None:
    (floors,) = (contract["layers"] for contract in LINTER["contracts"] if contract["type"] == "layers")
    placed = {room.strip(" ()") for floor in floors for room in floor.split("|")}
    rooms = {f"bot.{path.with_suffix('').parts[1]}" for path in modules("bot")} - {"bot.__init__"}
    assert rooms - placed == set(), "a new room: say in pyproject.toml between which floors it lies"
