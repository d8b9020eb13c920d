"""The forms of a case's page: what each of them asks the desk to do."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import FormData

from bot.complaints.promises import Fix
from bot.desk.desk import Desk
from bot.desk.outcome import Outcome

__all__ = ["TEXTS", "UnknownAct", "act"]

TEXTS = ("respond", "write", "note", "hand-over", "close")
"""Acts whose words are given back to be sent again when they could not be done."""


class UnknownAct(ValueError):
    """The form is none of ours, or not whole."""


async def act(desk: Desk, name: str, staff_id: int, case_id: int, form: FormData, file: int = 0) -> Outcome:
    """Do what the form of that name asks for, with a `file` for the customer.

    Raises:
        UnknownAct: there is no such form, or something in it is missing.
    """
    match name:
        case "take":
            return await desk.take(staff_id, case_id)
        case "respond":
            fix, due = _fix(_text(form, "fix")), _moment(_text(form, "due"))
            return await desk.respond(staff_id, case_id, fix, due, _text(form, "text"), seen=_number(form, "seen"), file=file)
        case "write":
            return await desk.write_to_customer(staff_id, case_id, _text(form, "text"), seen=_number(form, "seen"), file=file)
        case "kept":
            return await desk.mark_kept(staff_id, case_id)
        case "hand-over":
            kind, _, to = _text(form, "to").partition(":")
            if kind == "department":
                return await desk.hand_to_department(staff_id, case_id, to, _text(form, "text"))
            return await desk.hand_over(staff_id, case_id, _int(to), _text(form, "text"))
        case "note":
            return await desk.note(staff_id, case_id, _text(form, "text"))
        case "dismiss":
            return await desk.dismiss(staff_id, case_id, seen=_number(form, "seen"))
        case "close":
            return await desk.close(staff_id, case_id, _text(form, "text"), seen=_number(form, "seen"))
    raise UnknownAct(name)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str):
        raise UnknownAct(f"{name} is no text")
    return value.replace("\r\n", "\n").strip()


def _number(form: FormData, name: str) -> int:
    return _int(_text(form, name))


def _int(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise UnknownAct(f"{text!r} is no number")
    return int(text)


def _fix(text: str) -> Fix:
    try:
        return Fix(text)
    except ValueError as error:
        raise UnknownAct(f"{text!r} is no fix") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnknownAct(f"{text!r} is no moment") from error
    if moment.tzinfo is None:
        raise UnknownAct(f"{text!r} names no timezone")
    return moment
