"""The fuzzer finds what it is for, and nothing in the codec."""

import pytest
from tests.hj212.fuzz import breed, fails, seeds, shrunk
from tests.hj212.survival import survive


def test_the_seeds_survive() -> None:
    for data in seeds():
        survive(data)


def test_a_fault_that_is_planted_is_found_and_cut_down() -> None:
    def planted(data: bytes) -> bool:
        return fails(data) or b"-EFlag=" in data

    found = breed(20, seed=1, target=planted)
    assert found["failed"] == b"-EFlag="
    assert shrunk(b"xx\x00yy", lambda data: b"\x00" in data) == b"\x00"


@pytest.mark.slow
def test_nothing_but_the_codecs_own_error_comes() -> None:
    found = breed(45, seed=2)
    assert found["failed"] is None
    assert found["branches"] > found["branches at first"]
    assert found["inputs"] > 5_000
