"""Whatever stands in the file or the environment, the answer is a configuration or its problems in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigProblems, load_config, sample_config
from bot.config.complaints import Targets
from bot.config.rules import complaint_rules_of, planner_of, policy_of
from bot.config.sections import Policy
from bot.toml.times import in_hours, in_units
from tests.config.conftest import Written
from tests.house.settings import every_setting

ODD = ["1", "1.5", "-1", "true", '"x"', '""', "[]", '["x"]', "{}", "{ x = 1 }", "2026-03-02", "09:30:00", '"99999999d"', '"1"', "nan"]


@pytest.mark.parametrize("setting", every_setting(), ids=".".join)
def test_no_value_of_any_setting_breaks_the_reading(written: Written, setting: tuple[str, ...]) -> None:
    *tables, key = setting
    header = "" if tables == ["shop"] else "[[ask]]" if tables == ["ask"] else f"[{'.'.join(tables)}]"
    kind = 'kind = "telegram"\n' if tables[0] in ("channels", "staff") and key != "kind" else ""
    for value in ODD:
        path = written(f"{header}\n{kind}{key} = {value}\n")
        if tables == ["shop"]:  # the smallest shop has some of its keys already
            lines = path.read_text(encoding="utf-8").splitlines()
            path.write_text("\n".join(line for line in lines[:-1] if not line.startswith(f"{key} = ")) + f"\n{lines[-1]}", encoding="utf-8")
        try:
            load_config(path)
        except ConfigProblems as problems:
            assert all(problem.text and problem.place.startswith("config.toml") for problem in problems.problems)


@given(st.integers(min_value=3600, max_value=10_000_000))
def test_a_period_written_is_the_period_read(seconds: int) -> None:
    period = timedelta(seconds=seconds)
    assert Policy.model_validate({"grace": in_units(period)}).grace == period


@given(st.integers(min_value=1, max_value=60_000))
def test_working_time_written_is_the_working_time_read(minutes: int) -> None:
    period = timedelta(minutes=minutes)
    assert Targets.model_validate({"harm": in_hours(period)}).harm == period


def test_the_rooms_take_what_is_configured() -> None:
    config = sample_config()
    assert policy_of(config).timezone.key == "Europe/Stockholm"
    assert [ask.survey for ask in planner_of(config).asks] == ["after-purchase", "after-support"]
    rules = complaint_rules_of(config)
    assert rules.targets == {1: timedelta(hours=8), 2: timedelta(hours=4), 3: timedelta(hours=2), 4: timedelta(minutes=30)}
    assert [len(rules.hours.week[day]) for day in range(7)] == [1, 1, 1, 1, 1, 0, 0]
