"""`makegood card`: a comment card with its QR code, to print and put on the counter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import ConfigFile, read_config
from bot.mistake import Mistake

if TYPE_CHECKING:
    from bot.config import Config
    from bot.config.platforms import Telegram

app = typer.Typer()


@app.command()
def card(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it: its name ends in .pdf or .png.")],
    place: Annotated[str, typer.Option(help="Where it will hang, such as till-3: staff see it with what is said.")] = "",
    lang: Annotated[str, typer.Option(help="en, sv, lv or fr; the shop's first language where not given.")] = "",
    channel: Annotated[str, typer.Option(help="The account it leads to; may be left out where there is only one.")] = "",
    config: ConfigFile = None,
) -> None:
    """Write a comment card to print: A6, with the QR code that begins a conversation with the customer."""
    from bot.invitations.printed.layout import CardText, laid_out
    from bot.surveys.wording import LANGS, phrase
    from channels.contract import card_token

    if file.suffix.lower() not in (".pdf", ".png"):
        raise Mistake(f"{file}: a card is a PDF or a PNG", "end the file's name in .pdf or .png")
    try:
        card_token(place)
    except ValueError as problem:
        raise Mistake(f'"{place}" cannot be a place: {problem}') from problem
    settings = read_config(config)
    spoken = lang or next((known for known in settings.shop.languages if known in LANGS), LANGS[0])
    if spoken not in LANGS:
        raise Mistake(f'there is no card in "{spoken}"', f"choose one of {', '.join(LANGS)}")
    texts = {name: phrase(f"card_{name}", spoken) for name in ("title", "invitation", "promise", "scan")}
    marks = laid_out(CardText(settings.shop.name, **texts, link=_link(settings, channel, place)))
    if file.suffix.lower() == ".pdf":
        from bot.invitations.printed.pdf import as_pdf

        written = as_pdf(marks, title=settings.shop.name)
    else:
        from bot.invitations.printed.png import as_png

        written = as_png(marks)
    try:
        file.write_bytes(written)
    except OSError as problem:
        raise Mistake(f"{file} cannot be written: {problem.strerror}") from problem
    typer.echo(str(file))


def _link(settings: Config, chosen: str, place: str) -> str:
    """Where the card leads: to the chosen account, or to the only one that a code can lead to."""
    from bot.config.platforms import Telegram, Webchat
    from bot.invitations.links import card_link, telegram_link
    from channels.contract import card_token

    accounts = {name: account for name, account in settings.channels.items() if isinstance(account, Telegram | Webchat)}
    named = {name: account for name, account in accounts.items() if not chosen or chosen in (name, account.kind)}
    match list(named.items()):
        case [(name, Telegram() as account)]:
            return telegram_link(_username(name, account), card_token(place))
        case [(_, Webchat())] if settings.server.public_url is None:
            why = "a card needs an address that phones can reach, and [server] public_url is missing"
            raise Mistake(why, "write the address under which customers reach this server")
        case [(_, Webchat())]:
            return card_link(settings.server.address, place)
        case []:
            why = f'no account "{chosen}" that a code can lead to' if chosen else "no account is configured that a code can lead to"
            known = f"choose one of {', '.join(accounts)}" if accounts else 'add one with kind = "telegram" or kind = "webchat"'
            raise Mistake(why, known)
    raise Mistake("which account shall it lead to?", f"write --channel and one of {', '.join(named)}")


def _username(name: str, account: Telegram) -> str:
    """The bot's name, which only Telegram knows."""
    from random import Random

    from bot.cli.loop import run_loop
    from channels.clock import SystemClock
    from channels.contract import Rejected
    from channels.customers.telegram import TelegramChannel

    async def ask() -> str:
        token = account.token.get_secret_value()
        bot = TelegramChannel(name, token, clock=SystemClock(), rng=Random(), api_base=account.api_base)  # noqa: S311
        try:
            return await bot.asked_name()
        finally:
            await bot.close()

    try:
        return run_loop(ask())
    except Rejected as problem:
        why = f"Telegram does not tell the name of the bot [channels.{name}], and its address needs it: {problem}"
        raise Mistake(why, "look at its token and at the line, or choose --channel webchat") from problem
