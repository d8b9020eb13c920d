"""A reader finds a thing by its noun, and a file holds one of them."""

from __future__ import annotations

import ast

from tests.house.checkout import ROOT, modules, tracked

EMPTY_NOUNS = {"common", "helper", "helpers", "manager", "managers", "misc", "stuff", "tools", "util", "utils"}
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "bot",
    "channels",
    "config.example.toml",
    "docs",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "storage",
    "tests",
}
LONG = {
    "bot/app.py": "everything put together in one place",
    "bot/dialogs/hearing.py": "one batch on its way to one transaction",
    "channels/customers/webchat/channel.py": "one platform",
    "channels/line.py": "one sender, from the claim to what became of it",
    "bot/desk/door_talk.py": "one conversation, from a press to an answer sent",
    "bot/desk/window_talk.py": "one window, from its opening to what was sent",
    "bot/desk/operations.py": "everything staff can do, an act a method",
}
"""Files of more than 200 lines, each with the reason why it is one concept all the same."""


def test_the_top_level_is_as_it_was_laid_out() -> None:
    assert {path.parts[0] for path in tracked()} <= TOP_LEVEL


def test_the_index_of_the_documentation_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = [path for path in tracked() if path.parts[0] == "docs" and path.suffix == ".md"]
    assert [page for page in pages if page.name != "README.md" and f"({page.relative_to('docs')})" not in index] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in tracked() if EMPTY_NOUNS & set(path.with_suffix("").parts)] == []


def test_most_files_fit_on_a_few_screens() -> None:
    written = [path for path in modules("bot", "channels", "storage") if "versions" not in path.parts]  # migrations are generated
    lines = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in written}
    long = {path: count for path, count in lines.items() if count > 200}
    assert {path: count for path, count in long.items() if path not in LONG} == {}, "split it, or give the reason in LONG"
    assert set(LONG) <= set(long), "no longer so long: take it off the list"
    assert all(count <= 300 for count in long.values()), long


def test_every_module_says_what_it_is() -> None:
    """A folder's empty `__init__.py` excepted: its name says it. Parsed as the oldest Python we run on reads it."""
    silent = []
    for path in modules("bot", "channels", "storage", "benchmarks"):
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 11))
        if not ast.get_docstring(tree) and (tree.body or path.name != "__init__.py"):
            silent.append(str(path))
    assert silent == []
