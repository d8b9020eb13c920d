"""Log lines: one event each, with fields, as text or JSON, and never with a secret in it.

An event is a name and fields: `log.info("answer_recorded", extra={"dialog": 7, "channel": "telegram"})`. Lines of
libraries come out as they are. Whatever is written first passes `Redaction`, for a library may log an address
that holds a token.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url

from bot.config import Config

__all__ = ["MASK", "Redaction", "secrets_in", "set_up_logging"]

log = logging.getLogger(__name__)

MASK = "•••"

_TELEGRAM_TOKEN = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{30,}")
"""A Telegram token wherever it stands, one of ours or not: `/bot<id>:<35 characters>/sendMessage`."""
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):([^\s/@]+)(?=@)")
_CHATTY = ("alembic", "apscheduler", "httpx", "slack_bolt", "slack_sdk", "uvicorn")
"""Libraries that tell every request, job or step of their own at level info."""
_INDISCREET = ("oauthlib", "tweepy")
"""Libraries that tell at level debug what people write: never below a warning."""
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def secrets_in(config: Config) -> frozenset[str]:
    """Every value in the configuration that nobody may read in a log."""
    password = make_url(config.database.url).password
    return frozenset(secret for secret in (*_secrets(config), str(password or "")) if secret)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _secrets(inner)


class Redaction:
    """Masks the given secrets, and what looks like a Telegram token or a password in an address, in any text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        written = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""))}
        longest_first = sorted(written, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        if self._known:
            text = self._known.sub(MASK, text)
        return _PASSWORD_IN_URL.sub(rf"\1:{MASK}", _TELEGRAM_TOKEN.sub(MASK, text))


class _Lines(logging.Formatter):
    """Redacts the finished line: message, fields and traceback alike."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(self.line(record))

    def line(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        message = record.getMessage().replace("\n", "\\n")  # so that nobody's words can pass for a line of ours
        line = f"{_when(record)} {record.levelname.lower():<7} {record.name} {message}{fields}"
        trace = self._trace(record)
        return f"{line}\n{trace}" if trace else line

    def _trace(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info else ""


class _Json(_Lines):
    """One object a line: `at`, `level`, `logger`, `event`, the fields, and `trace` where something was raised."""

    def line(self, record: logging.LogRecord) -> str:
        said = {"at": _when(record), "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage()}
        trace = self._trace(record)
        return json.dumps(_fields(record) | said | ({"trace": trace} if trace else {}), ensure_ascii=False, default=str)


def set_up_logging(config: Config, stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (standard error where none is given), at the level and in the format configured.

    What nobody caught is logged too as the process ends, so that its traceback is searched for secrets like the rest.
    """
    redact = Redaction(secrets_in(config))
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json(redact) if config.logging.format == "json" else _Lines(redact))
    logging.basicConfig(level=config.logging.level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _crashed
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if config.logging.level == "debug" else logging.WARNING)
    for name in _INDISCREET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        log.critical("crashed", exc_info=(kind, error, trace))
    else:  # an interrupt from the keyboard
        sys.__excepthook__(kind, error, trace)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _PLAIN}


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _word(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)
