"""Texts that customers write, a language a file, each with what it must be read as.

A line is tab-separated: the question, the text, what is expected, and, where it matters, the words said beside the
value. Expected is a value (several keys are parted by spaces; `=` begins own words; `none` is none of the options),
`?` for asking back, followed by the values left open, or a command. `corrects` follows a value that takes back another.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bot.surveys.bank import bank
from bot.surveys.definition import Option, Question, QuestionKind
from bot.surveys.understanding import Understood, understand

__all__ = ["LANGS", "QUESTIONS", "Case", "cases", "read", "said"]

FOLDER = Path(__file__).parent
LANGS = tuple(sorted(path.stem for path in FOLDER.glob("*.tsv")))


def options(**texts: tuple[str, str, str, str, str, str, str]) -> tuple[Option, ...]:
    return tuple(
        Option(key=key, text=dict(zip(("en", "sv", "lv", "fr", "de", "es", "pt"), row, strict=True))) for key, row in texts.items()
    )


REASONS = options(
    speed=("Delivery speed", "Leveranstid", "Piegādes ātrums", "Délai de livraison", "Lieferzeit", "Plazo de entrega", "Prazo de entrega"),
    condition=(
        "Delivery condition",
        "Paketets skick",
        "Sūtījuma stāvoklis",
        "État du colis",
        "Zustand des Pakets",
        "Estado del paquete",
        "Estado do pacote",
    ),
    price=("Price", "Pris", "Cena", "Prix", "Preis", "Precio", "Preço"),
    service=(
        "Customer service",
        "Kundservice",
        "Klientu apkalpošana",
        "Service client",
        "Kundendienst",
        "Atención al cliente",
        "Atendimento",
    ),
)
QUESTIONS: dict[str, Question] = {
    "csat": bank()["after-purchase"].question("csat"),
    "nps": bank()["relationship"].question("nps"),
    "ces": bank()["after-support"].question("ces"),
    "yes": bank()["after-support"].question("solved"),
    "frequency": bank()["product"].question("used"),
    "face": bank()["comment-card"].question("face"),
    "text": bank()["after-purchase"].question("words"),
    "photo": bank()["comment-card"].question("photo"),
    "partly": bank()["made-good"].questions[0],
    "star": Question(key="star", kind=QuestionKind.SCALE, scale="star5", text={"en": "How many stars?"}),
    "single": Question(key="single", kind=QuestionKind.SINGLE, text={"en": "What mattered most?"}, options=REASONS),
    "several": Question(key="several", kind=QuestionKind.MULTIPLE, text={"en": "What went wrong?"}, options=REASONS),
}


class Case(NamedTuple):
    lang: str
    line: int
    question: str
    text: str
    expected: str
    words: str | None

    def __str__(self) -> str:
        return f"{self.lang}:{self.line} {self.question} {self.text!r}"


def cases(lang: str) -> list[Case]:
    found = []
    for number, line in enumerate((FOLDER / f"{lang}.tsv").read_text(encoding="utf-8").split("\n"), start=1):
        if line and not line.startswith("#"):
            question, text, expected, *words = line.split("\t")
            found.append(Case(lang, number, question, text, expected.strip(), words[0] if words else None))
    return found


def read(case: Case) -> Understood:
    return understand(QUESTIONS[case.question], case.lang, case.text)


def said(understood: Understood, question: str) -> str:
    """What was understood, as it is written in the tables."""
    if understood.command:
        return str(understood.command)
    if understood.ask_back:
        return " ".join(("?", *map(str, understood.between)))
    value = understood.value
    told = " ".join(value) or "none" if isinstance(value, tuple) else f"={value}" if question == "text" else str(value)
    return f"{told} corrects" if understood.corrects else told
