"""Whose a complaint is: which doors hear of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row

__all__ = ["LEAD", "SEVERE", "doors_concerned", "doors_of", "doors_to_alert", "leads_doors"]

LEAD = "lead"
SEVERE = 4
"""From this severity on every lead hears of it at once, whatever their departments."""

Door = Row[*tuple[Any, ...]]


def doors_to_alert(doors: Sequence[Door], departments: Collection[str], severity: int) -> list[Door]:
    """The doors of agents and leads whose departments match (none named means all), and of every lead when it is severe.

    A complaint that is nobody's goes to the leads, and where there is no lead to everybody: it is never left alone.
    """
    theirs = doors_concerned(doors, departments)
    if severity >= SEVERE:
        theirs += [door for door in leads_doors(doors) if door not in theirs]
    return theirs or leads_doors(doors) or list(doors)


def doors_concerned(doors: Sequence[Door], departments: Collection[str]) -> list[Door]:
    """The doors of agents and leads whose departments match; none named means all."""
    return [door for door in doors if door.role != "operator" and (not door.departments or set(door.departments) & set(departments))]


def leads_doors(doors: Sequence[Door]) -> list[Door]:
    return [door for door in doors if door.role == LEAD]


def doors_of(doors: Sequence[Door], staff_id: int | None) -> list[Door]:
    """The doors of one staff member."""
    return [door for door in doors if door.staff_id == staff_id]
