"""Campaigns on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.campaigns.definition import Definition
from bot.campaigns.progress import Progress
from bot.campaigns.reaching import Reach
from bot.cli.campaign_views import print_preview, print_status
from bot.cli.main import main
from storage.invitations import InvitationState

CAMPAIGN = """\
name = "spring"
survey = "relationship"
audience = "customer.tier == 'gold'"

[when]
cron = "0 10 * * mon"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spring.toml").write_text(CAMPAIGN, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code, and all that was said, in one line."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    return int(ended.value.code or 0), " ".join((said.out + said.err).split())


@pytest.mark.parametrize("arguments", [("campaign", "list"), ("campaign", "status", "spring"), ("poll", "list"), ("why", "C-1")])
def test_before_the_first_start_it_is_said_how_to_begin(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: tuple[str, ...]
) -> None:
    code, said = run(capsys, *arguments)
    assert (code, said) == (1, f"there is no database at {folder}/data/sample.db yet start Makegood once: makegood run")


def test_a_campaign_without_an_audience_is_for_everybody(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "spring.toml").write_text(CAMPAIGN.replace("audience =", "#"), encoding="utf-8")
    assert run(capsys, "campaign", "check", "spring.toml") == (0, "✓ spring.toml: all right, relationship for everybody")


def test_a_panel_that_there_is_not_is_told_before_a_campaign_is_kept(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run(capsys, "campaign", "new", "spring.toml")
    other = CAMPAIGN.replace('"spring"', '"summer"')
    (folder / "summer.toml").write_text(other.replace("audience", 'panel = "tast"\naudience'), encoding="utf-8")
    for command in ("check", "new"):
        code, said = run(capsys, "campaign", command, "summer.toml")
        assert code == 1 and 'summer.toml, line 3: there is no panel "tast"; found it first: makegood panel new' in said
    (folder / "taste.toml").write_text('name = "taste"\n[about]\nen = "new teas"\n', encoding="utf-8")
    run(capsys, "panel", "new", "taste.toml")
    assert "write one that there is (taste), or found it first" in run(capsys, "campaign", "check", "summer.toml")[1]


def test_a_touchpoint_such_as_nobody_has_told_is_remarked_on_and_not_refused(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run(capsys, "campaign", "new", "spring.toml")
    (folder / "after.toml").write_text('name = "after"\nsurvey = "relationship"\n[when]\nafter = "delivry"\n', encoding="utf-8")
    for command in ("check", "new"):
        code, said = run(capsys, "campaign", command, "after.toml")
        assert code == 0 and '! after.toml, line 4: no touchpoint "delivry" has ever been told' in said
    orders = "order_id,customer_id,delivered_at\n1,7,2026-03-02\n"
    (folder / "orders.csv").write_text(orders, encoding="utf-8")
    assert run(capsys, "import", "orders.csv", "--kind", "delivery")[0] == 0
    assert "write one that has been (delivery), or tell such touchpoints" in run(capsys, "campaign", "check", "after.toml")[1]
    (folder / "after.toml").write_text((folder / "after.toml").read_text().replace("delivry", "delivery"), encoding="utf-8")
    assert "!" not in run(capsys, "campaign", "check", "after.toml")[1]


def test_a_campaign_that_waits_says_for_when(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(capsys, "campaign", "new", "spring.toml")[0] == run(capsys, "campaign", "schedule", "spring")[0] == 0
    code, said = run(capsys, "campaign", "status", "spring")
    assert code == 0
    assert re.fullmatch(r"spring is scheduled Next: Mon \d\d \w+ \d{4}, 10:00, on each customer's own clock", said)
    assert "Nothing to compare: it keeps nobody back" in run(capsys, "campaign", "status", "spring", "--compare")[1]


def test_a_draft_is_discarded_and_what_was_scheduled_is_not(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run(capsys, "campaign", "new", "spring.toml")
    assert run(capsys, "campaign", "cancel", "spring")[0] == 1, "its name would be taken for good, and nobody was asked"
    assert run(capsys, "campaign", "discard", "spring") == (0, 'the draft "spring" is discarded')
    assert 'no campaign "spring"' in run(capsys, "campaign", "status", "spring")[1]
    run(capsys, "campaign", "new", "spring.toml")
    run(capsys, "campaign", "schedule", "spring")
    code, said = run(capsys, "campaign", "discard", "spring")
    assert code == 1 and "is scheduled" in said and "while it is draft" in said


WARM = '[[wording]]\nname = "warm"\nhello.fr = "Chère vous, ici {shop}. STOP pour arrêter."\n'


def test_how_it_begins_is_shown_in_a_language_that_it_is_asked_in(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    in_french = CAMPAIGN.replace("customer.tier == 'gold'", "customer.lang == 'fr'") + WARM
    (folder / "spring.toml").write_text(in_french, encoding="utf-8")
    code, said = run(capsys, "campaign", "preview", "spring.toml")
    assert code == 0 and "Chère vous" in said and "How likely" not in said, "of the wording nobody would see anything in English"
    assert run(capsys, "campaign", "preview", "spring.toml", "--lang", "de") == (1, 'nobody is asked in "de" write --lang fr')
    assert run(capsys, "campaign", "test", "spring.toml", "--to", "C-1", "--lang", "en")[0] == 1


def test_the_ten_who_are_shown_can_be_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    astrid = SimpleNamespace(id=1, external_id="C-7", name="Astrid", lang="sv", country="SE", attributes={"tier": "gold"})
    nameless = SimpleNamespace(id=35, external_id=None, name="", lang="", country="", attributes=None)
    print_preview(Console(), Reach(9, 2, 0, (astrid, nameless), {}), [])
    assert "C-7 Astrid sv SE tier: gold z –" in " ".join(capsys.readouterr().out.split())


def test_a_wave_is_told_by_the_shops_own_clock(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 3, 3, 17, tzinfo=UTC)
    wave = SimpleNamespace(number=1, due_at=at, state="ready", seen=5, chosen=3, control=0)
    progress = Progress("spring", "done", "", counts={"sent": 3}, control=0, waves=(wave,), last_due=None, held=(), scores=())
    definition = Definition.model_validate({"name": "spring", "survey": "relationship", "when": {"at": "2026-03-03T18:00:00"}})
    print_status(progress, definition, [(1, "relationship", "sent", "", 3)], ZoneInfo("Europe/Stockholm"), at)
    assert "03 Mar 2026, 18:00" in capsys.readouterr().out


def test_a_campaign_is_told_in_the_words_of_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 3, 3, 17, tzinfo=UTC)
    states = ("planned", "ready", "ended", "missed")
    waves = tuple(SimpleNamespace(number=n, due_at=at, state=state, seen=5, chosen=3, control=0) for n, state in enumerate(states, 1))
    progress = Progress("spring", "running", "", counts={}, control=0, waves=waves, last_due=None, held=(), scores=())
    definition = Definition.model_validate({"name": "spring", "survey": "relationship", "when": {"at": "2026-03-03T18:00:00"}})
    counts = [(1, "relationship", state.value, "frequency" if state == "suppressed" else "", 3) for state in InvitationState]
    print_status(progress, definition, counts, ZoneInfo("Europe/Stockholm"), at)
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "waiting 3" in told and "not sent 3 they were asked something lately" in told
    assert [word for word in ("planned 3", "suppressed", " ready ", "missed") if any(word in line for line in told)] == []


def test_what_was_answered_is_told_by_wording_with_how_many_and_how_sure(capsys: pytest.CaptureFixture[str]) -> None:
    given = (
        ("relationship", "nps", 10, 30),
        ("relationship", "nps", 0, 30),
        ("spring-warm", "nps", 10, 60),
        ("relationship", "csat", 5, 3),
    )
    scores = tuple(SimpleNamespace(survey=survey, measure=measure, score=score, n=n) for survey, measure, score, n in given)
    progress = Progress("spring", "running", "", counts={}, control=0, waves=(), last_due=None, held=(), scores=scores)
    written = {"name": "spring", "survey": "relationship", "when": {"at": "2026-03-03T18:00:00"}}
    warm = {"wording": [{"name": "warm", "hello": {"en": "Hello from {shop}! STOP ends it."}}]}
    for definition in (written, written | warm):
        print_status(
            progress, Definition.model_validate(definition), [], ZoneInfo("Europe/Stockholm"), datetime(2026, 3, 3, 17, tzinfo=UTC)
        )
    alone, both = (text.split("\n", 1)[1] for text in capsys.readouterr().out.split("spring is running")[1:])
    assert [" ".join(line.split()) for line in alone.split("\n")[1:3]] == ["CSAT 3 too few answers", "NPS 60 +0 (-25 to +25)"]
    assert "NPS 60 +100 (+88 to +100) warm +100 points (+72 to +125): differs" in " ".join(both.split())
