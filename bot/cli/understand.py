"""`makegood understand`: what the bot reads in texts, one a line, as the answers to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.surveys.definition import Question, Survey

app = typer.Typer()


@app.command()
def understand(
    survey: Annotated[str, typer.Option(metavar="NAME|FILE", help="A survey of the bank, or a file.")],
    question: Annotated[str, typer.Option(metavar="KEY", help="The question's key in that survey.")],
    lang: Annotated[str, typer.Option(metavar="LANG", help="The language the question is put in: en, sv, lv, fr, de, es, pt.")] = "en",
) -> None:
    """Read a text a line from standard input and write what it answers as a JSON object a line.

    `value` is a number, an option's key, own words or a list of keys; null where there is none. `ask_back` is true
    where the customer would be asked back, `command` is skip, back, stop, human or help, or null.
    """
    import json
    import sys

    from bot.surveys.understanding import understand as read

    asked = _question(_survey(survey), question)
    # Read as UTF-8 whatever the terminal's encoding; a byte that is none stands for itself.
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        understood = read(asked, lang, text)
        told = {"text": text, "value": understood.value, "ask_back": understood.ask_back, "command": understood.command}
        sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()


def _survey(name: str) -> Survey:
    from pathlib import Path

    from bot.mistake import Mistake
    from bot.surveys.bank import bank
    from bot.surveys.reading import read_survey

    if name in bank():
        return bank()[name]
    if Path(name).suffix == ".toml" or Path(name).exists():
        return read_survey(Path(name))
    raise Mistake(f'there is no survey "{name}"', f"choose one of: {', '.join(bank())}; or name a file")


def _question(survey: Survey, key: str) -> Question:
    from bot.mistake import Mistake

    try:
        return survey.question(key)
    except KeyError:
        keys = ", ".join(question.key for question in survey.questions)
        raise Mistake(f'the survey "{survey.name}" has no question "{key}"', f"choose one of: {keys}") from None
