"""docs/channels.md is made by the tests: whatever it says a channel does, a test proves. `pytest --update` writes it anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.channels.proofs import CHANNELS, FEATURES, NONE, Proof, proofs
from tests.house.checkout import ROOT

PAGE = ROOT / "docs/channels.md"
BEGIN = "<!-- Written by the tests from their own marks: `.venv/bin/pytest tests/channels/test_channels_page.py --update` -->\n"


def test_every_mark_names_a_channel_and_a_feature_that_there_is() -> None:
    features = {feature for chapter in FEATURES.values() for feature in chapter}
    wrong = [proof for proof in proofs() if proof.feature not in features or proof.channel not in CHANNELS]
    assert wrong == [], f"the features are {sorted(features)}, the channels {sorted(CHANNELS)}"


def test_nothing_is_proven_that_a_platform_is_said_not_to_have() -> None:
    assert [proof for proof in proofs() if (proof.channel, proof.feature) in NONE] == []


def test_the_page_says_what_the_tests_prove(pytestconfig: pytest.Config) -> None:
    written = PAGE.read_text(encoding="utf-8")
    begin, mark, _ = written.partition(BEGIN)
    expected = f"{begin}{mark}\n{_page_of(proofs())}"
    if pytestconfig.getoption("--update"):
        PAGE.write_text(expected, encoding="utf-8")
    assert mark and (written == expected or pytestconfig.getoption("--update")), "run pytest --update and read the difference"


def _page_of(found: Sequence[Proof]) -> str:
    """The tables and what stands beneath them, for docs/channels.md."""
    lines: list[str] = []
    for chapter, features in FEATURES.items():
        lines += [
            f"## {chapter}",
            "",
            "| | " + " | ".join(name for name, _ in CHANNELS.values()) + " |",
            "|---" * (len(CHANNELS) + 1) + "|",
        ]
        for feature, sentence in features.items():
            cells = [_cell(feature, channel, found) for channel in CHANNELS]
            lines.append(f"| [{sentence}](#{_anchor(sentence)}) | " + " | ".join(cells) + " |")
        lines.append("")
    lines += ["## The proofs", ""]
    for feature, sentence in (pair for features in FEATURES.values() for pair in features.items()):
        lines += [f"### {sentence}", "", *(f"- {line}" for channel in CHANNELS for line in _lines(feature, channel, found)), ""]
    return "\n".join(lines)


def _cell(feature: str, channel: str, found: Sequence[Proof]) -> str:
    count = len(_of(feature, channel, found))
    return "none" if (channel, feature) in NONE else "✓" if count == 1 else f"✓ {count}" if count else "–"


def _lines(feature: str, channel: str, found: Sequence[Proof]) -> Iterator[str]:
    name = CHANNELS[channel][0]
    if (channel, feature) in NONE:
        yield f"{name} has none: {NONE[channel, feature]}"
    elif not (known := _of(feature, channel, found)):
        yield f"{name}: –"
    else:
        for proof in known:
            sentence = proof.test.removeprefix("test_").replace("_", " ")
            yield f"{name}: {sentence} ([{proof.file.removeprefix('tests/')}](../{proof.file}), against {proof.against})"


def _of(feature: str, channel: str, found: Sequence[Proof]) -> list[Proof]:
    return [proof for proof in found if (proof.feature, proof.channel) == (feature, channel)]


def _anchor(sentence: str) -> str:
    """As the platforms that show Markdown make one of a heading."""
    return "".join(letter for letter in sentence.lower().replace(" ", "-") if letter.isalnum() or letter == "-")
