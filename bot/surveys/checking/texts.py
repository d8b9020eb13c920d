"""Words that customers see: every language everywhere, short enough for a phone, and whole without any fact."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from bot.surveys.checking.draft import Draft, Text
from bot.surveys.definition import FACTS
from bot.surveys.filling import ALWAYS_KNOWN, bracket_mistake, needed_names, placeholders

__all__ = ["LIMITS", "check_texts", "known_facts", "mistakes_in", "unknown_fact"]

LIMITS = {"title": 60, "hello": 600, "thanks": 600, "thanks_low": 600, "task": 600, "question": 300, "option": 40}
"""Characters a text may have: what a phone shows without scrolling, and what fits on a button."""


def check_texts(draft: Draft) -> None:
    for text in draft.texts():
        _check_languages(draft, text)
        for lang, words in text.words.items():
            _check_words(draft, text, lang, words)


def known_facts(draft: Draft) -> set[str]:
    """Facts that this survey may use: the usual ones and those it names itself."""
    own = draft.data.get("facts")
    return {*FACTS, *(fact for fact in own if isinstance(fact, str))} if isinstance(own, list) else set(FACTS)


def unknown_fact(fact: str, known: set[str]) -> str:
    """What to do about a fact of no such name."""
    near = get_close_matches(fact, sorted(known), n=1)
    own = f'a fact of your own is named at the top: facts = ["{fact}"]'
    return f'did you mean "{near[0]}"? Otherwise, {own}' if near else own


def _check_languages(draft: Draft, text: Text) -> None:
    whole = draft.name(text.path)
    for lang in draft.langs:
        if lang not in text.langs:
            place = f"text.{lang}" if text.path[-1] == "text" else lang
            draft.problem(text.path, f"{whole} has no text in {lang}, as the title has", f'write {place} = "…"')
    for lang in text.langs:
        if draft.langs and lang not in draft.langs and len(lang) == 2:
            languages = ", ".join(draft.langs)
            draft.problem(
                (*text.path, lang),
                f"{whole} has a text in {lang}, and the title has none",
                f"write the title in {lang}, or keep to {languages}",
            )


def _check_words(draft: Draft, text: Text, lang: str, words: str) -> None:
    for what, remedy in mistakes_in(words, text.kind, known_facts(draft)):
        draft.problem((*text.path, lang), f"{draft.name(text.path)} in {lang} {what}", remedy)


def mistakes_in(words: str, kind: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with words of that kind (of `LIMITS`) that may use the `known` facts, each with its remedy."""
    if len(words) > (limit := LIMITS[kind]):
        yield f"has {len(words)} characters", f"write {limit} at most"
    if stray := bracket_mistake(words):
        yield f'has a "{stray}" that stands for nothing', "a fact is written {product}, a part that may be left out [so]"
    for fact in sorted(placeholders(words) - known):
        yield f'uses a fact "{fact}" that is not known', unknown_fact(fact, known)
    for fact in sorted(needed_names(words) & known - ALWAYS_KNOWN):
        yield f"has a hole where the {fact} is not known", f"write [{{{fact}}}|something else], or [a part with {{{fact}}}]"
    if kind == "hello" and "stop" not in words.lower():
        yield "does not say how to stop", "say so, for instance: Write STOP to end this whenever you like."
