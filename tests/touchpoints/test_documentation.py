"""What `docs/touchpoints.md` shows is run as it stands there."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bot.invitations.links import Links
from bot.mistake import Mistake
from bot.touchpoints.columns import find_columns
from bot.touchpoints.hook import Hook, touchpoint_routes
from bot.touchpoints.importing import NotTaken
from bot.touchpoints.mapping import read_map
from bot.touchpoints.taking import Item
from bot.touchpoints.telling import Teller
from channels.clock import SystemClock
from storage.customers import Customer
from storage.database import Database
from storage.touchpoints import Touchpoint
from tests.patience import PATIENCE, caller
from tests.serving import serving
from tests.touchpoints.shop import PLANNER, SECRET, publish_bank, read, rows

TEXT = (Path(__file__).parents[2] / "docs" / "touchpoints.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    (code,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(code)


@pytest.fixture
async def address(database: Database) -> AsyncIterator[str]:
    await publish_bank(database)
    hook = Hook(
        database, {"webshop": SECRET}, planner=PLANNER, links=lambda: Links(webchat={"chat": "https://shop.example"}), clock=SystemClock()
    )
    async with serving(Starlette(routes=touchpoint_routes(hook))) as url:
        yield url


async def run(address: str, *command: str) -> dict[str, object]:
    environment = {"MAKEGOOD_URL": address, "MAKEGOOD_SECRET": SECRET, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, said.decode()
    answer: dict[str, object] = json.loads(out)
    return answer


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
async def test_the_example_with_curl_and_openssl_is_believed(address: str, database: Database) -> None:
    answer = await run(address, "sh", "-ec", example("sh"))
    (touchpoint,) = await rows(database, Touchpoint)
    (customer,) = await rows(database, Customer)
    assert (touchpoint.source, touchpoint.external_id, touchpoint.attributes["product"]) == ("webshop", "A-1001:delivery", "Kettle")
    assert customer.name == "Astrid"
    assert json.dumps(answer).count("https://shop.example/chat/") == 1


async def test_the_example_in_python_is_believed(address: str, database: Database) -> None:
    assert await run(address, sys.executable, "-c", example("python")) == {
        "touchpoints": [{"external_id": "T-42:closed", "state": "new", "links": {}}]
    }
    (touchpoint,) = await rows(database, Touchpoint)
    assert touchpoint.attributes == {"agent": "Ilze", "department": "service"}


def test_the_example_of_a_mapping_file_maps(tmp_path: Path) -> None:
    file = tmp_path / "orders.toml"
    file.write_text(example("toml"), encoding="utf-8")
    mapping = read_map(file)
    columns = find_columns(["Order No.", "Buyer", "Arrived", "Article", "Gift", "Tier", "Remark"], mapping.pairs(), kind=mapping.kind)
    assert {**columns.fields, **columns.attributes} == {
        "external_id": 0,
        "order": 0,
        "customer": 1,
        "occurred_at": 2,
        "product": 3,
        "is_gift": 4,
        "customer.tier": 5,
    }
    assert columns.ignored == ["Remark"]


async def test_an_import_can_tell_a_makegood_that_runs(address: str, database: Database) -> None:
    items = [Item("webshop", read(f"T-{number}", kind=kind)) for number, kind in enumerate(("delivery", "visit"))]
    async with caller() as client:
        teller = Teller(client, address, "webshop", SECRET, SystemClock())
        first = await teller(items)
        (again,) = await teller(items[:1])
    assert [(one.external_id, one.new, list(one.links)) for one in first] == [("T-0", True, ["chat"]), ("T-1", True, [])]
    assert (again.new, again.links) == (False, first[0].links)
    assert len(await rows(database, Touchpoint)) == 2


async def test_a_makegood_that_does_not_believe_or_does_not_run_is_a_mistake(address: str) -> None:
    async with caller() as client:
        with pytest.raises(Mistake, match="refused with 401"):
            await Teller(client, address, "webshop", "not-the-secret-it-knows", SystemClock())([Item("webshop", read())])
        with pytest.raises(Mistake, match="does not answer"):
            await Teller(client, "http://127.0.0.1:9", "webshop", SECRET, SystemClock())([Item("webshop", read())])


async def test_what_a_makegood_that_runs_does_not_take_is_told_apart(address: str) -> None:
    good = read()
    bad = good.model_copy(update={"kind": "no such kind"})
    async with caller() as client:
        with pytest.raises(NotTaken, match="kind is not of that form"):
            await Teller(client, address, "webshop", SECRET, SystemClock())([Item("webshop", good), Item("webshop", bad)])
