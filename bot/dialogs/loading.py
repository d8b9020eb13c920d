"""Loading, in a few selects, all that a batch of things heard is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.move_tokens import MoveToken, MoveTokens
from bot.dialogs.moving import Move
from bot.dialogs.published import Published
from bot.dialogs.refs import read_ref
from bot.dialogs.stored import dialog_from_json
from bot.dialogs.talk import Held, Talk
from bot.dialogs.words import STILL_SPEAKING
from channels.contract import Heard, HeardKind, card_place
from storage.ids import new_id
from storage.queries.conversations import addresses_at, addresses_by_id, dialogs_about, invitations_by_token, staff_wrote_at
from storage.queries.moves import opened_links

__all__ = ["Loaded", "load"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """`talks` by (account, native id), `strangers` the keys of those that are new, `invitations` by token, `invited` the
    dialogs by their invitation, wherever they are held, `moves` the links of those who come from another address, by token."""

    talks: dict[tuple[str, str], Talk]
    strangers: set[tuple[str, str]]
    invitations: Mapping[str, Any]
    invited: dict[int, Held]
    moves: Mapping[str, Move]


def load(
    conn: Connection, heards: Sequence[Heard], published: Published, now: datetime, *, default_lang: str, move_tokens: MoveTokens
) -> Loaded:
    tokens = {heard.token for heard in heards if heard.kind is HeardKind.START and heard.token}
    moving = {token: told for token in tokens if (told := move_tokens.read(token))}
    talks = _talks(conn, heards, {told.address_id for told in moving.values()})
    strangers = {(heard.account, heard.address) for heard in heards} - talks.keys()
    invited_by = tokens - moving.keys()
    invitations = {row.token: row for row in invitations_by_token(conn, invited_by)} if invited_by else {}
    for heard in heards:
        if (at := (heard.account, heard.address)) in strangers and at not in talks:
            talks[at] = _stranger(heard, default_lang)
    dialog_ids = {ref.dialog for heard in heards if heard.choice and (ref := read_ref(heard.choice))}
    invited = _add_dialogs(conn, talks, dialog_ids, {row.id for row in invitations.values()}, published, now - STILL_SPEAKING)
    _mark_cases(conn, heards, talks)
    return Loaded(talks, strangers, invitations, invited, _moves(conn, moving, talks))


def _moves(conn: Connection, told_by: Mapping[str, MoveToken], talks: Mapping[tuple[str, str], Talk]) -> dict[str, Move]:
    """By token as it was given; two spellings of one token are the same link."""
    if not told_by:
        return {}
    sources = {talk.address_id: talk for talk in talks.values()}
    opened = opened_links(conn, {told.token for told in told_by.values()})
    links: dict[str, Move] = {}
    for told in told_by.values():
        if source := sources.get(told.address_id):
            links[told.token] = Move(told, source, spent=told.token in opened)
    return {given: links[told.token] for given, told in told_by.items() if told.token in links}


def _talks(conn: Connection, heards: Sequence[Heard], address_ids: set[int]) -> dict[tuple[str, str], Talk]:
    natives: dict[str, set[str]] = defaultdict(set)
    for heard in heards:
        natives[heard.account].add(heard.address)
    return {
        (row.account, row.native_id): Talk(
            row.id,
            row.customer_id,
            row.channel,
            row.account,
            row.native_id,
            row.lang or row.customer_lang,
            row.name,
            row.external_id is not None,
            row.reachable,
        )
        for row in (*addresses_at(conn, natives), *(addresses_by_id(conn, address_ids) if address_ids else ()))
    }


def _stranger(heard: Heard, default_lang: str) -> Talk:
    lang = heard.lang.lower().partition("-")[0] or default_lang
    return Talk(new_id(), new_id(), heard.channel, heard.account, heard.address, lang, heard.name, known=False, reachable=True)


def _add_dialogs(
    conn: Connection,
    talks: dict[tuple[str, str], Talk],
    dialog_ids: set[int],
    invitation_ids: set[int],
    published: Published,
    since: datetime,
) -> dict[int, Held]:
    by_address = {talk.address_id: talk for talk in talks.values()}
    invited: dict[int, Held] = {}
    for row in dialogs_about(
        conn, address_ids=by_address.keys(), completed_since=since, dialog_ids=dialog_ids, invitation_ids=invitation_ids
    ):
        held = Held(
            dialog_from_json(row.data, id=row.id, survey=row.survey, state=row.state),
            published.version(conn, row.survey_version_id),
            row.survey_version_id,
            row.address_id,
            row.customer_id,
            row.invitation_id,
            row.touchpoint_id,
            row.wave_id,
            row.case_id,
            row.opened_at,
            row.version,
        )
        if talk := by_address.get(row.address_id):
            talk.dialogs.append(held)
        if row.invitation_id:
            invited[row.invitation_id] = held
    return invited


def _mark_cases(conn: Connection, heards: Sequence[Heard], talks: dict[tuple[str, str], Talk]) -> None:
    """Words alone may be meant for staff: whoever writes any, or asks for a card to write on, may have an open case."""
    speaking = (heard for heard in heards if heard.kind in (HeardKind.TEXT, HeardKind.MEDIA) or card_place(heard.token) is not None)
    writing = {talks[heard.account, heard.address].customer_id for heard in speaking}
    if writing:
        with_case = staff_wrote_at(conn, writing)
        for talk in talks.values():
            talk.has_case, talk.staff_wrote_at = talk.customer_id in with_case, with_case.get(talk.customer_id)
