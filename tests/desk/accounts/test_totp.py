"""One-time passwords against the vectors of the RFC."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.desk.accounts import totp

SEEDS = {
    "sha1": b"12345678901234567890",
    "sha256": b"12345678901234567890123456789012",
    "sha512": b"1234567890123456789012345678901234567890123456789012345678901234",
}


# RFC 6238, appendix B.
@pytest.mark.parametrize(
    ("at_s", "sha1", "sha256", "sha512"),
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ],
)
def test_the_vectors_of_rfc_6238(at_s: int, sha1: str, sha256: str, sha512: str) -> None:
    for digest, expected in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        secret = base64.b32encode(SEEDS[digest]).decode()
        assert totp.code(secret, totp.step_at(at_s), digits=8, digest=digest) == expected


# RFC 4226, appendix D.
def test_the_vectors_of_rfc_4226() -> None:
    secret = base64.b32encode(SEEDS["sha1"]).decode()
    expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489"
    assert " ".join(totp.code(secret, step) for step in range(10)) == expected


SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105


@given(st.integers(0, 2**33), st.integers(-3, 3))
def test_a_code_fits_its_own_step_and_its_neighbours(at_s: int, off: int) -> None:
    step = totp.step_at(at_s)
    if step + off < 0:
        return
    found = totp.matching_step(SECRET, totp.code(SECRET, step + off), at_s)
    if abs(off) <= 1:
        assert found is not None
    else:
        # Another step's code may be the same by chance, once in 10^6.
        near = [totp.code(SECRET, s) for s in range(max(step - 1, 0), step + 2)]
        assert (found is None) == (totp.code(SECRET, step + off) not in near)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", " "])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert totp.matching_step("GEZDGNBVGY3TQOJQ", typed, 0) is None


def test_blanks_in_a_code_do_not_count() -> None:
    secret = totp.new_secret()
    typed = totp.code(secret, 5)
    assert totp.matching_step(secret, f" {typed[:3]} {typed[3:]} ", 5 * 30) == 5


def test_secrets_are_160_bits_and_differ() -> None:
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(base64.b32decode(s)) for s in secrets} == {20}
