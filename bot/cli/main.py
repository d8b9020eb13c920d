"""The `makegood` command. A new subcommand is one line in `COMMANDS`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.main import get_command

from bot.cli.lazy import Entry, group_of
from bot.mistake import Mistake

__all__ = ["COMMANDS", "main"]

COMMANDS = (
    Entry("run", "bot.cli.run", "Serve customers, staff and operators."),
    Entry("config", "bot.cli.config", "Check and show the configuration."),
    Entry("doctor", "bot.cli.doctor", "Examine every account, and say how to mend what is not well."),
    Entry("survey", "bot.cli.survey", "Check, list, show and publish surveys."),
    Entry("understand", "bot.cli.understand", "Say what is read in texts as the answers to a question."),
    Entry("detect", "bot.cli.detect", "Say which texts are complaints, how grave and whose."),
    Entry("staff", "bot.cli.staff", "Who handles complaints, and the codes that link their chats."),
    Entry("replay", "bot.cli.replay", "Hold the dialogs of real orders, under a simulated clock."),
    Entry("campaign", "bot.cli.campaign", "Draft, preview, schedule and follow campaigns."),
    Entry("poll", "bot.cli.poll", "Put one question to several public places at once."),
    Entry("panel", "bot.cli.panel", "Customers who have agreed to be asked regularly."),
    Entry("group", "bot.cli.group", "Focus groups: talk about an idea with a few of a panel."),
    Entry("promoter", "bot.cli.promoter", "Words that may be quoted, and whose a code is."),
    Entry("card", "bot.cli.card", "Make a comment card with its QR code, to print."),
    Entry("customer", "bot.cli.customer", "Look a customer up, merge two records of one, erase one."),
    Entry("why", "bot.cli.why", "Explain why a customer is written to, or is not."),
    Entry("import", "bot.cli.import_", "Take in what happened from a CSV file."),
    Entry("slack", "bot.cli.slack", "Make the app in Slack."),
    Entry("password", "bot.cli.password", "Make the hash of the console's password."),
)

app = typer.Typer(
    cls=group_of(COMMANDS),
    help="Ask customers in the chat they already use, and make good what went wrong.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"makegood {version('makegood')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Ask customers in the chat they already use, and make good what went wrong."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. Ends the process: 0 done, 1 a mistake that is explained, 2 wrong usage, 130 interrupted."""
    try:
        get_command(app).main(arguments, prog_name="makegood")
    except Mistake as mistake:
        typer.echo(str(mistake), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
