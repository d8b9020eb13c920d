from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import aiohttp
import httpx
import pytest

from bot.config import Config, sample_config
from bot.logs import Redaction, secrets_in, set_up_logging
from channels.clock import SystemClock
from channels.contract import Say
from tests.channels.x.account import account
from tests.channels.x.notebook import Notebook
from tests.simulators.x import XSimulator

TOKEN = "123456789:AAF-3kd0_sAmPlEtOkEnThAtIsNoRealOne0"
STAFF_TOKEN = "987654321:AAE-3kd0_sAmPlEtOkEnThAtIsNoRealOne1"


def configured(**logging_section: str) -> Config:
    sample = sample_config().model_dump(mode="json")
    secrets = {
        "database": {"url": 'postgresql://shop:pass"w%40rd@db/shop'},
        "channels": {"bot": {"kind": "telegram", "token": TOKEN, "mode": "webhook", "webhook_secret": "webhook-secret-00"}},
        "server": {"public_url": "https://shop.example"},
        "staff": {"channels": {"desk": {"kind": "telegram", "token": STAFF_TOKEN}}},
        "touchpoints": {"secrets": {"shop": "touchpoint-secret-0"}},
        "console": {"password_hash": "scrypt$15$8$1$Zavsy09AGDhiHSdowSuzaA$3gjsNdbgS_5bkDvc-BjKJN_LVurGszgKVJkgGXSgxBs"},
        "logging": logging_section,
    }
    return Config.model_validate(sample | secrets)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where log lines go in a test; afterwards logging is as it was."""
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield io.StringIO()
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    logging.captureWarnings(False)
    sys.excepthook = sys.__excepthook__


def test_every_secret_of_the_configuration_is_known() -> None:
    assert secrets_in(configured()) == {
        TOKEN,
        STAFF_TOKEN,
        "webhook-secret-00",
        "touchpoint-secret-0",
        'pass"w@rd',
        "scrypt$15$8$1$Zavsy09AGDhiHSdowSuzaA$3gjsNdbgS_5bkDvc-BjKJN_LVurGszgKVJkgGXSgxBs",
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_logged_in_message_fields_or_traceback(written: io.StringIO, form: str) -> None:
    config = configured(format=form, level="debug")
    set_up_logging(config, written)
    log = logging.getLogger("anybody")
    for secret in sorted(secrets_in(config)):
        log.info("said %s", secret, extra={"field": f"<{secret}>"})
        try:
            raise RuntimeError(secret)
        except RuntimeError:
            log.exception("failed")
    log.info("opening %s", config.database.url)
    assert len(written.getvalue().splitlines()) > len(secrets_in(config))
    for secret in secrets_in(config):
        assert secret not in written.getvalue()
        assert json.dumps(secret)[1:-1] not in written.getvalue()
    assert "w%40rd" not in written.getvalue()


async def test_a_token_in_an_address_that_a_library_logs_is_masked(written: io.StringIO) -> None:
    set_up_logging(configured(level="debug"), written)
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.post(f"https://api.telegram.org/bot{TOKEN}/sendMessage")
    assert "HTTP Request: POST https://api.telegram.org/bot•••/sendMessage" in written.getvalue()


async def test_a_token_in_an_error_of_the_network_is_masked(written: io.StringIO) -> None:
    set_up_logging(configured(), written)
    url = f"http://127.0.0.1:1/bot{TOKEN}/getMe"
    async with aiohttp.ClientSession() as session:
        try:
            await session.get(url)
        except aiohttp.ClientConnectionError as error:
            logging.getLogger("anybody").error("not_reached", extra={"url": url}, exc_info=error)
    assert "url=http://127.0.0.1:1/bot•••/getMe" in written.getvalue()
    assert "ClientConnectorError" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_a_crash_is_logged_without_the_secrets_in_its_traceback(written: io.StringIO) -> None:
    set_up_logging(configured(), written)
    try:
        raise RuntimeError(f"no answer from /bot{TOKEN}/getMe")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    assert "critical bot.logs crashed" in written.getvalue()
    assert "RuntimeError: no answer from /bot•••/getMe" in written.getvalue()


def test_a_telegram_token_that_nobody_configured_is_masked_too() -> None:
    assert Redaction()("POST /bot555555555:AAG-3kd0_sAmPlEtOkEnThAtIsNoRealOne2/getMe") == "POST /bot•••/getMe"


def test_a_password_in_an_address_is_masked_and_its_user_is_not() -> None:
    assert Redaction()("postgresql://shop:secret@db:5432/x") == "postgresql://shop:•••@db:5432/x"


def test_a_plain_line_passes_unchanged() -> None:
    line = "answer_recorded dialog=7 at=2026-03-02T09:00:00+00:00 url=http://127.0.0.1:8000/chat"
    assert Redaction(secrets_in(configured()))(line) == line


def test_a_text_line_is_an_event_with_fields(written: io.StringIO) -> None:
    set_up_logging(configured(), written)
    logging.getLogger("bot.dialogs").info("answer_recorded", extra={"dialog": 7, "channel": "telegram", "why": "two words"})
    assert written.getvalue().endswith('info    bot.dialogs answer_recorded dialog=7 channel=telegram why="two words"\n')


def test_a_json_line_is_one_object_with_the_fields_and_when(written: io.StringIO) -> None:
    set_up_logging(configured(format="json"), written)
    before = SystemClock().now()
    logging.getLogger("bot.dialogs").warning("late", extra={"dialog": 7, "level": "not this one"})
    line = json.loads(written.getvalue())
    assert line | {"at": ""} == {"dialog": 7, "at": "", "level": "warning", "logger": "bot.dialogs", "event": "late"}
    assert line["at"] >= before.isoformat(timespec="milliseconds")


def test_somebodys_words_cannot_pass_for_a_line_of_their_own(written: io.StringIO) -> None:
    set_up_logging(configured(), written)
    logging.getLogger("x").info("heard\n2026-01-01 info forged", extra={"words": "a\nb"})
    assert len(written.getvalue().splitlines()) == 1


def test_what_is_below_the_configured_level_is_not_written(written: io.StringIO) -> None:
    set_up_logging(configured(level="warning"), written)
    logging.getLogger("x").info("quiet")
    logging.getLogger("httpx").info("quiet")
    assert written.getvalue() == ""


async def test_what_people_write_on_x_is_in_no_line_at_any_level(written: io.StringIO) -> None:
    clock = SystemClock()
    async with XSimulator(now=clock.now) as x:
        set_up_logging(configured(level="debug"), written)
        channel = account(x, Notebook(), clock)
        anna = x.person("Anna", "anna_k")
        await channel.send(anna.id, Say("Your broken chair"), message_id=1)
        await channel.close()
    assert anna.inbox() == ["Your broken chair"]
    assert "x_paid" in written.getvalue() and "chair" not in written.getvalue() and "oauth_signature" not in written.getvalue()
