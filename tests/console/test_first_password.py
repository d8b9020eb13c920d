"""The password that is made at the first start."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.console.first_password import first_password
from bot.console.passwords import fits
from bot.mistake import Mistake


def test_it_is_told_once_and_fits_ever_after(tmp_path: Path) -> None:
    first, later = first_password(tmp_path / "data"), first_password(tmp_path / "data")
    assert len(first.told) == 19
    assert fits(first.told, first.hashed)
    assert (later.told, later.hashed) == ("", first.hashed)


def test_only_its_hash_is_kept_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = first_password(tmp_path)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.told not in file.read_text()
    assert file.read_text().strip() == first.hashed


def test_another_folder_has_another_password(tmp_path: Path) -> None:
    assert first_password(tmp_path / "a").told != first_password(tmp_path / "b").told


def test_a_start_that_was_cut_off_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "console.new").write_text("scrypt$15$8")
    first = first_password(tmp_path)
    assert first.told
    assert [file.name for file in tmp_path.iterdir()] == ["console.password"]


@pytest.mark.parametrize("kept", ["", "scrypt$15$8$1$half", "å"])
def test_a_file_that_holds_no_hash_is_named_and_not_written_over(tmp_path: Path, kept: str) -> None:
    (tmp_path / "console.password").write_text(kept)
    with pytest.raises(Mistake, match=r"console\.password holds no password's hash"):
        first_password(tmp_path)
    assert (tmp_path / "console.password").read_text() == kept
