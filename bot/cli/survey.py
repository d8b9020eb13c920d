"""`makegood survey`: check a survey's file, list the ready ones, look at one, publish one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.data import write_to
from bot.cli.options import ConfigFile
from bot.mistake import Mistake
from bot.surveys.bank import bank
from bot.surveys.definition import SCALES, Question, Survey, text_in
from bot.surveys.filling import filled
from bot.surveys.reading import SurveyProblems, read_survey
from bot.surveys.scales import label
from bot.surveys.wording import minutes_in

app = typer.Typer(help="Check, list, show and publish surveys.", no_args_is_help=True)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Surveys in TOML.")]) -> None:
    """Say everything that is wrong with a survey: file, line, and what to write instead."""
    console = Console(soft_wrap=True, highlight=False)
    wrong = 0
    for file in files:
        try:
            survey = read_survey(file)
        except SurveyProblems as problems:
            wrong += 1
            for problem in problems.problems:
                place = f"{problem.file}, line {problem.line}" if problem.line else problem.file
                console.print(f"[red]✗[/] [bold]{escape(place)}[/]: {escape(problem.what)};\n  [green]{escape(problem.remedy)}[/]")
        else:
            console.print(f"[green]✓[/] [bold]{escape(str(file))}[/]: all right, {escape(_summary(survey))}")
    if wrong:
        raise typer.Exit(1)


@app.command(name="list")
def list_() -> None:
    """List the surveys that come with Makegood."""
    table = Table("survey", "title", "questions", "minutes", "languages", box=None)
    for survey in bank().values():
        table.add_row(survey.name, text_in(survey.title, "en"), str(len(survey.questions)), str(survey.minutes), " ".join(survey.langs))
    Console().print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A ready survey's name, or a file.")],
    lang: Annotated[str, typer.Option(help="Language to show it in, two letters.")] = "en",
    shop: Annotated[str, typer.Option(help="The shop's name.")] = "Your Shop",
) -> None:
    """Show what customers read: the greeting, every question with its buttons and its condition, the thanks."""
    survey = _survey(name)
    if lang not in survey.langs:
        raise Mistake(f'the survey "{survey.name}" has no text in "{lang}"', f"choose one of: {', '.join(survey.langs)}")
    console = Console(soft_wrap=True, highlight=False)
    facts = {"shop": shop, "minutes": minutes_in(survey.minutes, lang)}

    def words(text: str) -> str:
        return escape(filled(text, facts))

    console.print(f"[bold]{escape(survey.title[lang])}[/] ({escape(_summary(survey))})\n\n{words(survey.hello[lang])}")
    for number, question in enumerate(survey.questions, start=1):
        console.print(f"\n[bold]{number}. {words(question.text[lang])}[/]  [dim]{escape(_about(question))}[/]")
        if question.when:
            console.print(f"   [dim]asked when {escape(question.when)}[/]")
        if labels := _labels(question, lang):
            console.print(f"   {escape(' · '.join(labels))}")
    console.print(f"\n{words(survey.thanks[lang])}\n[dim]after a complaint:[/] {words(survey.thanks_low[lang])}")


@app.command(name="try")
def try_(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A survey of the bank, or a file.")],
    lang: Annotated[str, typer.Option(metavar="LANG", help="en, sv, lv, fr …")] = "en",
    fact: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the touchpoint tells, such as product=a kettle.")
    ] = None,
) -> None:
    """Hold the dialog here, at the keyboard. Nothing is stored."""
    from rich.console import Console

    from bot.cli.loop import run_loop
    from bot.cli.trying import try_survey

    facts = dict(part.split("=", 1) for part in fact or [] if "=" in part)
    run_loop(try_survey(_survey(name), lang, Console(highlight=False), shop="Fjord & Field", facts=facts))


@app.command()
def publish(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Surveys in TOML.")],
    config: ConfigFile = None,
) -> None:
    """Freeze surveys of your own as new versions: who is asked from now on gets these words."""
    # Imported here: who only looks at surveys does not wait a second for the database's library.
    from bot.surveys.publishing import publish as publish_one
    from channels.clock import SystemClock

    surveys = [read_survey(file) for file in files]
    for survey in surveys:
        if survey.name in bank():
            raise Mistake(f'"{survey.name}" is the name of a ready survey.', "Give yours a name of its own, and name that under [[ask]].")
    write_to(config, lambda conn: [publish_one(conn, survey, SystemClock().now()) for survey in surveys])
    for survey in surveys:
        typer.echo(f"{survey.name}: published, {_summary(survey)}")


def _survey(name: str) -> Survey:
    if name in bank():
        return bank()[name]
    if Path(name).suffix == ".toml":
        return read_survey(Path(name))
    raise Mistake(f'there is no ready survey "{name}"', f"choose one of: {', '.join(bank())}; or name a file that ends in .toml")


def _summary(survey: Survey) -> str:
    count = len(survey.questions)
    asked = "1 question" if count == 1 else f"{count} questions"
    return f"{asked}, {minutes_in(survey.minutes, 'en')}, in {', '.join(survey.langs)}"


def _about(question: Question) -> str:
    parts = [question.key, question.scale or question.kind.value, question.measure and f"measure {question.measure}", question.department]
    return " · ".join(part for part in parts if part)


def _labels(question: Question, lang: str) -> list[str]:
    if question.scale is None:
        return [text_in(option.text, lang) for option in question.options]
    scale = SCALES[question.scale]
    return [label(question.scale, value, lang) for value in range(scale.low, scale.high + 1)]
