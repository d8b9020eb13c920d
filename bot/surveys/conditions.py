"""Conditions in CEL (Common Expression Language): `answers.csat <= 2 && has(facts.late)`.

What is unknown stays unknown: a question that was skipped or not asked, and a fact that nobody told, are absent. A
condition that needs an absent value to be decided is false; `has(answers.csat)` asks whether it is there. `||` and `&&`
are decided by one side where that is enough, as CEL defines it: `answers.csat <= 2 || answers.price <= 2` is true
for a low price answer alone.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cel import Program

__all__ = ["compiled", "holds"]

log = logging.getLogger(__name__)


def holds(condition: str | None, answers: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    """Whether the condition is true of the answers (by question key, `None` where skipped) and the touchpoint's facts.

    No condition always holds. A dialog must go on, so nothing raises: what cannot be decided is false.
    """
    if condition is None:
        return True
    known = {
        "answers": {key: value for key, value in answers.items() if value is not None},
        "facts": {key: value for key, value in facts.items() if value not in (None, "")},
    }
    try:
        return compiled(condition).execute(known) is True
    except KeyError:  # an absent answer or fact
        return False
    except (RuntimeError, TypeError, ValueError) as error:
        log.warning("condition_undecidable condition=%r error=%s", condition, type(error).__name__)
        return False


@cache
def compiled(condition: str) -> Program:
    """The condition ready to run (about 4 µs a run). Raises ValueError, with the place, where it is no CEL."""
    program: Program = _cel().compile(condition)
    return program


@cache
def _cel() -> Any:
    """The package's compiled core, in 5 ms: `import cel` brings its command line along, in 400 ms and a console's memory."""
    if "cel.cel" in sys.modules:  # somebody else imported the whole; it may be initialised once only
        return sys.modules["cel.cel"]
    package = find_spec("cel")
    spec = package and PathFinder.find_spec("cel.cel", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("the package common-expression-language is not installed", name="cel.cel")
    core = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(core)
    return core
