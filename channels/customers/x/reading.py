"""Reading what is new on an account: mentions from behind the last one, messages from the newest back to the last one.

Both are given newest first and page by page, and heard oldest first: so that what was heard last is where to go on, also after
a restart. Pages that were read are kept until they are heard: none is paid for twice because a later one failed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import chain, repeat

from channels.clock import Clock
from channels.customers.x.budget import Budget, Price
from channels.customers.x.library import LEAST_POSTS, MOST, Page, Tweepy
from channels.customers.x.trouble import Json, Trouble

__all__ = ["BudgetSpent", "Mentions", "Messages", "Reading", "Take"]

FIRST_LOOK_BACK = timedelta(days=1)
"""How old something may be when an account begins: what is older was written to whoever had the account before."""
SIZES = (5, 20, 50)
"""Messages of a page, after a first look at the newest alone: most looks find nothing new, and cost one message."""
CALLS, WINDOW = 14, timedelta(minutes=15)
"""Calls for messages in a time. X allows 15 (docs.x.com/x-api/fundamentals/rate-limits): one is left for what the HTTP library
repeats by itself, which it does when a line breaks that was open before."""
SENT_KEPT = 4096
MOST_PICTURES = 4
"""Of a post (docs.x.com/x-api/posts/create-post); of a message one."""

Take = Callable[[Json, dict[str, Json]], Awaitable[None]]
"""Takes one post or message with the people who came along; returns when it is durable."""


class BudgetSpent(Exception):
    """There is nothing left to read with today."""


class Reading(ABC):
    """Of one kind. It begins with what is a day old, unless it is told where to go on from."""

    def __init__(self, library: Tweepy, budget: Budget) -> None:
        self._library, self._budget = library, budget
        self._mark = 0
        """The id up to which everything was heard."""
        self._gap = True
        """Whether there may be something before what was pushed to us last that was not heard."""
        self._missed = False
        self._found: deque[Json] = deque()
        """What was read and not heard yet, the newest first."""
        self._people: dict[str, Json] = {}
        self._page, self._whole = "", True
        self._since = datetime.max.replace(tzinfo=UTC)

    def go_on_from(self, id_: str) -> None:
        """Everything up to this id was heard, by whoever read before; nothing, where it is empty."""
        self._mark = max(self._mark, int(id_ or 0))
        self._gap = True

    @property
    def gap(self) -> bool:
        """Whether a look is needed to know that nothing was missed."""
        return self._gap

    def pushed(self, id_: str) -> None:
        """Something was pushed to us, and heard. While a look is under way, it does not know of it: it will be read once more."""
        if not self._gap:
            self._mark = max(self._mark, int(id_))

    def missed(self) -> None:
        """Something was pushed to us, and could not be heard."""
        self._gap = self._missed = True

    async def look(self, take: Take, now: datetime) -> None:
        """Read on from where the last look ended, and take everything, in order.

        Raises:
            Trouble: a page could not be read; those before it are kept.
            BudgetSpent: the same, because nothing more may be spent today.
        """
        self._gap, self._missed = True, False
        await self._read(now)
        while self._found:
            await take(self._found[-1], self._people)
            self._mark = max(self._mark, int(self._found.pop()["id"]))
        self._people = {}
        self._gap = self._missed

    async def _read(self, now: datetime) -> None:
        """Read page after page, until what was heard last is reached."""
        if self._whole and not self._found:
            self._whole, self._page, self._since = False, "", now - FIRST_LOOK_BACK
            self._begin()
        while not self._whole:
            try:
                page = await self._next(await self._affordable())
            except Trouble as trouble:
                if trouble.status == HTTPStatus.BAD_REQUEST and self._page:
                    # The place where the next page begins is known no longer: the next look begins anew.
                    self._whole = True
                    self._found.clear()
                raise
            self._people |= page.people
            fresh = [one for one in page.found if self._is_new(one)]
            self._found.extend(fresh)
            self._page = page.next
            self._whole = not page.next or len(fresh) < len(page.found)

    async def _affordable(self) -> int:
        """How many may be read with what is left today, however dear each of them is."""
        left = await self._budget.left()
        if left <= 0:
            raise BudgetSpent
        return max(left // sum(price.mills * number for price, number in self._dearest().items()), 1)

    def _is_new(self, one: Json) -> bool:
        if self._mark:
            return int(one["id"]) > self._mark
        return datetime.fromisoformat(str(one["created_at"])) >= self._since

    @abstractmethod
    def _begin(self) -> None:
        """A new look begins."""

    @abstractmethod
    def _dearest(self) -> Mapping[Price, int]:
        """What one of these costs at the most, with all that may come along."""

    @abstractmethod
    async def _next(self, affordable: int) -> Page:
        """The next page, of so many at most."""


class Mentions(Reading):
    """X gives back those behind an id alone, and nothing costs nothing."""

    def _begin(self) -> None:
        """Every page is as long as can be."""

    def _dearest(self) -> Mapping[Price, int]:
        return {Price.POST_READ: 1, Price.PERSON_READ: 1, Price.MEDIA_READ: MOST_PICTURES}

    async def _next(self, affordable: int) -> Page:
        size = min(max(affordable, LEAST_POSTS), MOST)
        return await self._library.mentions(size, after=str(self._mark or ""), since=self._since, page=self._page)


class Messages(Reading):
    """X gives back the latest, our own among them, however often they were read: so a look begins with few."""

    def __init__(self, library: Tweepy, budget: Budget, clock: Clock) -> None:
        super().__init__(library, budget)
        self._clock = clock
        self._called: deque[datetime] = deque(maxlen=CALLS)
        self._sent: deque[str] = deque(maxlen=SENT_KEPT)
        self._unseen = 0
        """Messages of ours that no look has come across yet."""
        self._sizes: Iterator[int] = iter(())

    def sent(self, id_: str) -> None:
        """We have sent this message: it is no news."""
        self._sent.append(id_)
        self._unseen += 1

    def is_ours(self, id_: str) -> bool:
        """Whether we know this message as one that we have sent."""
        return id_ in self._sent

    def _begin(self) -> None:
        # Our own messages may lie before what was heard last: the first page reaches just beyond them.
        self._sizes = chain((min(1 + self._unseen, MOST),), SIZES, repeat(SIZES[-1]))
        self._unseen = 0

    def _dearest(self) -> Mapping[Price, int]:
        return {Price.MESSAGE_READ: 1, Price.PERSON_READ: 1, Price.MEDIA_READ: 1}

    async def _next(self, affordable: int) -> Page:
        if len(self._called) == CALLS:
            await self._clock.sleep_until(self._called[0] + WINDOW)
        try:
            return await self._library.messages(min(next(self._sizes), affordable), page=self._page)
        finally:
            # X counts from when a call has reached it, which is now at the latest.
            self._called.append(self._clock.now())
