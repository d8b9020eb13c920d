"""The little conversation at a staff member's door: from a press to a case taken, an answer prepared, changed and sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.complaints.card import card_choices, card_text, case_ref
from bot.complaints.cases import Act
from bot.complaints.departments import DEPARTMENTS
from bot.complaints.promises import Fix
from bot.complaints.words import STAFF_WORDS
from bot.desk.at_door import AtDoor
from bot.desk.desk import due_choices, prepare
from bot.desk.draft import Draft, Drafts
from bot.desk.enclosures import note_sent, with_file_told
from bot.desk.open_cases import open_cases_say
from bot.desk.outcome import Outcome
from bot.desk.recipients import recipients
from bot.desk.tone import tone_told
from bot.desk.words import DESK_WORDS, told
from channels.contract import Choice, Heard, Say
from storage.ids import from_short, short
from storage.queries.cases import CaseView, case_view
from storage.queries.staff import keep_draft

__all__ = ["DoorTalk"]

_MINUTE = 60


@dataclass(slots=True)
class DoorTalk(AtDoor):
    """One thing a staff member did, inside one transaction. What is being prepared lies in the door's drafts, so that it
    outlives a restart. Every method gives back what to tell the staff member; `about` is then the case it was about, if any.
    """

    about: int | None = None

    def pressed(self, ref: str) -> list[Say]:
        """A button: `c.<case>.<action>[.<argument>]`. Anything else is none of ours and says nothing."""
        match ref.split("."):
            case ["c", number, action]:
                argument = ""
            case ["c", number, action, argument]:
                pass
            case _:
                return []
        try:
            self.about = from_short(number)
            return self._press(self.about, action, argument)
        except ValueError:
            # An argument that no button of ours carries.
            return []

    def _press(self, case_id: int, action: str, argument: str) -> list[Say]:
        operations, draft = self.operations, self.drafts.of(case_id)
        match action:
            case "take":
                return self._tell(operations.take(self.conn, self.staff, case_id, self.now), card=True)
            case "show":
                # It may have been asked for from elsewhere, such as the list of open cases.
                return [replace(say, aloud=True) for say in self._show(case_id)]
            case "history":
                return self._history(case_id)
            case "kept":
                return self._tell(operations.mark_kept(self.conn, self.staff, case_id, self.now))
            case "over":
                return self._to_whom(case_id)
            case "to":
                return self._tell(operations.hand_over(self.conn, self.staff, case_id, from_short(argument), self.now))
            case "dep" if argument in DEPARTMENTS:
                return self._tell(operations.hand_to_department(self.conn, self.staff, case_id, argument, self.now))
            case "respond":
                return self._which_fix(case_id)
            case "fix":
                return self._fix(case_id, Fix(argument))
            case "due":
                return self._due(case_id, argument)
            case "write":
                return self._expect(Act.WRITE, Draft(case_id, awaits="text"), "write")
            case "dismiss":
                return self._tell(operations.dismiss(self.conn, self.staff, case_id, self.now))
            case "close":
                return self._expect(Act.CLOSE, Draft(case_id, awaits="reason"), "reason")
            case "note":
                return self._expect(Act.NOTE, Draft(case_id, awaits="note"), "note")
            case "edit" if draft and draft.says_something:
                return self._expect(Act.WRITE, replace(draft, awaits="text"), "edit")
            case "send" if draft and draft.says_something:
                return self._send(draft)
            case "drop":
                self._drop(case_id)
                return [self._say("dropped")]
            case "send":
                return [self._say("nothing_to_send")]
            case "edit":
                return [self._say("old_button"), *self._show(case_id)]
        return []

    def wrote(self, text: str, about: int | None = None) -> list[Say]:
        """Words: a command, what the draft waits for or, written `about` a case, a message to its customer."""
        draft, text = self.drafts.of(about) if about else self.drafts.awaiting, text.strip()
        if text.removeprefix("/").lower() == "cases":  # most channels give a command as the word it is
            return [open_cases_say(self.conn, self.door, self.lang)]
        if text.startswith("/"):
            return [self._say("help")]
        self.about = draft.case if draft else about
        match draft.awaits if draft else "":
            case "text" if draft:
                return self._preview(replace(draft, text=text, awaits=""))
            case "explanation" if draft:
                prepared = prepare(self.conn, self.operations, self.staff, draft.case, Fix.EXPLAIN, self.now, explanation=text)
                return self._preview(replace(draft, text=prepared.text, due=prepared.due, awaits="")) if prepared else []
            case "note" if draft:
                self._drop(draft.case)
                return self._tell(self.operations.note(self.conn, self.staff, draft.case, text, self.now))
            case "reason" if draft:
                self._drop(draft.case)
                return self._tell(self.operations.close(self.conn, self.staff, draft.case, text, self.now))
        return self._written_about(about, draft, text) if about else [self._say("no_draft")]

    def sent(self, heard: Heard, about: int | None = None) -> list[Say]:
        """A photo or voice note, with its caption: it goes with what is being written, or is a message of its own `about` a case."""
        draft = self.drafts.of(about) if about else self.drafts.awaiting
        if draft and draft.awaits not in ("", "text"):
            return [self._say("only_words")]
        case_id = draft.case if draft else about
        if case_id is None:
            return [self._say("no_draft")]
        self.about = case_id
        found = self.operations.look(self.conn, Act.WRITE, self.staff, case_id)
        if not found.done or found.view is None:
            return self._tell(found)
        draft = draft or Draft(case_id)
        file = note_sent(self.conn, heard, found.view, self.staff, self.now)
        return self._preview(replace(draft, text=heard.text.strip() or draft.text, file=file, awaits=""))

    def _written_about(self, case_id: int, draft: Draft | None, text: str) -> list[Say]:
        """Words of somebody who was asked for none: they are for the customer, in place of those that were prepared before."""
        found = self.operations.look(self.conn, Act.WRITE, self.staff, case_id)
        prepared = draft if draft and draft.says_something else Draft(case_id)
        return self._preview(replace(prepared, text=text)) if found.done else self._tell(found)

    def _which_fix(self, case_id: int) -> list[Say]:
        found = self.operations.look(self.conn, Act.RESPOND, self.staff, case_id)
        if not found.done:
            return self._tell(found)
        choices = [Choice(case_ref(case_id, "fix", fix.value), STAFF_WORDS(f"fix.{fix}", self.lang)) for fix in Fix]
        return [self._say("which_fix", choices, **found.facts)]

    def _fix(self, case_id: int, fix: Fix) -> list[Say]:
        if fix is Fix.EXPLAIN:
            return self._expect(Act.RESPOND, Draft(case_id, awaits="explanation", fix=fix), "explain")
        found = self.operations.look(self.conn, Act.RESPOND, self.staff, case_id)
        if not found.done:
            return self._tell(found)
        self._keep(Draft(case_id, fix=fix))
        return [self._which_due(case_id, fix)]

    def _which_due(self, case_id: int, fix: Fix) -> Say:
        dues = due_choices(self.operations, fix, self.now)
        choices = [
            Choice(case_ref(case_id, "due", short(int(due.timestamp()) // _MINUTE)), self.reader.moment(due), picked=due == dues[0])
            for due in dues
        ]
        return self._say("which_due", choices)

    def _due(self, case_id: int, argument: str) -> list[Say]:
        draft = self.drafts.of(case_id)
        if draft is None or draft.fix is None:
            return self._which_fix(case_id)
        if not argument:
            return [self._which_due(case_id, draft.fix)]
        due = datetime.fromtimestamp(from_short(argument) * _MINUTE, UTC)
        if due < self.now:
            return [Say(DESK_WORDS("told.due_has_passed", self.lang)), self._which_due(case_id, draft.fix)]
        prepared = prepare(self.conn, self.operations, self.staff, case_id, draft.fix, self.now, due=due)
        return self._preview(replace(draft, due=due, text=prepared.text)) if prepared else []

    def _preview(self, draft: Draft) -> list[Say]:
        view = case_view(self.conn, draft.case)
        if view is None:
            return self._tell(Outcome(False, "no_such_case"))
        draft = replace(draft, seen=view.case.version)
        self._keep(draft)
        timed = draft.fix not in (None, Fix.EXPLAIN)
        actions = ["send", "edit", *(["due"] if timed else []), "drop"]
        choices = [Choice(case_ref(draft.case, action), DESK_WORDS(f"button.{action}", self.lang)) for action in actions]
        due = self.reader.moment(draft.due) if draft.due and timed else ""
        warnings = tone_told(view, draft.text, self.reader, fixes=draft.fix is not None) if draft.text else []
        tone = (
            "\n".join(["", "", DESK_WORDS("tone.before_sending", self.lang), *(f"• {warning}" for warning in warnings)]) if warnings else ""
        )
        text = with_file_told(self.conn, draft.text, draft.file, self.lang)
        preview = self._say("preview", choices, name=view.customer.name, due=due, text=text)
        return [replace(preview, text=preview.text + tone)]

    def _send(self, draft: Draft) -> list[Say]:
        operations = self.operations
        if draft.fix and draft.due:
            due = self.now if draft.fix is Fix.EXPLAIN else draft.due
            answer = (draft.fix, due, draft.text, self.now, draft.seen, draft.file)
            outcome = operations.respond(self.conn, self.staff, draft.case, *answer)
        else:
            outcome = operations.write_to_customer(self.conn, self.staff, draft.case, draft.text, self.now, draft.seen, draft.file)
        if outcome.done:
            self._drop(draft.case)
            return self._tell(outcome)
        if outcome.told == "changed_meanwhile":
            return [*self._tell(outcome), *self._show(draft.case), *self._preview(draft)]
        if outcome.told == "due_has_passed" and draft.fix:
            return [*self._tell(outcome), self._which_due(draft.case, draft.fix)]
        if outcome.told == "file_failed":
            self._keep(replace(draft, file=0, awaits="text"))
        return self._tell(outcome)

    def _expect(self, act: Act, draft: Draft, question: str) -> list[Say]:
        """Wait for words, if what they are for can be done at all."""
        found = self.operations.look(self.conn, act, self.staff, draft.case)
        if not found.done or found.view is None:
            return self._tell(found)
        self._keep(draft)
        return [self._say(question, **found.facts, language=self.reader.language(found.view.lang))]

    def _to_whom(self, case_id: int) -> list[Say]:
        found = self.operations.look(self.conn, Act.HAND_OVER, self.staff, case_id)
        if not found.done:
            return self._tell(found)
        return [self._say("to_whom", recipients(self.conn, self.staff, case_id, self.lang))]

    def _show(self, case_id: int) -> list[Say]:
        view = case_view(self.conn, case_id)
        return [self._card(view)] if view else self._tell(Outcome(False, "no_such_case"))

    def _card(self, view: CaseView) -> Say:
        return Say(card_text(view, self.reader, self.now), choices=card_choices(view, self.staff, self.lang))

    def _history(self, case_id: int) -> list[Say]:
        view = case_view(self.conn, case_id)
        return [Say(self.history_of(view))] if view else self._tell(Outcome(False, "no_such_case"))

    def _tell(self, outcome: Outcome, *, card: bool = False) -> list[Say]:
        """The outcome in words; with `card`, with what can be done next."""
        choices = card_choices(outcome.view, self.staff, self.lang) if card and outcome.done and outcome.view else ()
        return [Say(told(outcome, self.lang), choices=choices)]

    def _say(self, key: str, choices: Sequence[Choice] = (), **facts: object) -> Say:
        return Say(DESK_WORDS(f"door.{key}", self.lang, **facts), choices=tuple(choices))

    def _keep(self, draft: Draft) -> None:
        self._put(self.drafts.put(draft))

    def _drop(self, case_id: int) -> None:
        self._put(self.drafts.without(case_id))

    def _put(self, drafts: Drafts) -> None:
        self.drafts = drafts
        keep_draft(self.conn, self.door.id, drafts.to_json())
