"""Holding a survey's dialog at a keyboard: nothing is stored but what is shown at the end."""

from __future__ import annotations

import asyncio
from typing import Any

from rich.console import Console

from bot.dialogs.advance import advance, begin
from bot.dialogs.asking import shown
from bot.dialogs.dialog import Dialog, DialogState
from bot.dialogs.opening import facts_for
from bot.dialogs.stored import dialog_from_json, dialog_to_json
from bot.surveys.definition import Survey, text_in
from channels.clock import SystemClock
from channels.contract import Heard, HeardKind
from channels.customers.terminal import Terminal
from storage.ids import new_id

__all__ = ["try_survey"]


async def try_survey(survey: Survey, lang: str, console: Console, *, shop: str, facts: dict[str, Any]) -> None:
    """Ask and answer until the dialog or the input ends, then show what would have been recorded."""
    clock = SystemClock()
    terminal = Terminal("terminal", console=console, clock=clock, lang=lang)
    told = facts_for(survey, shop=shop, lang=lang, name=str(facts.get("name", "")), attributes=facts)
    dialog = Dialog(new_id(), survey.name, lang, told)
    over = asyncio.Event()

    async def hear(heard: Heard) -> None:
        nonlocal dialog
        now = clock.now()
        starting = heard.kind is HeardKind.START
        step = begin(survey, dialog, now) if starting else advance(survey, dialog, heard, now)
        # As in service, where the dialog lies in the database between two messages.
        dialog = dialog_from_json(dialog_to_json(step.dialog), id=dialog.id, survey=survey.name, state=step.dialog.state.value)
        for say in step.says:
            await terminal.send(heard.address, say, message_id=new_id(), edits=say.edits)
        if dialog.state is not DialogState.OPEN:
            over.set()

    talking = [asyncio.create_task(terminal.run(hear)), asyncio.create_task(over.wait())]
    done, left = await asyncio.wait(talking, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    for task in done:
        task.result()
    _show_answers(survey, dialog, console)


def _show_answers(survey: Survey, dialog: Dialog, console: Console) -> None:
    console.print()
    for key, value in dialog.answers.items():
        question = survey.question(key)
        given = "–" if value is None else shown(question, value, dialog.lang)
        console.print(f"  [dim]{key}[/]  {text_in(question.text, dialog.lang)}  [bold]{given}[/]")
