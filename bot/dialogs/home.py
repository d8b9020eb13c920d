"""A customer's home page: the survey that waits for them, and what they may ask of us, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from bot.dialogs.asking import asked_text
from bot.dialogs.published import Published
from bot.dialogs.refs import message_key
from bot.dialogs.stored import dialog_from_json
from bot.dialogs.wishes import Wish, wish_choice
from bot.surveys.wording import phrase
from channels.contract import Home, HomeItem, HomePart
from storage.database import Database
from storage.queries.consents import agreed_to
from storage.queries.conversations import addresses_at, customers_with_open_case
from storage.queries.homes import dialogs_shown
from storage.queries.outbox import platform_ids
from storage.queries.panels import panels_of

__all__ = ["CustomerHomes"]

_SHOWN = 3
"""Surveys that are shown, should so many be open at once."""


class CustomerHomes:
    """As `channels.contract.Homes` says."""

    def __init__(self, database: Database, published: Published, *, shop: str, default_lang: str) -> None:
        self._database = database
        self._published = published
        self._shop = shop
        self._default_lang = default_lang

    async def home(self, account: str, address: str, lang: str) -> Home:
        async with self._database.read() as conn:
            return await conn.run_sync(self._home, account, address, lang or self._default_lang)

    def _home(self, conn: Connection, account: str, address: str, lang: str) -> Home:
        here = next(iter(addresses_at(conn, {account: [address]})), None)
        if here is None:
            return Home((HomePart(self._shop, (_nothing_open(lang),)), self._rights(lang, self._asking(lang, stopped=False))))
        lang = here.lang or here.customer_lang or lang
        items = list(self._asked(conn, here.id)) or [_nothing_open(lang)]
        if customers_with_open_case(conn, [here.customer_id]):
            items.append(HomeItem(phrase("home_case", lang, shop=self._shop)))
        mine = [self._asking(lang, stopped=agreed_to(conn, here.customer_id, "surveys") is False)]
        if panels_of(conn, here.customer_id):
            mine.append(self._right("home_panel", lang, Wish.LEAVE))
        if agreed_to(conn, here.customer_id, "quote"):
            mine.append(self._right("home_quoted", lang, Wish.UNQUOTE))
        return Home((HomePart(self._shop, tuple(items)), self._rights(lang, *mine)))

    def _asked(self, conn: Connection, address_id: int) -> Iterator[HomeItem]:
        rows = dialogs_shown(conn, address_id, limit=_SHOWN)
        dialogs = [(row.survey_version_id, dialog_from_json(row.data, id=row.id, survey=row.survey, state=row.state)) for row in rows]
        sent = platform_ids(conn, [message_key(dialog.id, dialog.asked) for _, dialog in dialogs])
        for version_id, dialog in dialogs:
            question = self._published.version(conn, version_id).question(dialog.current)
            text = phrase("home_waits", dialog.lang, question=asked_text(replace(dialog, lead=""), question))
            message = sent.get(message_key(dialog.id, dialog.asked), "")
            yield HomeItem(text, message=message, there=phrase("home_answer", dialog.lang))

    def _rights(self, lang: str, *mine: HomeItem) -> HomePart:
        """What everybody may ask, below what this customer may."""
        everybodys = [self._right(f"home_{wish}", lang, wish) for wish in (Wish.KNOW, Wish.ERASE, Wish.HUMAN)]
        return HomePart(phrase("home_rights", lang), (*mine, *everybodys))

    def _asking(self, lang: str, *, stopped: bool) -> HomeItem:
        return self._right("home_stopped", lang) if stopped else self._right("home_stop", lang, Wish.STOP)

    def _right(self, key: str, lang: str, *wishes: Wish) -> HomeItem:
        return HomeItem(phrase(key, lang, shop=self._shop), tuple(wish_choice(wish, lang) for wish in wishes))


def _nothing_open(lang: str) -> HomeItem:
    return HomeItem(phrase("home_nothing_open", lang))
