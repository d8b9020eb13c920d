from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.insight.measures import csat
from tests.replay.aftermath import aftermath, check_chats
from tests.replay.orders import CASES, INVENTED, NO_ANSWER, SCORES, write_orders
from tests.replay.player import orders_in, play_to_the_end
from tests.simulators.telegram import TelegramSimulator

REAL = Path(__file__).parents[3] / "shared" / "data" / "events_olist_orders.dev.csv"
HERE = Path(__file__).parents[2]


async def test_the_command_reports_what_the_order_file_says(tmp_path: Path) -> None:
    file, report = write_orders(tmp_path / "orders.csv"), tmp_path / "report.json"
    command = ("-m", "bot.cli.main", "replay", str(file), "--report", str(report))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=HERE, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    found = json.loads(report.read_text(encoding="utf-8"))
    assert json.loads(out) == found
    answers = len(INVENTED) - NO_ANSWER
    measured = csat(SCORES)
    assert measured is not None
    assert (found["orders_read"], found["invited"], found["answered"], found["not_answered"]) == (15, 15, answers, NO_ANSWER)
    assert found["touchpoints"] == {
        "purchase": 15,
        "delivery": sum(1 for order in INVENTED if order.delivered),
        "late": sum(1 for order in INVENTED if not order.delivered or order.delivered[:10] > order.promised),
    }
    assert found["invitations"] == {"completed": answers, "expired": NO_ANSWER}
    assert found["scores"] == {str(score): n for score, n in sorted(SCORES.items())}
    assert found["mean"] == pytest.approx(sum(score * n for score, n in SCORES.items()) / answers, abs=1e-4)
    assert found["csat"]["value"] == pytest.approx(measured.value, abs=1e-4)
    assert found["csat"]["interval"] == pytest.approx([measured.interval.low, measured.interval.high], abs=1e-4)
    assert (found["response_rate"]["value"], found["response_rate"]["n"]) == (pytest.approx(answers / 15, abs=1e-4), 15)
    assert found["comments"] == sum(1 for order in INVENTED if order.comment or order.title)
    assert found["cases"]["opened"] == sum(found["cases"]["by_department"].values()) == CASES
    assert found["cases"]["by_department"]["delivery_condition"] == 2
    assert found["complaint_to_alert_seconds"]["n"] == CASES
    assert found["complaint_to_alert_seconds"]["median"] < 1
    assert (found["file"]["equal"], found["repeated_messages"]) == (True, 0)
    assert (found["telegram"]["faults"], found["telegram"]["floods"]) == ([], 0)


async def test_the_first_forty_real_orders_come_to_the_scores_of_their_file(tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip("the file of real orders is not beside this checkout")
    orders = orders_in(REAL, 40)
    async with TelegramSimulator() as telegram:
        report = await play_to_the_end(REAL, telegram.url, tmp_path, first=40)
        assert check_chats(telegram.world, orders) == 0
    assert report["file"]["equal"]
    assert report["scores"] == {str(score): n for score, n in sorted(Counter(order.score for order in orders if order.score).items())}
    assert report["complaint_to_alert_seconds"]["median"] < 1
    async with aftermath(tmp_path) as left:
        await left.check(orders)
