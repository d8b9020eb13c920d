"""A staff member's home page: their cases, those that wait for somebody, what they have promised, and their hours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from sqlalchemy import Connection

from bot.complaints.card import MARKS, Reader, case_ref, case_topic, customer_name, department_name
from bot.complaints.cases import Act, refusal
from bot.complaints.rules import Rules
from bot.complaints.shifts import Shift
from bot.complaints.words import STAFF_WORDS
from bot.desk.words import DESK_WORDS
from bot.surveys.wording import phrase
from channels.clock import Clock
from channels.contract import Choice, Home, HomeItem, HomePart
from storage.database import Database
from storage.queries.case_figures import list_cases
from storage.queries.cases import AnyRow, CaseView, case_views
from storage.queries.conversations import addresses_at
from storage.queries.homes import promises_shown
from storage.queries.staff import door_seen, staff_member
from storage.queries.topics import topic_root

__all__ = ["DeskHomes"]

_SHOWN = 10
"""Cases, or promises, in one list: the worst and the most urgent first."""
_LOOKED_THROUGH = 500
"""Open cases among which those are looked for that nobody has."""
_WORDS = 120
"""Characters of the complaint that are shown."""


class DeskHomes:
    """As `channels.contract.Homes` says. `customer_accounts` are where the customers of the same platform are met."""

    def __init__(self, database: Database, rules: Rules, clock: Clock, customer_accounts: Collection[str]) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._customer_accounts = customer_accounts

    async def home(self, account: str, address: str, lang: str) -> Home:
        async with self._database.read() as conn:
            return await conn.run_sync(self._home, account, address, lang)

    def _home(self, conn: Connection, account: str, address: str, lang: str) -> Home:
        door = door_seen(conn, account, address)
        if door is None:
            return Home((HomePart(self._rules.shop, (HomeItem(DESK_WORDS("door.stranger", lang or "en")),)),))
        staff = staff_member(conn, door.staff_id)
        assert staff is not None  # `door_seen` finds doors of active staff alone.
        page = _Page(conn, self._rules, door, staff, self._clock.now())
        theirs = [page.mine(), page.waiting(), page.promises(), page.hours()]
        if any(addresses_at(conn, {name: [address] for name in self._customer_accounts})):
            theirs.append(page.rights())
        return Home(tuple(part for part in theirs if part.items))


@dataclass(frozen=True, slots=True)
class _Page:
    """One look at a staff member's page."""

    conn: Connection
    rules: Rules
    door: AnyRow
    staff: AnyRow
    now: datetime

    @property
    def reader(self) -> Reader:
        return Reader(self.door.lang, self.rules.hours.zone)

    def mine(self) -> HomePart:
        if cases := list_cases(self.conn, owner_id=self.staff.id):
            return self._cases("mine", cases)
        return HomePart(self._say("mine", n=0), (HomeItem(DESK_WORDS("door.no_cases", self.door.lang)),))

    def waiting(self) -> HomePart:
        """Cases that nobody has, of the departments of whoever looks: all, where they have none of their own."""
        cases = [case for case in list_cases(self.conn, limit=_LOOKED_THROUGH) if case.owner_id is None]
        return self._cases("waiting", [case for case in cases if not self.door.departments or case.department in self.door.departments])

    def promises(self) -> HomePart:
        promises = promises_shown(self.conn, self.staff.id)
        views = case_views(self.conn, [one.case_id for one in promises[:_SHOWN]])
        items = [self._promise(one, views[one.case_id]) for one in promises[:_SHOWN]]
        return HomePart(self._say("promises", n=len(promises)), (*items, *self._more(len(promises))))

    def hours(self) -> HomePart:
        shift, here = Shift.read(self.door.shift), self.now.astimezone(self.rules.hours.zone)
        on = self.rules.hours.is_open(self.now) and (shift is None or shift.covers(here))
        lines = [self._say("on_duty" if on else "off_duty"), self._say("as_shop") if shift is None else self._hours_of(shift)]
        return HomePart(self._say("hours"), (HomeItem("\n".join(lines)),))

    def rights(self) -> HomePart:
        """They are a customer, too: as such they are spoken to by the other app, and never by this one."""
        return HomePart(phrase("home_rights", self.door.lang), (HomeItem(self._say("customer_too", shop=self.rules.shop)),))

    def _cases(self, key: str, cases: Sequence[AnyRow]) -> HomePart:
        words = {case.id: case.words or "" for case in cases[:_SHOWN]}
        views = case_views(self.conn, words)
        items = [self._case(views[id], words[id]) for id in words]
        return HomePart(self._say(key, n=len(cases)), (*items, *self._more(len(cases))))

    def _case(self, view: CaseView, words: str) -> HomeItem:
        lang, case = self.door.lang, view.case
        said = shorten(words, _WORDS, placeholder=" …")
        facts = {"name": customer_name(view, lang), "department": department_name(case.department, lang), "owner": None, "words": said}
        lines = [DESK_WORDS("door.case_line", lang, mark=MARKS[case.severity], **facts), self._stands(view)]
        take = case.owner_id is None and refusal(Act.TAKE, case, self.staff) is None
        return self._item("\n".join(lines), view, *(["take"] if take else []))

    def _stands(self, view: CaseView) -> str:
        if (since := view.waiting_since) is None:
            return STAFF_WORDS(f"state.{view.case.state}", self.door.lang, owner="")
        due = self.rules.hours.after(since, self.rules.targets[view.case.severity])
        return self._say("due" if due > self.now else "overdue", due=self.reader.moment(due))

    def _promise(self, promise: AnyRow, view: CaseView) -> HomeItem:
        facts = {"fix": STAFF_WORDS(f"fix.{promise.fix}", self.door.lang), "name": customer_name(view, self.door.lang)}
        text = self._say("promise", due=self.reader.moment(promise.due_at), **facts)
        return self._item(text, view, *(["kept"] if refusal(Act.KEEP, view.case, self.staff) is None else []))

    def _item(self, text: str, view: CaseView, *actions: str) -> HomeItem:
        lang = self.door.lang
        choices = [Choice(case_ref(view.id, action), STAFF_WORDS(f"button.{action}", lang)) for action in actions]
        choices.append(Choice(case_ref(view.id, "look"), STAFF_WORDS("button.show", lang)))
        thread = topic_root(self.conn, self.door.account, self.door.native_id, case_topic(view.id))
        return HomeItem(text, tuple(choices), message=thread, there=self._say("thread"))

    def _more(self, n: int) -> Iterator[HomeItem]:
        if n > _SHOWN:
            yield HomeItem(self._say("more", n=n - _SHOWN))

    def _hours_of(self, shift: Shift) -> str:
        days = self.reader.locale.days["stand-alone"]["abbreviated"]
        return f"{', '.join(days[day] for day in shift.days)} {shift.begin:%H:%M}–{shift.end:%H:%M}"

    def _say(self, key: str, **facts: object) -> str:
        return DESK_WORDS(f"home.{key}", self.door.lang, **facts)
