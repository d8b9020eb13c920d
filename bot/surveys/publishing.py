"""Publishing freezes a survey under a version: what was asked stays readable as it was asked."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.surveys.definition import Survey
from storage.bulk import insert_many
from storage.ids import new_id
from storage.surveys import SurveyVersion

__all__ = ["digest", "load_versions", "publish"]

log = logging.getLogger(__name__)

_TABLE = SurveyVersion.__table__  # type: ignore[attr-defined]


def digest(survey: Survey) -> str:
    """SHA-256 of the survey's canonical JSON (keys sorted, no spaces, UTF-8), in hexadecimal.

    How the file was laid out, its comments and the order of languages do not count; every word does.
    """
    canonical = json.dumps(_written(survey), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def publish(conn: Connection, survey: Survey, now: datetime) -> int:
    """The id of the survey's newest frozen version, which is made where the newest one does not read just like it.

    Going back to earlier words makes a version too: the greatest number of a name is always the one in force. Two
    processes may publish at once: the table's unique key decides, and the second finds the first one's row.
    """
    mark = digest(survey)
    newest = select(_TABLE.c.id, _TABLE.c.version, _TABLE.c.digest).where(_TABLE.c.name == survey.name).order_by(_TABLE.c.version.desc())
    while (found := conn.execute(newest.limit(1)).first()) is None or found.digest != mark:
        version = found.version + 1 if found else 1
        row = {
            "id": new_id(),
            "name": survey.name,
            "version": version,
            "digest": mark,
            "definition": _written(survey),
            "published_at": now,
        }
        insert_many(conn, _TABLE, [row], ignore=True)
        log.info("survey_published survey=%s version=%d", survey.name, version)
    return int(found.id)


def _written(survey: Survey) -> dict[str, Any]:
    """A task that is not there is not written: surveys read just like those frozen before there were tasks."""
    return survey.model_dump(mode="json", exclude=None if survey.task else {"task"})


def load_versions(conn: Connection) -> dict[int, Survey]:
    """All frozen versions by id, those of a name in the order of their numbers."""
    rows = conn.execute(select(_TABLE.c.id, _TABLE.c.definition).order_by(_TABLE.c.name, _TABLE.c.version))
    return {version_id: Survey.model_validate(definition) for version_id, definition in rows}
