"""What stands in a window at a staff member's door, and what becomes of what they fill in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.complaints.card import card_choices, card_text, case_ref, customer_name
from bot.complaints.cases import Act
from bot.complaints.promises import Fix
from bot.complaints.words import STAFF_WORDS
from bot.desk.at_door import AtDoor
from bot.desk.desk import due_choices, prepare
from bot.desk.draft import Draft
from bot.desk.enclosures import with_file_told
from bot.desk.outcome import Outcome
from bot.desk.recipients import recipients
from bot.desk.sheet import Sheet, moment_of, short_moment
from bot.desk.tone import tone_told
from bot.desk.words import DESK_WORDS, told
from channels.contract import Window, WindowField
from storage.ids import from_short
from storage.queries.cases import CaseView, case_view
from storage.queries.staff import keep_draft

__all__ = ["OPENING", "WindowTalk"]

OPENING: Mapping[str, Act | None] = {
    "write": Act.WRITE,
    "edit": Act.WRITE,
    "respond": Act.RESPOND,
    "due": Act.RESPOND,
    "close": Act.CLOSE,
    "note": Act.NOTE,
    "over": Act.HAND_OVER,
    "history": None,
    "look": None,
}
"""The buttons that open a window, and what is done in it."""


@dataclass(slots=True)
class WindowTalk(AtDoor):
    """One visit of a staff member to a window, inside one transaction."""

    def opened(self, sheet: Sheet) -> Window:
        """The window as it opens, or why it cannot be filled in."""
        act = OPENING.get(sheet.action)
        if act is None:
            view = case_view(self.conn, sheet.case)
            found = Outcome(view is not None, "no_such_case", view=view)
        else:
            found = self.operations.look(self.conn, act, self.staff, sheet.case)
        if not found.done or found.view is None:
            return self._only_told(sheet, told(found, self.lang))
        view, sheet = found.view, replace(sheet, seen=found.view.case.version)
        draft = self.drafts.of(sheet.case)
        match sheet.action:
            case "look":
                return self._card(sheet, view)
            case "history":
                return self._only_told(sheet, self.history_of(view))
            case "respond" | "due":
                mine = draft if draft and draft.fix else Draft(sheet.case, fix=Fix.REPLACE)
                return self._answer(replace(sheet, action="respond", fix=mine.fix, due=mine.due), view, mine.text)
            case "edit" if draft and draft.fix:
                return self._answer(replace(sheet, action="respond", fix=draft.fix, due=draft.due), view, draft.text)
            case "write" | "edit":
                return self._letter(replace(sheet, action="write"), view, draft.text if draft and not draft.fix else "")
        return self._form(sheet, view)

    def changed(self, sheet: Sheet, values: Mapping[str, str]) -> Window:
        """Another fix or due time was chosen: the prepared text follows, unless it was written anew."""
        view = case_view(self.conn, sheet.case)
        if view is None or sheet.fix is None:
            return self.opened(sheet)
        fix = Fix(values.get("fix") or sheet.fix)
        due = moment_of(values["due"]) if values.get("due") and fix is sheet.fix else None
        text = values.get("text", values.get("explanation", "")).strip()
        if text == self._prepared(sheet).strip():
            text = ""
        return self._answer(replace(sheet, fix=fix, due=due), view, text)

    def sent(self, sheet: Sheet, values: Mapping[str, str]) -> tuple[Outcome, Window | None]:
        """What was done, and the window to show instead where it could not be."""
        conn, staff, now, operations = self.conn, self.staff, self.now, self.operations
        view = case_view(conn, sheet.case)
        if view is None:
            missing = Outcome(False, "no_such_case")
            return missing, self._only_told(sheet, told(missing, self.lang))
        text = values.get("text", "").strip()
        match sheet.action:
            case "close":
                outcome = operations.close(conn, staff, sheet.case, text, now, sheet.seen)
            case "note":
                outcome = operations.note(conn, staff, sheet.case, text, now)
            case "over":
                outcome = self._hand_over(sheet, values.get("to", ""), text)
            case "respond" | "write":
                return self._sent_to_customer(sheet, view, values, text)
            case _:
                raise ValueError("nothing can be sent from this window")
        return outcome, None if outcome.done else self._form(sheet, view, text, outcome)

    def _sent_to_customer(self, sheet: Sheet, view: CaseView, values: Mapping[str, str], text: str) -> tuple[Outcome, Window | None]:
        waits = Outcome(False, "", view=view)
        if "explanation" in values and (values["explanation"].strip() and values.get("fix") == sheet.fix):
            words = values["explanation"].strip()
            ready = prepare(self.conn, self.operations, self.staff, sheet.case, Fix.EXPLAIN, self.now, explanation=words)
            return waits, self._letter(sheet, view, ready.text if ready else "")
        due = moment_of(values["due"]) if values.get("due") else sheet.due
        if sheet.fix and (values.get("fix", sheet.fix) != sheet.fix or due != sheet.due or "explanation" in values):
            return waits, self.changed(sheet, values)  # chosen a moment ago, and not yet shown with its text
        stumbles = tone_told(view, text, self.reader, fixes=sheet.fix is not None) if text else []
        mark = f"{zlib.crc32(text.encode()):x}"
        if stumbles and sheet.told != mark:
            lines = [DESK_WORDS("tone.before_sending", self.lang), *(f"• {stumble}" for stumble in stumbles)]
            return waits, self._again(replace(sheet, told=mark), view, text, "\n".join(lines))
        outcome = self._send(sheet, text)
        if outcome.done:
            keep_draft(self.conn, self.door.id, self.drafts.without(sheet.case).to_json())
            return outcome, None
        if outcome.told == "changed_meanwhile" and outcome.view:
            view = outcome.view
            sheet = replace(sheet, seen=view.case.version)
        if outcome.told == "due_has_passed":
            sheet = replace(sheet, due=None)
        return outcome, self._again(sheet, view, text, told(outcome, self.lang))

    def _send(self, sheet: Sheet, text: str) -> Outcome:
        operations, draft = self.operations, self.drafts.of(sheet.case)
        file = draft.file if draft else 0
        if sheet.fix is None:
            return operations.write_to_customer(self.conn, self.staff, sheet.case, text, self.now, sheet.seen, file)
        due = self.now if sheet.fix is Fix.EXPLAIN or sheet.due is None else sheet.due
        return operations.respond(self.conn, self.staff, sheet.case, sheet.fix, due, text, self.now, sheet.seen, file)

    def _hand_over(self, sheet: Sheet, to: str, words: str) -> Outcome:
        match to.split("."):
            case ["c", _, "to", colleague]:
                return self.operations.hand_over(self.conn, self.staff, sheet.case, from_short(colleague), self.now, words)
            case ["c", _, "dep", department] if to in {choice.ref for choice in recipients(self.conn, self.staff, sheet.case, self.lang)}:
                return self.operations.hand_to_department(self.conn, self.staff, sheet.case, department, self.now, words)
        return Outcome(False, "no_such_colleague")

    def _again(self, sheet: Sheet, view: CaseView, text: str, notice: str) -> Window:
        """The same window with what was written, and above it what is to be looked at."""
        window = self._answer(sheet, view, text) if sheet.fix and sheet.fix is not Fix.EXPLAIN else self._letter(sheet, view, text)
        return replace(window, text=f"{notice}\n\n{window.text}")

    def _prepared(self, sheet: Sheet) -> str:
        if sheet.fix is None or sheet.fix is Fix.EXPLAIN:
            return ""
        ready = prepare(self.conn, self.operations, self.staff, sheet.case, sheet.fix, self.now, due=sheet.due)
        return ready.text if ready else ""

    def _answer(self, sheet: Sheet, view: CaseView, text: str) -> Window:
        """A fix, by when, and the prepared text; for an explanation, first what happened."""
        assert sheet.fix is not None
        fixes = tuple((fix.value, STAFF_WORDS(f"fix.{fix}", self.lang)) for fix in Fix)
        fields = [WindowField("fix", DESK_WORDS("window.fix", self.lang), sheet.fix.value, fixes, live=True)]
        if sheet.fix is Fix.EXPLAIN:
            fields.append(WindowField("explanation", DESK_WORDS("window.explanation", self.lang, language=self._language(view)), text))
            return self._window(sheet, view, fields, "next")
        usual = due_choices(self.operations, sheet.fix, self.now)
        sheet = replace(sheet, due=sheet.due or usual[0])
        assert sheet.due is not None
        dues = [*usual, *([] if sheet.due in usual else [sheet.due])]
        options = tuple((short_moment(due), self.reader.moment(due)) for due in dues)
        fields.append(WindowField("due", DESK_WORDS("window.due", self.lang), short_moment(sheet.due), options, live=True))
        fields.append(self._words(view, text or self._prepared(sheet)))
        return self._window(sheet, view, fields, "send")

    def _letter(self, sheet: Sheet, view: CaseView, text: str) -> Window:
        return self._window(sheet, view, [self._words(view, text)], "send")

    def _words(self, view: CaseView, text: str) -> WindowField:
        label = DESK_WORDS("window.text", self.lang, name=view.customer.name, language=self._language(view))
        draft = self.drafts.of(view.id)
        return WindowField("text", with_file_told(self.conn, label, draft.file if draft else 0, self.lang), text)

    def _form(self, sheet: Sheet, view: CaseView, text: str = "", outcome: Outcome | None = None) -> Window:
        """To close, to leave a note, to hand over."""
        fields = []
        if sheet.action == "over":
            options = tuple((choice.ref, choice.label) for choice in recipients(self.conn, self.staff, sheet.case, self.lang))
            fields.append(WindowField("to", DESK_WORDS("door.to_whom", self.lang), "", options))
        question = {"close": "door.reason", "note": "door.note", "over": "window.words"}[sheet.action]
        fields.append(WindowField("text", DESK_WORDS(question, self.lang), text, needed=sheet.action != "over"))
        window = self._window(sheet, view, fields, "keep")
        if sheet.action in ("over", "close"):
            window = replace(window, submit=STAFF_WORDS(f"button.{sheet.action}", self.lang))
        if outcome is None:
            return window
        sheet = replace(sheet, seen=outcome.view.case.version) if outcome.view else sheet
        return replace(window, ref=sheet.ref, text=f"{told(outcome, self.lang)}\n\n{window.text}")

    def _window(self, sheet: Sheet, view: CaseView, fields: list[WindowField], submit: str) -> Window:
        return Window(
            STAFF_WORDS(f"button.{sheet.action}", self.lang),
            card_text(view, self.reader, self.now),
            tuple(fields),
            submit=DESK_WORDS(f"button.{submit}", self.lang),
            cancel=DESK_WORDS("button.cancel", self.lang),
            ref=sheet.ref,
        )

    def _card(self, sheet: Sheet, view: CaseView) -> Window:
        choices = card_choices(view, self.staff, self.lang)
        card = card_text(view, self.reader, self.now)
        return Window(customer_name(view, self.lang), card, choices=choices, ref=case_ref(sheet.case, "look"))

    def _only_told(self, sheet: Sheet, text: str) -> Window:
        action = {"edit": "write", "due": "respond", "look": "show"}.get(sheet.action, sheet.action)
        return Window(STAFF_WORDS(f"button.{action}", self.lang), text)

    def _language(self, view: CaseView) -> str:
        return self.reader.language(view.lang) if view.lang else ""
