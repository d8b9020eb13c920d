"""What a customer's text answers, if anything: deterministic, and never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.surveys.definition import SCALES, Question, QuestionKind, Scale, ScaleName
from bot.surveys.understanding.choices import read_choice
from bot.surveys.understanding.commands import clause_command, command_inside, message_command, understand_command
from bot.surveys.understanding.items import Item, items_of
from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.lexicon import LANGUAGES, barred, lexicon, vocabulary
from bot.surveys.understanding.mending import mendings
from bot.surveys.understanding.options import named_option
from bot.surveys.understanding.polarity import read_polarity
from bot.surveys.understanding.scores import read_score
from bot.surveys.understanding.spelling import evened
from bot.surveys.understanding.tokens import Form, Token, tokens_of
from bot.surveys.understanding.understood import Command, Understood

__all__ = ["understand"]

_NOT_A_WORD = (Form.SIGN, Form.ASTERISKS)
_LONGEST_FOREIGN = 25
"""Words up to which a message that says nothing in the question's language is read in the others."""

_Reading = tuple[Understood | None, list[Item]]
"""What a message says in one language, `None` for nothing of the kind, and the items it was read from."""
_Read = Callable[[str, str], Understood | None]
"""Reads the message in one language, the question being in another (or the same)."""


def understand(question: Question, lang: str, text: str) -> Understood:
    """What `text` answers to the question, which was put in the language `lang` (ISO 639-1).

    Pure. Whatever is unsure is neither a value nor a command: the customer is asked back. A value is a point of the
    question's scale, the key of one of its options or a tuple of keys in the options' order, or own words.
    """
    lang = lang.lower().partition("-")[0]
    home = lang if lang in LANGUAGES else LANGUAGES[0]
    match question.kind:
        case QuestionKind.TEXT:
            return _words(home, text)
        case QuestionKind.PHOTO:
            return _instead_of_photo(home, text)
        case QuestionKind.SCALE:
            assert question.scale is not None
            scale = SCALES[question.scale]
            bare = text.strip()
            if bare.isascii() and bare.isdecimal() and len(bare) <= 2 and scale.low <= int(bare) <= scale.high:
                return Understood(int(bare))
        case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
            if named_option(question, text):
                return read_choice(question, text, lexicon(home), lexicon(home)) or Understood()
    return _value_or_command(question, home, evened(text))


def _words(lang: str, text: str) -> Understood:
    if command := understand_command(lang, text):
        return Understood(command=command)
    if all(token.form in _NOT_A_WORD for token in tokens_of(evened(text))):
        return Understood()
    return Understood(text.strip())


def _instead_of_photo(lang: str, text: str) -> Understood:
    if command := understand_command(lang, text):
        return Understood(command=command)
    tokens = tokens_of(evened(text))
    return Understood(command=Command.SKIP if any(_has_none(tokens, text, other, lang) for other in (lang, *LANGUAGES)) else None)


def _has_none(tokens: list[Token], text: str, lang: str, home: str) -> bool:
    """Whether this says that there is no photo."""
    words = lexicon(lang)
    items = items_of(tokens, words, (words.polarity, words.speech), words)
    if read_polarity(items, text, "", words, strict=lang != home).answer is Kind.NO:
        return True
    return any(words.no_photo.at(tokens, place) for place in range(len(tokens)))


def _value_or_command(question: Question, lang: str, text: str) -> Understood:
    tokens = tokens_of(text)
    if all(token.form in _NOT_A_WORD[:1] for token in tokens):
        return Understood()
    if command := message_command(lang, text, tokens):
        return Understood(command=command)
    read = _in_any_language(lang, tokens, _reader(question, tokens, text))
    wish = clause_command(lang, tokens)
    if wish is Command.STOP or (wish and read.ask_back):
        return Understood(command=wish)
    if not read.ask_back:
        return read
    if wish := command_inside(tokens):
        return Understood(command=wish)
    if _declines(lang, tokens):
        return Understood(command=Command.SKIP)
    return read


def _reader(question: Question, tokens: list[Token], text: str) -> _Read:
    if question.scale is None:
        return lambda lang, home: read_choice(question, text, lexicon(lang), lexicon(home))
    name, scale = question.scale, SCALES[question.scale]
    if name == "yes_no":
        return lambda lang, home: _mended(tokens, lang, home, name, lambda pieces: _yes_or_no(question, pieces, text, lang, home))
    return lambda lang, home: _mended(tokens, lang, home, name, lambda pieces: _score(pieces, text, lang, home, name, scale))


def _in_any_language(lang: str, tokens: list[Token], read: _Read) -> Understood:
    """Read in the question's language; where that says nothing, in the others, if they agree."""
    at_home = read(lang, lang)
    if at_home or sum(token.form is Form.WORD for token in tokens) > _LONGEST_FOREIGN:
        return at_home or Understood()
    abroad = [found for other in LANGUAGES if other != lang and (found := read(other, lang))]
    return abroad[0] if len({(found.value, found.between) for found in abroad}) == 1 else Understood()


def _score(tokens: list[Token], text: str, lang: str, home: str, name: ScaleName, scale: Scale) -> _Reading:
    known = vocabulary(lang, name)
    items = items_of(tokens, known.lexicon, (known.labels, known.lexicon.speech), lexicon(home), barred=barred(lang, home))
    return read_score(items, text, name, scale, lexicon(home), strict=lang != home), items


def _yes_or_no(question: Question, tokens: list[Token], text: str, lang: str, home: str) -> _Reading:
    words = lexicon(lang)
    items = items_of(tokens, words, (words.polarity, words.speech), words)
    numbers = [item.value for item in items if item.kind is Kind.NUMBER]
    if len(numbers) == 1 and all(item.kind in (Kind.NUMBER, Kind.STOP, Kind.MARK, Kind.COLON) for item in items):
        return Understood(numbers[0] if numbers[0] in (0, 1) else None), items
    read = read_polarity(items, text, question.text.get(lang, ""), words, strict=lang != home)
    match read.answer:
        case Kind.YES | Kind.NO:
            return Understood(int(read.answer is Kind.YES), words=read.words, corrects=read.corrects), items
        case Kind.PARTLY | Kind.UNSURE:
            return Understood(between=(0, 1), corrects=read.corrects), items
    return None, items


def _mended(tokens: list[Token], lang: str, home: str, name: ScaleName, read: Callable[[list[Token]], _Reading]) -> Understood | None:
    """The reading of the message, or, where it says nothing, of the message with its one mistyped word put right."""
    understood, items = read(tokens)
    if understood or lang != home:
        return understood
    known = vocabulary(lang, name)
    readings = {read(mended)[0] for mended in mendings(tokens, _unknown(tokens, items), known.telling, known.lexicon.plain)}
    return readings.pop() if len(readings) == 1 else None


def _unknown(tokens: list[Token], items: Iterable[Item]) -> list[str]:
    starts = {item.start for item in items if item.kind is Kind.UNKNOWN}
    return [token.text for token in tokens if token.form is Form.WORD and token.start in starts]


def _declines(lang: str, tokens: list[Token]) -> bool:
    """As "n/a", and "no thanks" to a question that yes or no does not answer."""
    words = [token for token in tokens if token.form is Form.WORD]
    tables = (lexicon(other).declines for other in (lang, *LANGUAGES))
    return any((found := table.at(words, 0)) is not None and found.length == len(words) for table in tables if words)
