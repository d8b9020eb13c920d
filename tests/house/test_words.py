"""The project speaks of itself alone."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.checkout import ROOT, tracked

REGISTRIES = r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.com|deb\.debian\.org|files\.pythonhosted|proxy\.golang"
PLACES = r"(?<![\w.])/(?:work|tmp|root|home/\w+)/"
WORDS = re.compile("|".join((REGISTRIES, PLACES)).encode())
THIS_FILE = Path(__file__).relative_to(ROOT)


def test_no_file_names_a_registry_or_somebodys_machine() -> None:
    found = {str(path): WORDS.findall((ROOT / path).read_bytes()) for path in tracked() if path != THIS_FILE}
    assert {path: words for path, words in found.items() if words} == {}
