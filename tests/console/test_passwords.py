from __future__ import annotations

import pytest

from bot.console.passwords import fits, hash_password, is_hash


def test_the_right_password_fits_and_another_does_not() -> None:
    hashed = hash_password("correct horse")
    assert fits("correct horse", hashed)
    assert not fits("correct horses", hashed)


def test_the_same_password_hashes_differently_each_time() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


def test_a_hash_made_elsewhere_fits() -> None:
    """scrypt's own test vector, RFC 7914 section 12: N = 1024, r = 8, p = 16, cut to 32 bytes."""
    assert fits("password", "scrypt$10$8$16$TmFDbA$_bq-HJ00cgB4VucZDQHp_nxq18vII3gw53N2Y0s3MWI")


TOO_COSTLY = f"scrypt$30$8$1${'A' * 22}${'A' * 43}"


@pytest.mark.parametrize("text", ["", "hunter2", "bcrypt$15$8$1$AAAA$AAAA", "scrypt$15$8$1$AAAA$AAAA", TOO_COSTLY])
def test_what_is_no_hash_of_ours_is_told_apart(text: str) -> None:
    assert not is_hash(text)
