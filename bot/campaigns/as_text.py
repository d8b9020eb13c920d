"""A campaign written out again in TOML, to be changed, or to make another like it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.campaigns.wordings import BOTH_NAMES
from bot.toml.times import in_units
from storage.campaigns import CampaignState
from storage.queries.campaigns import campaign_named

__all__ = ["as_text", "lines_of", "text_like"]


def as_text(definition: Definition) -> str:
    """What `read_campaign` reads as this definition; what stands at its default is left out."""
    parts = [lines_of(definition), ["[when]", *lines_of(definition.when)]]
    for wording in definition.wording:
        parts.append(["[[wording]]", *lines_of(wording)])
        tables = {
            "hello": wording.hello,
            "thanks": wording.thanks,
            **{f"questions.{key}": texts for key, texts in wording.questions.items()},
        }
        parts += [[f"[wording.{name}]", *_pairs(texts)] for name, texts in tables.items() if texts]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def text_like(conn: Connection, name: str) -> str | None:
    """A draft's text, to be changed; of any other campaign one like it, under a name that is free. None where there is no such."""
    campaign = campaign_named(conn, name, lock=False)
    if campaign is None:
        return None
    definition = Definition.model_validate(campaign.definition)
    if campaign.state != CampaignState.DRAFT:
        room = BOTH_NAMES - max((len(wording.name) for wording in definition.wording), default=0)
        names = (f"{name[: room - 3]}-{number}" for number in count(2))
        free = next(free for free in names if campaign_named(conn, free, lock=False) is None)
        definition = definition.model_copy(update={"name": free})
    return as_text(definition)


def lines_of(model: BaseModel) -> list[str]:
    """The model's own values, without the tables in it."""
    return list(_pairs({name: getattr(model, name) for name in type(model).model_fields if name in model.model_fields_set}))


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        match value:
            case bool():
                yield f"{name} = {str(value).lower()}"
            case int() | float():
                yield f"{name} = {value}"
            case str():
                yield f"{name} = {_quoted(value)}"
            case (str(), *_):
                yield f"{name} = [{', '.join(map(_quoted, value))}]"
            case datetime():
                yield f"{name} = {value.isoformat()}"
            case time():
                yield f"{name} = {_quoted(value.strftime('%H:%M'))}"
            case timedelta():
                yield f"{name} = {_quoted(in_units(value))}"


def _quoted(text: str) -> str:
    """As JSON has it, which TOML reads in the same way but for the one character that it wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
