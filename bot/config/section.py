"""What all sections have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Section"]


class Section(BaseModel):
    """A table of the configuration: no key but its own, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
